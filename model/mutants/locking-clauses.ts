/**
 * The locking-clause mutants: every clause of the reference's SQL on which its concurrency rests, removed or changed one at a
 * time. Derived from the statements themselves: a clause that the reference gains or loses is gained or lost here too.
 */
import { askSql } from "../ask.ts";
import { clearSql } from "../clear.ts";
import { deferSql } from "../defer.ts";
import { deleteRunSql } from "../delete-run.ts";
import { enqueueSql } from "../enqueue.ts";
import { finishSql } from "../finish.ts";
import { fireSql } from "../fire.ts";
import { markSql } from "../mark.ts";
import { parkSql } from "../park.ts";
import { pollSql } from "../poll.ts";
import { reference, type Operation, type Protocol } from "../protocol.ts";
import type { Queryable } from "../query-port.ts";
import { queueSql } from "../queue.ts";
import { recordSql } from "../record.ts";
import { respondSql } from "../respond.ts";
import { scheduleSql } from "../schedule.ts";
import { skipSql } from "../skip.ts";
import { startSql } from "../start.ts";
import { sweepSql } from "../sweep.ts";
import { timeoutRunSql } from "../timeout-run.ts";
import { rewriting, swapping } from "./derive.ts";

/** A clause of one statement, changed. */
export interface ClauseMutant {
  readonly operation: keyof Protocol;
  /** Name of the statement among those of its operation, e.g. "lockTask". */
  readonly statement: string;
  /** What was done, e.g. "without FOR UPDATE". */
  readonly change: string;
  readonly protocol: Protocol;
  /** The changed statement; absent where statements change places. */
  readonly sends?: string;
}

/** Statements of every operation, by their names; reads that decide nothing are left out. */
export const STATEMENTS: Readonly<Partial<Record<keyof Protocol, Readonly<Record<string, string>>>>> = {
  ask: askSql,
  park: parkSql,
  respond: respondSql,
  sweep: sweepSql,
  enqueue: { write: enqueueSql },
  start: { take: startSql.take },
  finish: { write: finishSql.write },
  mark: markSql,
  schedule: scheduleSql,
  queue: queueSql,
  clear: clearSql,
  timeoutRun: timeoutRunSql,
  deleteRun: deleteRunSql,
  defer: deferSql,
  poll: pollSql,
  fire: fireSql,
  record: recordSql,
  skip: skipSql,
};

const FOR_UPDATE = /\bfor (no key )?update( of \w+)?( skip locked)?/;

/** Ways to change one statement; undefined where the statement has no such clause. */
const CHANGES: readonly {
  readonly change: string;
  readonly rewrite: (statement: string) => string | undefined;
}[] = [
  { change: "without FOR UPDATE", rewrite: (text) => without(text, FOR_UPDATE) },
  {
    change: "with FOR UPDATE in place of FOR NO KEY UPDATE",
    rewrite: (text) => changed(text, /for no key update/, "for update"),
  },
  { change: "without OF", rewrite: (text) => without(text, / of \w+(?= skip locked)/) },
  { change: "without SKIP LOCKED", rewrite: (text) => without(text, / skip locked/) },
  {
    // Postgres promises no order then; random() stands for any, and comes from the run's seed.
    change: "without ORDER BY",
    rewrite: (text) =>
      FOR_UPDATE.test(text)
        ? changed(text, /order by [\w., ]+?(?=\s+(limit|for)\b)/, "order by random()")
        : undefined,
  },
  {
    // The parameter stays, so that the statement takes the same values.
    change: "without LIMIT",
    rewrite: (text) => changed(text, /limit \$(\d)/, "limit $$$1 + 1000000"),
  },
  { change: "without the state predicate", rewrite: withoutState },
];

/** Every clause mutant, in the order of the operations, their statements and the changes. */
export function clauseMutants(): readonly ClauseMutant[] {
  const mutants: ClauseMutant[] = [];
  for (const operation of Object.keys(STATEMENTS) as (keyof Protocol)[]) {
    const statements = Object.entries(STATEMENTS[operation] ?? {});
    for (const [statement, text] of statements) {
      for (const { change, rewrite } of CHANGES) {
        const replacement = rewrite(text);
        if (replacement === undefined) continue;
        const protocol = over(operation, (db) => rewriting(db, text, replacement));
        mutants.push({ operation, statement, change, protocol, sends: replacement });
      }
      if (FOR_UPDATE.test(text)) {
        const sends = unlocked(text);
        const protocol = over(operation, (db) => readingFirst(db, text, sends));
        mutants.push({ operation, statement, change: "decided before the lock", protocol, sends });
      }
    }
    const { lockTask, lockDetail } = STATEMENTS[operation] ?? {};
    if (lockTask !== undefined && lockDetail !== undefined && !takesMore(lockTask)) {
      const protocol = over(operation, (db) => swapping(db, lockTask, lockDetail));
      mutants.push({ operation, statement: "lockTask", change: "after lockDetail", protocol });
    }
  }
  return mutants;
}

function over(operation: keyof Protocol, change: (db: Queryable) => Queryable): Protocol {
  const original = reference[operation] as Operation<never, unknown>;
  const wrong: Operation<never, unknown> = (db, input, options) => original(change(db), input, options);
  return { ...reference, [operation]: wrong };
}

/** Takes the locks, but answers with what `read` found just before. */
function readingFirst(db: Queryable, statement: string, read: string): Queryable {
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      if (text !== statement) return db.query<Row>(text, values);
      const before = await db.query<Row>(read, values);
      await db.query(statement, values);
      return before;
    },
  };
}

function unlocked(statement: string): string {
  return statement.replace(FOR_UPDATE, "");
}

function without(text: string, clause: RegExp): string | undefined {
  return changed(text, clause, "");
}

function changed(text: string, clause: RegExp, replacement: string): string | undefined {
  return clause.test(text) ? text.replace(clause, replacement) : undefined;
}

/** The first condition on a state, as one side of an AND; a SELECT that locks nothing keeps its own. */
function withoutState(text: string): string | undefined {
  if (!FOR_UPDATE.test(text) && !/^\s*update\b/.test(text)) return undefined;
  const [head, tail] = splitAtWhere(text);
  const first = /(\w+\.)?state = '\w+' and /;
  const last = / and ((\w+\.)?state = '\w+'|\([^()]*state[^()]*(\([^()]*\))?\))/;
  if (first.test(tail)) return head + tail.replace(first, "");
  return last.test(tail) ? head + tail.replace(last, "") : undefined;
}

function splitAtWhere(text: string): readonly [string, string] {
  const at = text.indexOf("where");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}

/** True where the statement takes other values than the task's id alone. */
function takesMore(text: string): boolean {
  return text.includes("$2");
}
