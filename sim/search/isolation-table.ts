/**
 * What each isolation level allows a race: which promises break, how soon, and which errors its clients are given instead.
 */
import type { Engine } from "../engine/port.ts";
import { ISOLATION_LEVELS, underIsolation, type Isolation } from "../race/isolation.ts";
import type { Race } from "../race/race.ts";
import { exploreExhaustively } from "./exhaustive/explore-exhaustively.ts";
import type { RunSummary } from "./run-summary.ts";
import { createSearcher, type Searcher } from "./searcher.ts";
import { DEFAULT_STRATEGY } from "./strategies/index.ts";
import { createTally } from "./tally.ts";

/** Schedules of one configuration after which its exhaustive search is given up. */
const MAX_EXHAUSTIVE_SCHEDULES = 2_000;

const LEVELS = ISOLATION_LEVELS.filter((level) => level !== "no transaction");

/** A promise that breaks at a level. */
export interface AllowedViolation {
  readonly invariant: string;
  /** Schedules until it broke; undefined where only the exhaustive search broke it. */
  readonly schedules: number | undefined;
  /** Of the shrunk counterexample, which the token replays. */
  readonly preemptions: number;
  readonly steps: number;
  readonly token: string;
}

/** A race at one level, with or without retries. */
export interface IsolationCell extends Isolation {
  readonly race: string;
  /** Names of the race's invariants. */
  readonly promises: readonly string[];
  readonly allowed: readonly AllowedViolation[];
  /** Sampled schedules. */
  readonly schedules: number;
  /** All schedules of the race's small data, where the search of them ended; else undefined. */
  readonly exhausted: number | undefined;
  /** Operations that ended with an error, by SQLSTATE, in the sampled schedules. */
  readonly errors: Readonly<Record<string, number>>;
}

/** How to search. */
export interface IsolationOptions {
  readonly seed: number;
  /** Schedules at most for each cell. */
  readonly schedules: number;
  /** The races' mutant of this number in place of the races. */
  readonly mutant?: number | undefined;
  /** Is told which cell comes next. */
  readonly onCell?: ((race: string, isolation: Isolation) => void) | undefined;
}

/** Every way in which a table runs a race: each level with and without retries, and as a control no transaction at all. */
const ISOLATIONS: readonly Isolation[] = [
  ...[false, true].flatMap((retries) => LEVELS.map((level) => ({ level, retries }))),
  { level: "no transaction", retries: false },
];

/** The cells of `races`, one isolation after the other, in the order of ISOLATIONS. */
export async function isolationCells(
  engine: Engine,
  races: readonly Race<any, any>[],
  { onCell, ...options }: IsolationOptions,
): Promise<readonly IsolationCell[]> {
  const cells: IsolationCell[] = [];
  for (const isolation of ISOLATIONS) {
    for (const race of races) {
      onCell?.(race.name, isolation);
      cells.push(await isolationCell(engine, race, isolation, options));
    }
  }
  return cells;
}

/** One cell: sampled until all that the race promises is broken, and exhausted where something is not. */
export async function isolationCell(
  engine: Engine,
  race: Race<any, any>,
  isolation: Isolation,
  { seed, schedules, mutant }: Omit<IsolationOptions, "onCell">,
): Promise<IsolationCell> {
  const variant = underIsolation(race, isolation);
  const searcher = createSearcher(engine, variant, { mutant, seed, strategy: DEFAULT_STRATEGY });
  const wanted = new Set([...race.invariants, ...race.atEnd].map(({ name }) => name));
  const tally = createTally();
  const allowed = new Map<string, AllowedViolation>();
  let sampled = 0;
  while (sampled < schedules && [...wanted].some((name) => !allowed.has(name))) {
    const [run] = (await searcher.run([sampled])) as [RunSummary];
    sampled += 1;
    tally.add(run);
    for (const invariant of run.broken)
      if (!allowed.has(invariant)) allowed.set(invariant, await shrunk(searcher, run, invariant, sampled));
  }
  const isOpen = race.exhaustive !== undefined && [...wanted].some((name) => !allowed.has(name));
  const exhausted =
    isOpen && engine.reportsRows ? await exhaust(engine, variant, { seed, mutant }, allowed) : undefined;
  const errors = errorsIn(tally.totals().labels);
  return {
    race: race.name,
    ...isolation,
    promises: [...wanted],
    allowed: [...allowed.values()],
    schedules: sampled,
    exhausted,
    errors,
  };
}

async function shrunk(
  searcher: Searcher,
  run: RunSummary,
  invariant: string,
  schedules: number,
): Promise<AllowedViolation> {
  const { violations } = await searcher.shrink([{ invariant, schedules: 1, simplest: run }]);
  const found = violations.find((violation) => violation.invariant === invariant);
  if (found === undefined) throw new Error(`The counterexample of ${invariant} lost it.`);
  const { preemptions, steps, token } = found;
  return { invariant, schedules, preemptions, steps, token };
}

/** Searches every schedule, and adds what only that breaks; how many there are, or undefined if it did not end. */
async function exhaust(
  engine: Engine,
  variant: Race<any, any>,
  task: Pick<IsolationOptions, "seed" | "mutant">,
  allowed: Map<string, AllowedViolation>,
): Promise<number | undefined> {
  const options = { ...task, maxFailing: Infinity, schedules: MAX_EXHAUSTIVE_SCHEDULES };
  const { exhausted, schedules, violations } = await exploreExhaustively(engine, variant, options);
  for (const { invariant, preemptions, steps, token } of violations)
    if (!allowed.has(invariant))
      allowed.set(invariant, { invariant, schedules: undefined, preemptions, steps, token });
  return exhausted ? schedules : undefined;
}

/** Labels that end in a SQLSTATE. */
function errorsIn(labels: Readonly<Record<string, number>>): Record<string, number> {
  const errors: Record<string, number> = {};
  for (const [label, times] of Object.entries(labels)) {
    const code = / (4[0-9A-Z]{4}|[235][0-9A-Z]{4})$/.exec(label)?.[1];
    if (code !== undefined) errors[code] = (errors[code] ?? 0) + times;
  }
  return errors;
}
