/**
 * All cases, in the order in which they run.
 */
import type { BenchCase } from "./bench-case.ts";
import { harnessCosts } from "./harness/costs.ts";
import { throughput } from "./harness/throughput.ts";
import { sweepCost } from "./sweep/cost.ts";
import { drain } from "./sweep/drain.ts";
import { respondUnderSweep } from "./sweep/respond.ts";
import { storage } from "./sweep/storage.ts";
import { polling } from "./today/polling.ts";
import { singleUpdate } from "./today/single-update.ts";

/** Every case. */
export const cases: readonly BenchCase[] = [
  sweepCost,
  drain,
  respondUnderSweep,
  storage,
  polling,
  singleUpdate,
  harnessCosts,
  throughput,
];
