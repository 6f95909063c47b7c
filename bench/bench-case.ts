/**
 * What a case is, and what it is given.
 */
import type { Findings } from "./result.ts";
import type { Scale } from "./scale.ts";

/** One subject of the benchmarks. */
export interface BenchCase {
  /** What `--only` takes, e.g. "sweep-cost". */
  readonly name: string;
  readonly title: string;
  /** Measures; throws `Skipped` where something that it needs is not there. */
  readonly run: (context: BenchContext) => Promise<Findings>;
}

/** What a case is given. */
export interface BenchContext {
  readonly scale: Scale;
  /** Says what is being done now. */
  readonly progress: (text: string) => void;
}

/** Thrown by a case that cannot be measured here: the report says why. */
export class Skipped extends Error {}
