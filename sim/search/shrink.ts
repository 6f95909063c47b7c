/**
 * Shrinks a failing run to one canonical representative: fewer preemptions, then fewer actors, then fewer statements and
 * operations, then smaller data, then everything as early as can be.
 *
 * Every candidate is really run and must break the same invariant; it is taken if it is smaller in that order (see
 * failure-size.ts), and the moves (see shrink-moves.ts) are tried until none of them helps, so that a second shrink of the
 * result changes nothing.
 */
import type fc from "fast-check";
import type { RunResult } from "../trace/trace.ts";
import { plainData } from "./draw-data.ts";
import { isSmaller } from "./failure-size.ts";
import { SHRINK_MOVES } from "./shrink-moves.ts";

/** A failing run and what led to it. */
export interface Failure<Data> {
  /** What the schedule chose in the run, among two or more each time (see `recording`). */
  readonly choices: readonly number[];
  readonly data: fc.Value<Data>;
  readonly run: RunResult;
}

/** Who goes when: choices as numbers, or session names; a name that cannot go is put off until it can. */
export type Order =
  | { readonly kind: "choices"; readonly choices: readonly number[] }
  | { readonly kind: "sessions"; readonly sessions: readonly string[] };

/** What is to be tried in place of the smallest failure so far. */
export interface Candidate<Data> {
  readonly order: Order;
  readonly data: fc.Value<Data>;
  readonly seed: number;
}

/** A candidate that was run. */
export interface CandidateRun {
  /** What the schedule really chose. */
  readonly choices: readonly number[];
  readonly run: RunResult;
}

/** What is shrunk, and how a candidate is run. */
export interface ShrinkTask<Data> {
  readonly failure: Failure<Data>;
  /** Name of the invariant that every candidate must break. */
  readonly invariant: string;
  readonly arbitrary: fc.Arbitrary<Data>;
  readonly run: (order: Order, data: Data, seed: number) => Promise<CandidateRun>;
  /** Candidates that may be run. */
  readonly maxRuns: number;
}

/** What a shrink came to. */
export interface Shrunk<Data> {
  readonly failure: Failure<Data>;
  /** Candidates that were run; at `maxRuns` a smaller failure may exist. */
  readonly runs: number;
}

/** What a move sees: the smallest failure so far, and a way to try another. */
export interface ShrinkState<Data> {
  readonly arbitrary: fc.Arbitrary<Data>;
  readonly best: () => Failure<Data>;
  /** Runs a candidate unless it was run before; true if it took the place of the best. Parts left out are the best's. */
  readonly attempt: (candidate: Partial<Candidate<Data>>) => Promise<boolean>;
}

/** The smallest failure found with at most `task.maxRuns` runs. */
export async function shrink<Data>(task: ShrinkTask<Data>): Promise<Shrunk<Data>> {
  let best = { ...task.failure, choices: withoutTrailingZeros(task.failure.choices) };
  let runs = 0;
  const tried = new Set<string>();

  const attempt = async (parts: Partial<Candidate<Data>>): Promise<boolean> => {
    const { data = best.data, seed = best.run.seed } = parts;
    const order = normalized(parts.order ?? { kind: "choices", choices: best.choices });
    const plain = plainData(data.value);
    const key = JSON.stringify([order, plain, seed]);
    if (runs >= task.maxRuns || tried.has(key)) return false;
    tried.add(key);
    runs += 1;
    const made = await task.run(order, plain, seed);
    const candidate = { choices: withoutTrailingZeros(made.choices), data, run: made.run };
    if (!made.run.violations.some(({ invariant }) => invariant === task.invariant)) return false;
    if (!isSmaller(candidate, best)) return false;
    best = candidate;
    return true;
  };

  const state = { arbitrary: task.arbitrary, best: () => best, attempt };
  let before: Failure<Data>;
  do {
    before = best;
    for (const move of SHRINK_MOVES) await move(state);
  } while (best !== before);
  return { failure: best, runs };
}

/** Choices after the last that is not 0 say nothing. */
function normalized(order: Order): Order {
  return order.kind === "choices" ? { ...order, choices: withoutTrailingZeros(order.choices) } : order;
}

function withoutTrailingZeros(choices: readonly number[]): readonly number[] {
  return choices.slice(0, choices.findLastIndex((choice) => choice !== 0) + 1);
}
