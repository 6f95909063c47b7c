/**
 * Runs one case on both engines and tells where they differ.
 *
 * The server goes first, because some of what it does is its own choice: which member of a deadlock fails, which depends on
 * whose timer fires first. The in-process engine follows that choice. Where several waiters are let go at once, the server may
 * serve them in either order. There nothing is taken on trust: the server runs the case again until it does what the
 * in-process engine did, or it never does and the case is a divergence.
 */
import type { Engine } from "../engine/port.ts";
import type { Json } from "../trace/trace.ts";
import { driveCase, type CaseRun, type Guide } from "./drive-case.ts";
import type { StepRecord } from "./step-record.ts";
import type { Case } from "./workload.ts";

/** Runs on the server that a case may take where the order of waiters is open. */
export const MAX_SERVER_RUNS = 12;

/** Both engines, each for one case at a time. */
export interface Engines {
  readonly pglite: Engine;
  readonly postgres: Engine;
}

/** Where two runs differ. */
export interface Difference {
  /** Number of the step, from 1; one more than there are steps where the final tables differ. */
  readonly step: number;
  readonly pglite: Json;
  readonly postgres: Json;
}

/** What comparing came to. */
export interface Comparison {
  /** The server's run: the last one, or the one that agreed. */
  readonly run: CaseRun;
  readonly difference: Difference | undefined;
  /** What the in-process engine refused; it was compared up to there. */
  readonly refused: string | undefined;
  /** The server did it in one way and in the other. */
  readonly eitherWay: boolean;
}

/** Who goes when, by name. */
export type Steps = readonly string[];

/** How to compare. */
export interface CompareOptions {
  /** Steps to take, as far as they can be taken, before the case's own schedule. */
  readonly steps?: Steps | undefined;
  /** Is given the part that runs in process, so that several comparisons can share that engine. */
  readonly exclusive?: (<Result>(body: () => Promise<Result>) => Promise<Result>) | undefined;
}

/** Compares the engines on a case. Throws what the engines throw. */
export async function compareCase(
  { pglite, postgres }: Engines,
  subject: Case,
  { steps, exclusive = (body) => body() }: CompareOptions = {},
): Promise<Comparison> {
  let first: Comparison | undefined;
  for (let runs = 0; runs < MAX_SERVER_RUNS; runs++) {
    const run = await driveCase(postgres, subject, leader(subject.schedule, steps));
    const comparison = await exclusive(() => follow(pglite, subject, run));
    if (comparison.difference === undefined) return { ...comparison, eitherWay: first !== undefined };
    first ??= comparison;
    if (!isOpen(comparison)) return comparison;
  }
  return first as Comparison;
}

/** Whether up to the difference several waiters went on in one step, so that the server may have gone another way. */
function isOpen({ run, difference }: Comparison): boolean {
  return run.steps.slice(0, difference?.step).some(({ settled }) => settled.length > 1);
}

/** Goes by the steps, leaving out those that cannot be taken, and then by the schedule. */
function leader(schedule: readonly number[], steps: Steps = []): Guide {
  const named = [...steps];
  let at = 0;
  return {
    pick(enabled) {
      while (named.length > 0) {
        const name = named.shift();
        if (name !== undefined && enabled.includes(name)) return name;
      }
      return enabled[(schedule[at++] ?? 0) % enabled.length];
    },
    chooseVictim: () => 0,
    onStep: () => true,
  };
}

/** Runs the case in process as the server's `run` went, up to the first difference. */
async function follow(pglite: Engine, subject: Case, run: CaseRun): Promise<Comparison> {
  let difference: Difference | undefined;
  const compare = (pgliteSide: unknown, postgresSide: unknown, step: number): boolean => {
    if (JSON.stringify(pgliteSide) === JSON.stringify(postgresSide)) return true;
    difference = { step: step + 1, pglite: pgliteSide as Json, postgres: postgresSide as Json };
    return false;
  };
  let at = 0;
  const chosen: string[] = [];
  const mine = await driveCase(pglite, subject, {
    pick: () => {
      chosen.length = 0;
      return run.steps[at++]?.session;
    },
    chooseVictim(members, step) {
      const victims = run.steps[step]?.victims ?? [];
      const victim = victims.find((name) => members.includes(name) && !chosen.includes(name));
      if (victim !== undefined) chosen.push(victim);
      return Math.max(0, members.indexOf(victim ?? ""));
    },
    onStep: (record, step) => compare(record, run.steps[step], step),
  });
  if (difference === undefined && mine.refused === undefined) {
    if (compare(mine.steps.length, run.steps.length, mine.steps.length))
      compare(mine.tables, run.tables, mine.steps.length);
  }
  return { run, difference, refused: mine.refused, eitherWay: false };
}

/** The names of the steps of a run. */
export function stepsOf(steps: readonly StepRecord[]): Steps {
  return steps.map(({ session }) => session);
}
