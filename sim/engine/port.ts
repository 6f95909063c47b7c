/**
 * The engine port: what the run loop needs of a database that serves several sessions.
 *
 * Two engines implement it: `sim/pglite` (several backends of one Postgres in this process) and `sim/postgres` (real connections
 * to a server). Nothing above this port knows how an engine keeps a waiting session alive.
 */
import type { DatabaseError } from "./database-error.ts";

/** One statement as a session submits it; `values` travel in the extended protocol, never pasted into `text`. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** "array" gives rows as arrays in column order (duplicate names survive); the default gives objects. */
  readonly rowMode?: "array" | undefined;
  /** The result carries its values as Postgres prints them, too (`StatementResult.text`): for a client with parsers of its own. */
  readonly wantsText?: boolean | undefined;
}

/** One column of a result, as `pg` reports it. */
export interface Field {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
  readonly dataTypeSize: number;
  readonly dataTypeModifier: number;
  readonly format: "text";
}

/** The result of a statement, in the shape of `pg`'s QueryResult. */
export interface StatementResult {
  /** First word of the command tag, e.g. "SELECT", "UPDATE", "BEGIN". */
  readonly command: string;
  /** Rows of the command tag; null where the tag carries no number. */
  readonly rowCount: number | null;
  readonly fields: readonly Field[];
  readonly rows: readonly unknown[];
  /** For a statement with `wantsText`: the values of each row in column order, null for NULL. */
  readonly text?: readonly (readonly (string | null)[])[] | undefined;
}

/** Why a statement waits: one lock, held by (or queued for by) one or more sessions. */
export interface Wait {
  /** Sessions waited for, in the order in which Postgres lists them. */
  readonly for: readonly string[];
  readonly lock: LockDescription;
}

/** The lock that is waited for, in words that a report can print. */
export interface LockDescription {
  /** The lock tag's type: "row" where a transaction is waited for because of a row that it wrote or locked, "connection" for one of a pool. */
  readonly kind: "row" | "transaction" | "relation" | "tuple" | "advisory" | "other" | "connection";
  /** Mode asked for, as pg_locks prints it, e.g. "ShareLock", "AccessExclusiveLock". */
  readonly mode: string;
  /** Name of the relation, where the server's message or the lock tag tells it. */
  readonly relation?: string | undefined;
  /** What tells the row or key apart, as Postgres words it, e.g. "tuple (0,1)". */
  readonly row?: string | undefined;
}

/** What became of a statement. "Waiting" is a state of the statement, not an error. */
export type Outcome =
  | { readonly kind: "done"; readonly result: StatementResult }
  | { readonly kind: "failed"; readonly error: DatabaseError }
  | { readonly kind: "waiting"; readonly wait: Wait };

/** A statement that had been waiting and now came to an end, or waits for somebody else. */
export interface Settled {
  readonly session: string;
  /** The session whose commit, rollback or failure let it go on; its own name when its timeout fired. */
  readonly wokenBy: string;
  readonly outcome: Outcome;
}

/** One edge of a wait-for cycle. */
export interface DeadlockEdge {
  readonly session: string;
  readonly waitsFor: string;
  readonly statement: string;
  readonly lock: LockDescription;
}

