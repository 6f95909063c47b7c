/**
 * One connection as isolationtester has it: takes a string of statements, as one message of the simple protocol, and runs
 * it through the engine port, statement by statement.
 *
 * Several statements in one message share a transaction, which ends with the message (manual, "Multiple Statements in a
 * Simple Query"). A BEGIN among them makes it an ordinary block; COMMIT or ROLLBACK end it, and the rest share a new one.
 */
import type { DatabaseError } from "../engine/database-error.ts";
import type { Notice, Notification, Outcome } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { TextResult } from "./result-table.ts";
import { splitStatements, type SplitStatement } from "./split-statements.ts";

/** What came back for a message, in order. */
export type Answer =
  | { readonly kind: "result"; readonly result: TextResult }
  | { readonly kind: "error"; readonly error: DatabaseError };

/** "idle": nothing sent, or all answered; "ready": a statement is to be run; "waiting": one waits for a lock. */
export type ClientState = "idle" | "ready" | "waiting";

/** A connection. Its owner runs `next()` and hands every outcome to `take`. */
export class Client {
  readonly session: string;
  state: ClientState = "idle";
  /** Set while an answer is known but, on a real server, would come only after some time. */
  held = false;
  /** What this session set for deadlock_timeout, in milliseconds; undefined while it is the server's. */
  deadlockTimeoutMs: number | undefined;
  /** Sessions that the running statement waits for; empty while it does not wait. */
  waitsFor: readonly string[] = [];
  answers: Answer[] = [];
  /** Not printed yet. */
  notices: Notice[] = [];
  notifications: Notification[] = [];
  /** Notices printed so far. */
  noticeCount = 0;
  #block: "none" | "implicit" | "explicit" = "none";
  #rest: SplitStatement[] = [];
  /** The statement that runs; undefined for the harness' own BEGIN, COMMIT and ROLLBACK. */
  #running: SplitStatement | undefined;

  constructor(session: string) {
    this.session = session;
  }

  /** Takes a message; the client must be idle. */
  send(sql: string): void {
    this.answers = [];
    this.#rest = splitStatements(sql);
    this.state = "ready";
  }

  /** True while the message is not answered, or its answer is held back. */
  get busy(): boolean {
    return this.state !== "idle" || this.held;
  }

  /**
   * The text of the next statement to run, or undefined when the message is answered.
   * @throws SwitchyardError "unsupported" for transaction control that cannot be done statement by statement
   */
  next(): string | undefined {
    const statement = this.#rest[0];
    this.#running = undefined;
    if (statement === undefined) {
      if (this.#block === "implicit") {
        this.#block = "none";
        return "commit";
      }
      this.state = "idle";
      return undefined;
    }
    const { control, text } = statement;
    if (this.#block === "none" && control === undefined && this.#rest.length > 1) {
      this.#block = "implicit";
      return "begin";
    }
    this.#rest.shift();
    if (this.#block === "implicit" && control === "begin") {
      this.#block = "explicit";
      return this.next();
    }
    if (this.#block === "implicit" && (control === "begin-with-modes" || control === "savepoint")) {
      throw refused(this.session, text);
    }
    this.#running = statement;
    return text;
  }

  /** Takes the outcome of the statement that `next` gave. */
  take(outcome: Outcome): void {
    this.waitsFor = outcome.kind === "waiting" ? outcome.wait.for : [];
    if (outcome.kind === "waiting") {
      this.state = "waiting";
      return;
    }
    this.state = "ready";
    if (outcome.kind === "failed") {
      this.answers.push({ kind: "error", error: outcome.error });
      this.#rest = [];
      this.#afterFailure();
    } else if (this.#running) {
      const { fields, rows } = outcome.result;
      const columns = fields.map(({ name }) => name);
      this.answers.push({ kind: "result", result: { columns, rows: rows as TextResult["rows"] } });
      this.#afterSuccess(this.#running);
    }
  }

  #afterSuccess({ control, deadlockTimeoutMs }: SplitStatement): void {
    this.deadlockTimeoutMs = deadlockTimeoutMs ?? this.deadlockTimeoutMs;
    if (control === "begin" || control === "begin-with-modes") this.#block = "explicit";
    if (control === "commit" || control === "rollback") this.#block = "none";
  }

  #afterFailure(): void {
    const control = this.#running?.control;
    if (control === "commit" || control === "rollback") this.#block = "none";
    // An implicit block ends with the failure: the rollback that ends it is the last that is run.
    if (this.#block === "implicit") {
      this.#block = "none";
      this.#rest = [{ text: "rollback", control: undefined, deadlockTimeoutMs: undefined }];
    }
  }
}

function refused(session: string, text: string): SwitchyardError {
  return new SwitchyardError(
    "unsupported",
    `Session "${session}" runs "${text}" after other statements of the same message, which share a transaction without a block.`,
    "Begin the transaction in a step of its own.",
  );
}
