/**
 * Looks up races and mutants by what the command line says.
 */
import { isolationOf, underIsolation } from "../race/isolation.ts";
import type { Race } from "../race/race.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { parseToken } from "../trace/token.ts";
import { isRaceFile, loadRace, named } from "./load-race.ts";

/**
 * The race called `name`, or the one that the file of this name exports by default, or the first one if there is no name; a name that
 * ends in an isolation level (see `underIsolation`) is the race under it. Throws SwitchyardError "usage" if there is none, and
 * what `loadRace` throws.
 */
export async function findRace(
  races: readonly Race<any, any>[],
  name: string | undefined,
): Promise<Race<any, any>> {
  const race = name === undefined ? races[0] : races.find((candidate) => candidate.name === name);
  if (race !== undefined) return race;
  const isolation = name === undefined ? undefined : isolationOf(name);
  if (isolation !== undefined) return underIsolation(await findRace(races, isolation.race), isolation);
  if (name !== undefined && isRaceFile(name)) return await loadRace(name);
  throw new SwitchyardError(
    "usage",
    name === undefined ? "There is no race." : `There is no race called "${name}".`,
    races.length === 0
      ? "Add one."
      : `Did you mean ${races.map((candidate) => candidate.name).join(" or ")}, or the path of a race module?`,
  );
}

/**
 * The race of a token, from `file` where one is given. Throws SwitchyardError "token" for a damaged token, and what `findRace` and
 * `checkMutant` throw; `mutant` takes the place of the token's.
 */
export async function raceOfToken(
  races: readonly Race<any, any>[],
  token: string,
  { file, mutant }: { readonly file?: string | undefined; readonly mutant?: number | undefined } = {},
): Promise<Race<any, any>> {
  const parts = parseToken(token);
  const race =
    file === undefined ? await findRace(races, parts.race) : named(await loadRace(file), parts.race);
  checkMutant(race, mutant ?? parts.mutant);
  return race;
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