/** A message that the server sent beside a result, e.g. by RAISE NOTICE. */
export interface Notice {
  readonly session: string;
  /** "NOTICE", "WARNING", "INFO", "LOG" or "DEBUG". */
  readonly severity: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

/** A NOTIFY that reached a session which listens. */
export interface Notification {
  /** The session that listens. */
  readonly session: string;
  readonly channel: string;
  readonly payload: string;
  /** The session that sent it. */
  readonly from: string;
}

/** Strength of a row lock (PostgreSQL manual, 13.3.2), from the weakest to the strongest. */
export type RowStrength = "key share" | "share" | "no key update" | "update";

/** A row that a session locked or wrote, or has to wait for. */
export interface RowTouch {
  readonly session: string;
  readonly relation: string;
  /** Tells the row from the others of its relation, in all its versions; the same prefix of a run gives the same name. */
  readonly row: string;
  readonly strength: RowStrength;
  readonly change: "locked" | "inserted" | "written" | "waited for";
  /** False where it may have been another session of the same move, or with less strength. */
  readonly isCertain: boolean;
}

/** What a move did to rows and transactions. */
export interface RowReport {
  readonly touched: readonly RowTouch[];
  /** After the move, of every session that went on in it: no transaction, an open one, or a failed one. */
  readonly transactions: Readonly<Record<string, "none" | "open" | "failed">>;
}

/** What one move on the engine brought about. */
export interface Move {
  readonly outcome: Outcome;
  /** Waiting statements of other sessions that this move settled, in the order in which they went on. */
  readonly settled: readonly Settled[];
  /** Cycles that were broken during the move, each with its victim. */
  readonly deadlocks: readonly { readonly victim: string; readonly edges: readonly DeadlockEdge[] }[];
  /** Sessions that committed something during the move, in order (an autocommit statement counts). */
  readonly commits: readonly string[];
  /** Notices that reached sessions during the move, in order for each session. */
  readonly notices: readonly Notice[];
  /** Notifications likewise. */
  readonly notifications: readonly Notification[];
  /** Given by engines that report rows, in runs that ask for it (`RunStart.watchRows`). */
  readonly rows?: RowReport | undefined;
}

/**
 * Picks the victim of a deadlock: an index into `members`, whose first is the session that closed the cycle. A server chooses
 * by itself: then it is called afterwards, with the victim as the only member, so that the schedule takes note of it.
 */
export type ChooseVictim = (members: readonly string[]) => number;

/** How a run begins. */
export interface RunStart {
  /** 32-bit seed of everything random inside the database. */
  readonly seed: number;
  /** Virtual time at which the run starts, in milliseconds since 1970. */
  readonly startMs: number;
  readonly chooseVictim: ChooseVictim;
  /**
   * Called at every commit that changed something, before anybody else goes on; it may `observe`. An engine that cannot
   * stop there calls it at the end of the move, in the order of the commits.
   */
  readonly onCommit: (session: string) => Promise<void>;
  /**
   * Picks who goes on first of several waiting sessions that were let go at once, in the order in which they fell asleep: an
   * index; default 0. Postgres leaves it to the operating system, and so does a server, which never asks.
   */
  readonly chooseWoken?: ((woken: readonly string[]) => number) | undefined;
  /** Whether moves shall tell what they did to rows, if the engine can. */
  readonly watchRows?: boolean | undefined;
}

/**
 * Why a session was not made to read. "committed": it has no snapshot and no changes, what it will see is what is committed
 * then. "waiting", "failed": its statement waits, its transaction has failed. "unknown": its reads count (SERIALIZABLE), or
 * somebody may have locked tables.
 */
export type NotLooked = "committed" | "waiting" | "failed" | "unknown";

/** The contents of all user tables, as an engine keeps them to put them back; opaque to everybody else. */
export type TableImage = object;

/** A database that serves many sessions, one statement at a time. */
export interface Engine {
  readonly name: "pglite" | "postgres";
  /**
   * Whether the harness decides who goes on first of several waiters and who fails in a deadlock. A server decides that by
   * itself, so that two runs of one token may differ there.
   */
  readonly decidesOrder: boolean;
  /** Whether the clock and the random values inside the database are those of the run (`RunStart.seed`, `advanceTo`). */
  readonly controlsTime: boolean;
  /** Whether it can tell what a move did to rows (`RunStart.watchRows`). */
  readonly reportsRows: boolean;
  /** Whether a session can end another's statement with a signal, which may come about between two moves. */
  readonly hasSignals: boolean;
  /** Makes `schema` (a SQL script) the database's only user schema; the same script again costs nothing. */
  install(schema: string): Promise<void>;
  /** Empties every user table, ends every session of the run before, and starts the clock and the entropy anew. */
  startRun(start: RunStart): Promise<void>;
  /**
   * What the tables hold now, to be put back by `restoreTables` at the start of another run; undefined where that would not
   * be the same as running the statements again (they drew random values, or outgrew what can be kept).
   */
  saveTables?(): TableImage | undefined;
  /** Puts saved contents in place of the empty tables of a run that has just started; false if they no longer fit. */
  restoreTables?(image: TableImage): boolean;
  /**
   * Names the victims that the deadlocks of the next run should have, in their order; for an engine whose server chooses, which
   * then makes it likely, not certain.
   */
  wantVictims?(sessions: readonly string[]): void;
  /** Virtual time in milliseconds since 1970. */
  nowMs(): number;
  /** Sets the virtual time; never backwards. An engine without a virtual clock ignores it. */
  advanceTo(timeMs: number): void;
  /** Opens a session; names are unique within a run. */
  open(session: string): Promise<void>;
  /** Runs one statement of a session that does not wait. */
  execute(session: string, statement: Statement): Promise<Move>;
  /** When the waiting statement of `session` times out (lock_timeout, statement_timeout), in ms since 1970; or undefined. */
  timeoutAt(session: string): number | undefined;
  /** Lets the waiting statement of `session` time out; the clock must have reached `timeoutAt`. */
  expire(session: string): Promise<Move>;
  /** Ends a session as a crash of its client does: its open transaction is rolled back. */
  disconnect(session: string): Promise<Move>;
  /** Runs a read of committed data beside all sessions; it must not write, lock or wait. */
  observe(statement: Statement): Promise<StatementResult>;
  /**
   * Runs a read without values inside the open transaction of a session, under its snapshot, and leaves no trace of it: locks
   * that it takes are given back. Tells why not where that would change what comes after.
   */
  lookAs?(session: string, statement: Statement): Promise<StatementResult | NotLooked>;
  /** Process id of a session's backend, as pg_locks and pg_stat_activity have it. */
  backendPid?(session: string): number;
  close(): Promise<void>;
}
