/**
 * `list`: the races with their mutants and invariants.
 */
import type { Command } from "commander";
import type { Race } from "../race/race.ts";
import { plainTable } from "../report/plain-table.ts";
import type { CommandContext } from "./command-context.ts";
import { findRace } from "./find-race.ts";

/** Adds the command to `program`. */
export function addListCommand(program: Command, { races, terminal }: CommandContext): void {
  program
    .command("list")
    .description("name the races, their invariants and their mutants")
    .argument("[race]", "only this one (a name, or the path of a race module)")
    .action(async (name: string | undefined) => {
      const told = name === undefined ? races : [await findRace(races, name)];
      terminal.out(told.map(raceText).join("\n\n"));
    });
}

function raceText(race: Race<any, any>): string {
  const invariants = new Map(
    [...race.invariants, ...race.atEnd, race.liveness].map(({ name, promise }) => [name, promise]),
  );
  const mutants = race.mutants.map(({ id, title, violates }) => [String(id), violates.join(" "), title]);
  const blocks = [
    `${race.name}\n${race.description}`,
    plainTable([{ head: "invariant" }, { head: "promise" }], [...invariants]),
  ];
  if (mutants.length > 0) {
    blocks.push(
      plainTable(
        [{ head: "mutant", align: "right" }, { head: "violates" }, { head: "what is wrong in it" }],
        mutants,
      ),
    );
  }
  return blocks.join("\n\n");
}
