/**
 * `isolation [RACE]`: what a race breaks under each isolation level, with and without retries. Without a name it runs the races of
 * anomalies, whose names begin with "isolation/".
 */
import type { Command } from "commander";
import type { Isolation } from "../race/isolation.ts";
import type { Race } from "../race/race.ts";
import { isolationText } from "../report/isolation-text.ts";
import { isolationCells, type IsolationCell } from "../search/isolation-table.ts";
import { startStopwatch } from "../real-time.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, seedOption } from "./common-options.ts";
import { checkMutant, findRace } from "./find-race.ts";
import { createTextLine } from "./progress-line.ts";
import { wholeNumber } from "./read-number.ts";
import type { Terminal } from "./terminal.ts";
import { engineOption, withEngine, type EngineName, type OpenEngine } from "./with-engine.ts";

const DEFAULT_SCHEDULES = 100;

interface Options {
  readonly seed: number;
  readonly schedules: number;
  readonly mutant?: number;
  readonly engine: EngineName;
  readonly json?: true;
}

/** Adds the command to `program`. */
export function addIsolationCommand(program: Command, { races, terminal, open }: CommandContext): void {
  program
    .command("isolation")
    .description("run a race under each isolation level, with and without retries, and tell what each allows")
    .argument("[race]", "name or file of the race (default: the anomalies of the literature)")
    .option("--schedules <n>", "schedules at most, for each level", wholeNumber(1), DEFAULT_SCHEDULES)
    .addOption(seedOption())
    .option("--mutant <n>", "run this wrong variant of the race", wholeNumber(0))
    .addOption(engineOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: Options) => {
      await runIsolation(await chooseRaces(races, name), options, terminal, open);
    });
}

async function runIsolation(
  races: readonly Race<any, any>[],
  { seed, schedules, mutant, engine: engineName, json }: Options,
  terminal: Terminal,
  open: OpenEngine,
): Promise<void> {
  for (const race of races) checkMutant(race, mutant);
  const line = createTextLine(terminal);
  const elapsedMs = startStopwatch();
  const onCell = (race: string, { level }: Isolation): void =>
    line.show(`${race}, ${level}`, elapsedMs(), true);
  let cells: readonly IsolationCell[];
  try {
    cells = await withEngine(open, engineName, (engine) =>
      isolationCells(engine, races, { seed, schedules, mutant, onCell }),
    );
  } finally {
    line.clear();
  }
  terminal.out(
    json === true ? JSON.stringify({ seed, schedules, cells }, undefined, 2) : isolationText(cells),
  );
}

async function chooseRaces(
  races: readonly Race<any, any>[],
  name: string | undefined,
): Promise<readonly Race<any, any>[]> {
  if (name !== undefined) return [await findRace(races, name)];
  const builtIn = races.filter((race) => race.name.startsWith("isolation/"));
  if (builtIn.length > 0) return builtIn;
  throw new SwitchyardError("usage", "There are no races of anomalies here.", "Name a race.");
}
