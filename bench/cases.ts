/**
 * All cases, in the order in which they run.
 */
import type { BenchCase } from "./bench-case.ts";
import { throughput } from "./harness/throughput.ts";
import { drain } from "./sweep/drain.ts";
import { sweepCost } from "./sweep/cost.ts";

/** Every case. */
export const cases: readonly BenchCase[] = [sweepCost, drain, throughput];
