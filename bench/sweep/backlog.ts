/**
 * A backlog in a steady state: as many tasks as are swept are parked anew, far in the future.
 */
import { deadlineOf, parkBacklog, type IdLayout } from "../../model/backlog.ts";
import type { Queryable } from "../../model/query-port.ts";
import { schema } from "../../model/schema.ts";
import type { BenchDatabase } from "../databases/database.ts";
import type { InProcess } from "../databases/in-process.ts";
import type { BenchServer } from "../databases/server.ts";

/** Rows that one statement parks. */
const ROWS_PER_STATEMENT = 50_000;

/** A backlog of tasks. */
export interface Backlog {
  /** Tasks that are parked and not due. */
  readonly parked: number;
  readonly db: Queryable;
  /** Parks what is missing, so that exactly `due` tasks are due and `parked` are not; returns the time at which it is so. */
  readonly readyFor: (due: number) => Promise<Date>;
  /** Takes note that a sweep resumed so many tasks. */
  readonly swept: (tasks: number) => void;
}

/** How a backlog is made. */
export interface BacklogOptions {
  /** Default "ordered". */
  readonly layout?: IdLayout;
  /** Whether to vacuum and analyze what has been filled. */
  readonly vacuum?: boolean;
  /** Whether the tables are there already. */
  readonly isCreated?: boolean;
}

/** Creates the protocol's tables and parks `parked` tasks. */
export async function createBacklog(
  db: Queryable,
  parked: number,
  options: BacklogOptions = {},
): Promise<Backlog> {
  const { layout = "ordered", vacuum = false, isCreated = false } = options;
  if (!isCreated) for (const statement of statementsOf(schema)) await db.query(statement);
  let head = 0;
  let tail = 0;
  const parkUpTo = async (last: number): Promise<void> => {
    while (tail < last) {
      const to = Math.min(last, tail + ROWS_PER_STATEMENT);
      await parkBacklog(db, tail + 1, to, layout);
      if (to - tail === ROWS_PER_STATEMENT) await db.query("checkpoint");
      tail = to;
    }
  };
  await parkUpTo(parked);
  if (vacuum) await db.query("vacuum (analyze)");
  return {
    parked,
    db,
    async readyFor(due) {
      await parkUpTo(head + due + parked);
      return deadlineOf(head + due);
    },
    swept(tasks) {
      head += tasks;
    },
  };
}

/** The same in a Postgres schema of its own, which is the search path of its session. */
export async function createBacklogIn(
  database: BenchDatabase,
  namespace: string,
  parked: number,
  options?: BacklogOptions,
): Promise<Backlog> {
  const db = await database.session(namespace);
  await db.query(`create schema ${namespace}`);
  return await createBacklog(db, parked, options);
}

/** A backlog that is to be drained: vacuumed on a server; in process, where nobody can vacuum, in the tables that are there. */
export async function createDrainBacklog(
  database: BenchServer | InProcess,
  parked: number,
): Promise<Backlog> {
  const options = database.name === "server" ? { vacuum: true } : { isCreated: true };
  return await createBacklog(await database.session(), parked, options);
}

/** The statements of a script without functions, for drivers that send one at a time. */
function statementsOf(script: string): readonly string[] {
  return script
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
