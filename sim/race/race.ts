/**
 * A race, as data: what is set up, who acts, and what must hold at every commit, at the end, and in time.
 */
import type { Arbitrary } from "fast-check";
import type { StatementResult } from "../engine/port.ts";

/** The query surface of a session, a subset of `pg`'s client. */
export interface Queryable {
  query<Row = Record<string, unknown>>(
    statement:
      string | { readonly text: string; readonly values?: readonly unknown[]; readonly rowMode?: "array" },
    values?: readonly unknown[],
  ): Promise<Omit<StatementResult, "rows"> & { readonly rows: Row[] }>;
}

/** What an actor may use besides its session: virtual time and seeded randomness, never the machine's. */
export interface ActorContext {
  /** The actor's session; one statement is one step of the schedule. */
  readonly db: Queryable;
  /** The actor's name. */
  readonly name: string;
  /** Virtual time; reading it is free. */
  now(): Date;
  /** Waits for `durationMs` of virtual time: one step, no cost. */
  sleep(durationMs: number): Promise<void>;
  /** Waits until every other actor has finished (or waits here too): what must come last, whatever the schedule. */
  afterOthers(): Promise<void>;
  /** A number in [0, 1), from the run's seed and the actor's name. */
  random(): number;
  /**
   * Marks `body` as one operation of the protocol: its name, input and result go into the history that invariants
   * read. A thrown error is recorded as the result `{ error }` and thrown on.
   */
  operation<Result>(name: string, input: unknown, body: () => Promise<Result>): Promise<Result>;
}

/** A participant: an async function over its own session. A rejection that it lets escape fails the run. */
export type Actor = (context: ActorContext) => Promise<void>;

/** One call of an operation, as the history keeps it. */
export interface OperationRecord {
  readonly actor: string;
  readonly name: string;
  readonly input: unknown;
  /** Step at which it began and ended (of the statement before which, after which); `endStep` is absent while open. */
  readonly beginStep: number;
  endStep?: number;
  /** Virtual milliseconds since 1970. */
  readonly beginMs: number;
  endMs?: number;
  /** What it returned, or `{ error }` with SQLSTATE or message. */
  result?: unknown;
}

/** What an invariant looks at, right after a commit (or at the end). */
export interface View<State, Data> {
  readonly data: Data;
  /** Committed state before and after the commit. At the end both are the last state. */
  readonly before: State;
  readonly after: State;
  /** Whose commit it was, or undefined at the end. */
  readonly actor: string | undefined;
  /** The operation in which `actor` committed, or undefined outside one. */
  readonly operation: OperationRecord | undefined;
  readonly step: number;
  /** Virtual time of the commit, milliseconds since 1970. */
  readonly nowMs: number;
  /** All operations so far, in the order in which they began. */
  readonly history: readonly OperationRecord[];
}

/** A named promise. `check` returns undefined when it holds, else one sentence that names the offending rows. */
export interface Invariant<State, Data> {
  /** The report's vocabulary, e.g. "I2". */
  readonly name: string;
  /** The promise in one sentence. */
  readonly promise: string;
  readonly check: (view: View<State, Data>) => string | undefined;
}

/** A wrong variant of a race that the harness must catch. */
export interface Mutant {
  /** Its number, as `--mutant` takes it. */
  readonly id: number;
  readonly title: string;
  /** Names of the invariants that it breaks. */
  readonly violates: readonly string[];
  /** Why no schedule can tell it from the race itself; absent where one can. */
  readonly equivalent?: string;
  /** A statement that it sends and the race does not: where a run sends it, the run comes to what is wrong. */
  readonly sends?: string;
}

/** Races that are explored together (`explore --all`), and what they must reach among them. */
export interface Suite {
  readonly name: string;
  /** Operations ("ask"), and operations with an answer, as `answers` names them ("respond 403 not an assignee"). */
  readonly mustReach: readonly string[];
  /** What an ended operation answered; the operation comes first, up to a blank. None where it failed. */
  answers(operation: OperationRecord): readonly string[];
}

/** A race: everything that the run loop needs, and nothing that depends on a schedule. */
export interface Race<State = unknown, Data = unknown> {
  /** e.g. "hitl/park-respond-sweep". */
  readonly name: string;
  readonly description: string;
  /** Where it was published, e.g. "apache/airflow#55054"; only of races that are told after others. */
  readonly source?: string;
  /** SQL script that creates the tables; run once per database. */
  readonly schema: string;
  /** What varies from run to run (must survive JSON): drawn from the run's seed, shrunk by fast-check. */
  readonly data: Arbitrary<Data>;
  /**
   * Small data for exhaustive search, by name: every schedule of each is explored. Without them it takes the data that the
   * exploration's seed draws.
   */
  readonly exhaustive?: Readonly<Record<string, Data>>;
  /** Fills the empty tables, in one transaction of its own. */
  setup(db: Queryable, data: Data, now: Date): Promise<void>;
  /** Actors by name; their order is the order in which the schedule counts them. */
  actors(data: Data): Readonly<Record<string, Actor>>;
  /** Reads the whole committed state, in one statement if it can (it runs after every commit). */
  observe(db: Queryable): Promise<State>;
  /** Checked at every commit. */
  readonly invariants: readonly Invariant<State, Data>[];
  /** Checked once, when every actor has finished. */
  readonly atEnd: readonly Invariant<State, Data>[];
  /** Checked once at the end: what must have come about. */
  readonly liveness: Invariant<State, Data>;
  /** Labels that an exploration must have seen at least once each, or it is vacuous; see `labels`. */
  readonly mustSee: readonly string[];
  /** What an ended operation counts as, e.g. ["respond 200"]. */
  labels(operation: OperationRecord): readonly string[];
  /** What it belongs to; absent for a race that stands alone. */
  readonly suite?: Suite;
  readonly mutants: readonly Mutant[];
  /** The same race over the mutant's code. */
  mutate(id: number): Race<State, Data>;
}
