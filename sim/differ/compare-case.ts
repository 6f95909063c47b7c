/**
 * Runs one case on both engines and tells where they differ.
 *
 * The server goes first, because some of what it does is its own choice, or the operating system's: which member of a deadlock
 * fails (whose timer fires first), and in which order several waiters go on that were let go at once. The in-process engine
 * follows the server's victims. Where several waiters are let go at once it goes first come, first served; if that is not
 * what the server did, their other orders (and other deadlock timers) are tried, one after the other. Nothing is taken on trust: if none of them is what the
 * server did, the server runs the case again a few times, since two of its backends may have been at work at the same moment,
 * and if it never does what the in-process engine did, the case is a divergence.
 */
import type { Engine } from "../engine/port.ts";
import type { Json } from "../trace/trace.ts";
import { driveCase, type CaseRun, type Guide } from "./drive-case.ts";
import type { StepRecord } from "./step-record.ts";
import type { Case } from "./workload.ts";

/** Runs on the server that a case may take where the order of waiters is open. */
const MAX_SERVER_RUNS = 8;

/** Orders that are tried in process for one run of the server. */
const MAX_ORDERS = 60;

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
  /** PostgreSQL may do it in one way or in another: the engines agreed only when one had followed the other's way. */
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
    const comparison = await exclusive(() => followInAnyOrder(pglite, subject, run));
    if (comparison.difference === undefined) {
      return { ...comparison, eitherWay: comparison.eitherWay || first !== undefined };
    }
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
    chooseWoken: () => 0,
    onStep: () => true,
  };
}

/** Follows `run` in process: first come, first served, and then in each other order, until one agrees. */
async function followInAnyOrder(pglite: Engine, subject: Case, run: CaseRun): Promise<Comparison> {
  let order: readonly number[] = [];
  let first: Comparison | undefined;
  for (let tried = 0; tried < MAX_ORDERS; tried++) {
    const { comparison, choices } = await follow(pglite, subject, run, order);
    if (comparison.difference === undefined) return { ...comparison, eitherWay: tried > 0 };
    first ??= comparison;
    const next = nextOrder(choices);
    if (next === undefined) break;
    order = next;
  }
  return first as Comparison;
}

/** A choice that PostgreSQL leaves open: which one it was, of how many. */
interface Choice {
  readonly taken: number;
  readonly of: number;
}

/** The choices to make next in a search through all of them, the last ones first; undefined after the last order. */
function nextOrder(choices: readonly Choice[]): readonly number[] | undefined {
  const at = choices.findLastIndex(({ taken, of }) => taken + 1 < of);
  if (at < 0) return undefined;
  return [...choices.slice(0, at).map(({ taken }) => taken), (choices[at]?.taken ?? 0) + 1];
}

/** Runs the case in process as the server's `run` went, up to the first difference; what is open goes as `order` says. */
async function follow(
  pglite: Engine,
  subject: Case,
  run: CaseRun,
  order: readonly number[],
): Promise<{ readonly comparison: Comparison; readonly choices: readonly Choice[] }> {
  let difference: Difference | undefined;
  const compare = (pgliteSide: unknown, postgresSide: unknown, step: number): boolean => {
    if (JSON.stringify(pgliteSide) === JSON.stringify(postgresSide)) return true;
    difference = { step: step + 1, pglite: pgliteSide as Json, postgres: postgresSide as Json };
    return false;
  };
  const choices: Choice[] = [];
  const choose = (of: number): number => {
    const taken = order[choices.length] ?? 0;
    choices.push({ taken, of });
    return taken;
  };
  let at = 0;
  const mine = await driveCase(pglite, subject, {
    pick: () => run.steps[at++]?.session,
    // Whose timer fires need not fail: to let others wait in another order may be enough. So it is a choice, too; the
    // first try is the one that failed on the server.
    chooseVictim(members, step) {
      const victim = run.steps[step]?.victims.find((name) => members.includes(name));
      return Math.max(0, members.indexOf(victim ?? "")) + choose(members.length);
    },
    chooseWoken: (woken) => choose(woken.length),
    onStep: (record, step) => compare(record, run.steps[step], step),
  });
  if (difference === undefined && mine.refused === undefined) {
    if (compare(mine.steps.length, run.steps.length, mine.steps.length)) {
      compare(mine.tables, run.tables, mine.steps.length);
    }
  }
  return { comparison: { run, difference, refused: mine.refused, eitherWay: false }, choices };
}

/** The names of the steps of a run. */
export function stepsOf(steps: readonly StepRecord[]): Steps {
  return steps.map(({ session }) => session);
}
