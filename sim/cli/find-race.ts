/**
 * Looks up races and mutants by what the command line says.
 */
import type { Race } from "../race/race.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** The race called `name`, or the first one if there is no name. Throws SwitchyardError "usage" if there is none. */
export function findRace(races: readonly Race<any, any>[], name: string | undefined): Race<any, any> {
  const race = name === undefined ? races[0] : races.find((candidate) => candidate.name === name);
  if (race !== undefined) return race;
  throw new SwitchyardError(
    "usage",
    name === undefined ? "There is no race." : `There is no race called "${name}".`,
    races.length === 0
      ? "Add one."
      : `Did you mean ${races.map((candidate) => candidate.name).join(" or ")}?`,
  );
}

/** Throws SwitchyardError "usage" unless `mutant` is undefined or the number of a mutant of `race`. */
export function checkMutant(race: Race<any, any>, mutant: number | undefined): void {
  if (mutant === undefined || race.mutants.some(({ id }) => id === mutant)) return;
  const known = race.mutants.map(({ id }) => id).join(", ");
  throw new SwitchyardError(
    "usage",
    `The race ${race.name} has no mutant ${mutant}.`,
    known === ""
      ? "It has no mutants: leave --mutant out."
      : `Its mutants are ${known}; "list" tells what they are.`,
  );
}
