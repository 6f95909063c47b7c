/**
 * What `isolation` prints: for each promise of each race what every level allows, without and with retries, and the tokens.
 */
import { ISOLATION_LEVELS, type IsolationLevel } from "../race/isolation.ts";
import type { IsolationCell } from "../search/isolation-table.ts";
import { plainTable } from "./plain-table.ts";

const KEY = `"breaks" with the number of schedules until the promise broke; "never" with the number of all schedules, of which none breaks it; "not in" with the number of
sampled schedules. Behind it, the errors that clients were given (with retries: after the last try).`;

/** The tables of `cells`, of one or more races. */
export function isolationText(cells: readonly IsolationCell[]): string {
  const tokens = cells.flatMap(({ allowed, level, retries }) =>
    allowed.map(({ token, invariant }) => [`${invariant}, ${level}${retries ? ", retries" : ""}`, token]),
  );
  const blocks = [`Without retries:\n${table(cells, false)}`, `With retries:\n${table(cells, true)}`, KEY];
  if (tokens.length > 0)
    blocks.push(`Tokens, to be replayed:\n${plainTable([{ head: "" }, { head: "" }], tokens)}`);
  return blocks.join("\n\n");
}

/** One cell as words, for one promise. */
function cellText({ allowed, schedules, exhausted, errors }: IsolationCell, invariant: string): string {
  const found = allowed.find((violation) => violation.invariant === invariant);
  const codes = Object.keys(errors).sort().join(" ");
  const given = codes === "" ? "" : `; ${codes}`;
  if (found !== undefined) return `breaks (${found.schedules ?? "exhaustive"})${given}`;
  return exhausted === undefined ? `not in ${schedules}${given}` : `never (${exhausted})${given}`;
}

function table(cells: readonly IsolationCell[], retries: boolean): string {
  const own = cells.filter((cell) => cell.retries === retries);
  const levels = ISOLATION_LEVELS.filter((level) => own.some((cell) => cell.level === level));
  const races = [...new Set(own.map(({ race }) => race))];
  const rows = races.flatMap((race) =>
    promisesOf(cells.filter((cell) => cell.race === race)).map((invariant) => [
      race,
      invariant,
      ...levels.map((level) => cellText(cellOf(own, race, level), invariant)),
    ]),
  );
  return plainTable([{ head: "race" }, { head: "promise" }, ...levels.map((head) => ({ head }))], rows);
}

/** What the race promises, and what else broke. */
function promisesOf(cells: readonly IsolationCell[]): readonly string[] {
  return [
    ...new Set(cells.flatMap(({ promises, allowed }) => [...promises, ...allowed.map((a) => a.invariant)])),
  ];
}

function cellOf(cells: readonly IsolationCell[], race: string, level: IsolationLevel): IsolationCell {
  return cells.find((cell) => cell.race === race && cell.level === level) as IsolationCell;
}
