/**
 * What an exploration counts over its runs.
 */
import { createHash } from "node:crypto";
import type { RunResult } from "../trace/trace.ts";

/** Sums over all runs so far. */
export interface Totals {
  readonly schedules: number;
  /** Different orders of steps (and victims), whatever the data. */
  readonly distinctSchedules: number;
  readonly steps: number;
  readonly preemptions: number;
  readonly waits: number;
  readonly deadlocks: number;
  /** How often each label was seen. */
  readonly labels: Readonly<Record<string, number>>;
  /** 16 hex digits over the runs' hashes, in order. */
  readonly traceHash: string;
}

/** A running count. */
export interface Tally {
  add(run: RunResult): void;
  totals(): Totals;
}

/** A tally of no runs. */
export function createTally(): Tally {
  const sums = { schedules: 0, steps: 0, preemptions: 0, waits: 0, deadlocks: 0 };
  const labels = new Map<string, number>();
  const orders = new Set<string>();
  const hash = createHash("sha256");
  return {
    add(run) {
      sums.schedules += 1;
      sums.steps += run.steps.length;
      sums.preemptions += run.preemptions;
      sums.waits += run.waits;
      sums.deadlocks += run.deadlocks;
      for (const label of run.labels) labels.set(label, (labels.get(label) ?? 0) + 1);
      orders.add(createHash("sha256").update(run.taken.join("\n")).digest("base64"));
      hash.update(run.traceHash);
    },
    totals() {
      const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        ...sums,
        distinctSchedules: orders.size,
        labels: Object.fromEntries(sorted),
        traceHash: hash.copy().digest("hex").slice(0, 16),
      };
    },
  };
}
