/**
 * Shrinks a failing run: fewer preemptions first, then simpler data, until nothing helps any more.
 *
 * Every candidate is really run and must break the same invariant. A schedule of small numbers shrinks towards zeros, and
 * a zero is "go on with the same session", so what remains are the preemptions that the failure needs.
 */
import type fc from "fast-check";
import type { RunResult } from "../trace/trace.ts";
import { plainData } from "./draw-data.ts";
import { minimize } from "./minimize.ts";

/** A failing run and what led to it. */
export interface Failure<Data> {
  readonly choices: readonly number[];
  readonly data: fc.Value<Data>;
  readonly run: RunResult;
}

/** What is shrunk, and how a candidate is run. */
export interface ShrinkTask<Data> {
  readonly failure: Failure<Data>;
  /** Name of the invariant that every candidate must break. */
  readonly invariant: string;
  readonly arbitrary: fc.Arbitrary<Data>;
  readonly run: (choices: readonly number[], data: Data) => Promise<RunResult>;
  /** Candidates that may be run. */
  readonly maxRuns: number;
}

/** What a shrink came to. */
export interface Shrunk<Data> {
  readonly failure: Failure<Data>;
  /** Candidates that were run; at `maxRuns` a smaller failure may exist. */
  readonly runs: number;
}

/** One attempt: true if the candidate was taken as the new best failure. */
type Attempt<Data> = (choices: readonly number[], data: fc.Value<Data>) => Promise<boolean>;

/** The smallest failure found with at most `task.maxRuns` runs. */
export async function shrink<Data>(task: ShrinkTask<Data>): Promise<Shrunk<Data>> {
  let best = task.failure;
  let runs = 0;
  const tried = new Set<string>();

  const attempt: Attempt<Data> = async (choices, data) => {
    const trimmed = withoutTrailingZeros(choices);
    const plain = plainData(data.value);
    const key = JSON.stringify([trimmed, plain]);
    if (runs === task.maxRuns || tried.has(key)) return false;
    tried.add(key);
    runs += 1;
    const run = await task.run(trimmed, plain);
    const candidate = { choices: trimmed, data, run };
    if (!run.violations.some(({ invariant }) => invariant === task.invariant)) return false;
    const better = data === best.data ? isSmaller(candidate, best) : run.preemptions <= best.run.preemptions;
    if (!better) return false;
    best = candidate;
    return true;
  };

  let before: Failure<Data>;
  do {
    before = best;
    await dropPreemptions(() => best, attempt);
    await moveEarlier(() => best, attempt);
    await lowerChoices(() => best, attempt);
    await simplifyData(() => best, task.arbitrary, attempt);
  } while (best !== before);
  return { failure: best, runs };
}

/** Sets entries to 0, as many at once as possible. */
async function dropPreemptions<Data>(best: () => Failure<Data>, attempt: Attempt<Data>): Promise<void> {
  const { choices, data } = best();
  const positions = choices.flatMap((choice, position) => (choice === 0 ? [] : [position]));
  await minimize(positions, (kept) =>
    attempt(
      choices.map((choice, position) => (kept.includes(position) ? choice : 0)),
      data,
    ),
  );
}

/** Takes single entries out, so that everything after them happens one choice earlier. */
async function moveEarlier<Data>(best: () => Failure<Data>, attempt: Attempt<Data>): Promise<void> {
  for (let position = 0; position < best().choices.length; position += 1) {
    const { choices, data } = best();
    await attempt(choices.toSpliced(position, 1), data);
  }
}

/** Tries the smaller numbers in place of each entry. */
async function lowerChoices<Data>(best: () => Failure<Data>, attempt: Attempt<Data>): Promise<void> {
  for (let position = 0; position < best().choices.length; position += 1) {
    const limit = best().choices[position] ?? 0;
    for (let choice = 1; choice < limit; choice += 1) {
      const { choices, data } = best();
      if (await attempt(choices.with(position, choice), data)) break;
    }
  }
}

/** Takes fast-check's shrinks of the data as long as one still fails without more preemptions. */
async function simplifyData<Data>(
  best: () => Failure<Data>,
  arbitrary: fc.Arbitrary<Data>,
  attempt: Attempt<Data>,
): Promise<void> {
  let simpler = true;
  while (simpler) {
    simpler = false;
    const { choices, data } = best();
    for (const candidate of arbitrary.shrink(data.value, data.context)) {
      if (await attempt(choices, candidate)) {
        simpler = true;
        break;
      }
    }
  }
}

function withoutTrailingZeros(choices: readonly number[]): readonly number[] {
  return choices.slice(0, choices.findLastIndex((choice) => choice !== 0) + 1);
}

function isSmaller<Data>(candidate: Failure<Data>, best: Failure<Data>): boolean {
  const ours = sizes(candidate);
  const theirs = sizes(best);
  const differing = ours.findIndex((size, index) => size !== theirs[index]);
  return differing >= 0 && (ours[differing] as number) < (theirs[differing] as number);
}

/** What counts, most important first. */
function sizes<Data>({ choices, run }: Failure<Data>): readonly number[] {
  return [
    run.preemptions,
    choices.filter((choice) => choice !== 0).length,
    run.steps.length,
    choices.length,
    choices.reduce((sum, choice) => sum + choice, 0),
  ];
}
