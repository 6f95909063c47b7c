/**
 * What an exploration counts over its runs. Everything is a sum or a set, so that the order of the runs does not matter and
 * parts add up.
 */
import { createCoverage, type CoverageCounts, type CoverageSets } from "./coverage.ts";
import { edgeKey, type LockEdge } from "./lock-order.ts";
import type { RunSummary } from "./run-summary.ts";

/** What one strategy did. */
export interface StrategyTotals {
  readonly schedules: number;
  /** Schedules that broke an invariant. */
  readonly failingSchedules: number;
  /** Index of its first failing run in the exploration, from 0; absent without one. */
  readonly firstFailing?: number;
  /** How many schedules broke each invariant. */
  readonly violations: Readonly<Record<string, number>>;
}

/** Sums over all runs so far. */
export interface Totals extends CoverageCounts {
  readonly schedules: number;
  readonly steps: number;
  readonly preemptions: number;
  readonly waits: number;
  readonly deadlocks: number;
  /** How often each label was seen. */
  readonly labels: Readonly<Record<string, number>>;
  /** How often each answer of the race's suite was given. */
  readonly answers: Readonly<Record<string, number>>;
  /** By the strategy that decided; of a portfolio, the member. */
  readonly strategies: Readonly<Record<string, StrategyTotals>>;
  /** Orders of locks that were seen, each once. */
  readonly lockOrder: readonly LockEdge[];
  /** 16 hex digits: the sum of the runs' hashes, each taken with its index. */
  readonly traceHash: string;
}

/** A running count. */
export interface Tally {
  add(run: RunSummary): void;
  /** Adds the totals of other runs, with their coverage. */
  addTotals(totals: Totals, coverage: CoverageSets): void;
  totals(): Totals;
  coverage(): CoverageSets;
}

type Counts = Map<string, number>;

interface StrategyCounts {
  schedules: number;
  failingSchedules: number;
  firstFailing: number | undefined;
  readonly violations: Counts;
}

const HASH_DIGITS = 16;

/** A tally of no runs. */
export function createTally(): Tally {
  const sums = { schedules: 0, steps: 0, preemptions: 0, waits: 0, deadlocks: 0 };
  const labels: Counts = new Map();
  const answers: Counts = new Map();
  const strategies = new Map<string, StrategyCounts>();
  const lockOrder = new Map<string, LockEdge>();
  const coverage = createCoverage();
  let hash = 0n;

  const strategyCounts = (name: string): StrategyCounts => {
    const known = strategies.get(name);
    if (known !== undefined) return known;
    const fresh = { schedules: 0, failingSchedules: 0, firstFailing: undefined, violations: new Map() };
    strategies.set(name, fresh);
    return fresh;
  };
  const addStrategy = (name: string, totals: StrategyTotals): void => {
    const counts = strategyCounts(name);
    counts.schedules += totals.schedules;
    counts.failingSchedules += totals.failingSchedules;
    counts.firstFailing = smaller(counts.firstFailing, totals.firstFailing);
    for (const [invariant, schedules] of Object.entries(totals.violations))
      increase(counts.violations, invariant, schedules);
  };
  const addEdges = (edges: readonly LockEdge[]): void => {
    for (const edge of edges) {
      const key = edgeKey(edge);
      const known = lockOrder.get(key);
      // Of equal edges one stays; with the same key only the statements can differ.
      if (known?.heldBy === edge.heldBy && known.askedBy === edge.askedBy) continue;
      if (known === undefined || JSON.stringify(edge) < JSON.stringify(known)) lockOrder.set(key, edge);
    }
  };

  return {
    add(run) {
      sums.schedules += 1;
      sums.steps += run.steps;
      sums.preemptions += run.preemptions;
      sums.waits += run.waits;
      sums.deadlocks += run.deadlocks;
      for (const label of run.labels) increase(labels, label, 1);
      for (const answer of run.answers) increase(answers, answer, 1);
      const failed = run.broken.length > 0;
      addStrategy(run.strategy, {
        schedules: 1,
        failingSchedules: failed ? 1 : 0,
        ...(failed ? { firstFailing: run.index } : {}),
        violations: Object.fromEntries(run.broken.map((invariant) => [invariant, 1])),
      });
      addEdges(run.lockEdges);
      coverage.add(run.schedule, run.scheduleClass);
      hash += run.hash;
    },
    addTotals(totals, sets) {
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += totals[name];
      for (const [label, seen] of Object.entries(totals.labels)) increase(labels, label, seen);
      for (const [answer, given] of Object.entries(totals.answers)) increase(answers, answer, given);
      for (const [name, counts] of Object.entries(totals.strategies)) addStrategy(name, counts);
      addEdges(totals.lockOrder);
      coverage.addSets(sets);
      hash += BigInt(`0x${totals.traceHash}`);
    },
    totals: () => ({
      ...sums,
      ...coverage.counts(sums.schedules),
      labels: sortedRecord(labels),
      answers: sortedRecord(answers),
      strategies: sortedRecord(
        new Map([...strategies].map(([name, counts]) => [name, strategyTotals(counts)])),
      ),
      lockOrder: [...sortedEntries(lockOrder)].map(([, edge]) => edge),
      traceHash: BigInt.asUintN(64, hash).toString(16).padStart(HASH_DIGITS, "0"),
    }),
    coverage: () => coverage.sets(),
  };
}

function strategyTotals({ firstFailing, violations, ...counts }: StrategyCounts): StrategyTotals {
  return {
    ...counts,
    ...(firstFailing === undefined ? {} : { firstFailing }),
    violations: sortedRecord(violations),
  };
}

function increase(counts: Counts, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function sortedEntries<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sortedRecord<Value>(map: ReadonlyMap<string, Value>): Readonly<Record<string, Value>> {
  return Object.fromEntries(sortedEntries(map));
}
