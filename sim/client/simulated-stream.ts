/**
 * The socket of a simulated connection: `pg` writes to it and reads from it as it does with a server's, and at the other end each
 * statement becomes a step of the schedule.
 */
import { EventEmitter } from "node:events";
import { DatabaseError } from "../engine/database-error.ts";
import type { Statement, StatementResult } from "../engine/port.ts";
import type { Lane } from "../race/actor-task.ts";
import type { Connections } from "../race/connections.ts";
import { isRollbackToSavepoint } from "../sql/transaction-control.ts";
import {
  BOUND,
  CLOSED,
  errorResponse,
  NO_DATA,
  PARSED,
  readyForQuery,
  resultMessages,
  rowDescription,
  welcome,
  type TransactionStatus,
} from "./backend-messages.ts";
import { createFrontendReader, type FrontendMessage } from "./frontend-messages.ts";
import { startupSettings } from "./startup-settings.ts";

/** What was bound, and what was asked about it, since the last Sync. */
interface Exchange {
  readonly replies: Buffer[];
  statement?: Statement;
  describes: boolean;
  refused?: Refusal;
}

interface Refusal {
  readonly error: DatabaseError;
  told: boolean;
}

/** One connection's stream. It emits "connect", "data" and "close". */
export class SimulatedStream extends EventEmitter {
  readonly writable = true;
  /** The engine's session behind it. */
  readonly session: string;
  readonly #connections: Connections;
  /** Who has the connection, or had it last. */
  #lane: Lane;
  readonly #read = createFrontendReader();
  readonly #texts = new Map<string, string>();
  #exchange: Exchange = { replies: [], describes: false };
  #status: TransactionStatus = "I";
  /** Requests that are not answered yet. */
  #open = 0;
  #closed = false;

  constructor(connections: Connections, lane: Lane) {
    super();
    this.#connections = connections;
    this.session = connections.create();
    this.#lane = lane;
  }

  /** The lane that has the connection, or had it last. */
  get lane(): Lane {
    return this.#lane;
  }

  /** `lane` has the connection from here on. */
  lend(lane: Lane): void {
    this.#lane = lane;
    this.#connections.bind(this.session, lane);
  }

  /** Its lane has given the connection back. */
  takeBack(): void {
    this.#connections.release(this.session, this.#lane);
  }

  connect(): void {
    process.nextTick(() => this.emit("connect"));
  }

  write(bytes: Uint8Array | string, done?: () => void): boolean {
    for (const message of this.#read(Buffer.from(bytes as Uint8Array))) this.#take(message);
    if (done !== undefined) process.nextTick(done);
    return true;
  }

  end(): void {
    this.#close();
  }

  destroy(): void {
    this.#close();
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}
  cork(): void {}
  uncork(): void {}

  #take(message: FrontendMessage): void {
    const { replies } = this.#exchange;
    switch (message.kind) {
      case "startup":
        this.#reply(welcome());
        for (const statement of startupSettings(message.parameters)) this.#request(statement, () => {});
        return;
      case "query":
        this.#run({ text: message.text, wantsText: true }, [], true);
        return;
      case "parse":
        this.#texts.set(message.name, message.text);
        replies.push(PARSED);
        return;
      case "bind":
        this.#bind(message);
        return;
      case "describe":
        this.#exchange.describes = true;
        return;
      case "execute":
        if (message.maxRows !== 0) this.#refuse("Reading a result in parts (a cursor, a query stream)");
        return;
      case "close":
        replies.push(CLOSED);
        return;
      case "sync":
        this.#sync();
        return;
      case "flush":
        this.#tellRefusal();
        return;
      case "terminate":
        this.#close();
        return;
      case "other":
        this.#refuse("COPY by a client");
        this.#sync();
    }
  }

  #bind({ statement, values, binary }: FrontendMessage & { readonly kind: "bind" }): void {
    const text = this.#texts.get(statement) ?? "";
    this.#exchange.statement = { text, values, wantsText: true };
    this.#exchange.replies.push(BOUND);
    if (binary) this.#refuse("A result in binary");
  }

  #refuse(what: string): void {
    const message = `${what} is not simulated: session "${this.#lane.name}" asked for it. Read the whole result as text.`;
    const error = new DatabaseError(message, { code: "0A000", severity: "ERROR" });
    this.#exchange.refused ??= { error, told: false };
  }

  /** A server tells an error at once, and that it is ready again after the next Sync. */
  #tellRefusal(): void {
    const { refused } = this.#exchange;
    if (refused === undefined || refused.told) return;
    refused.told = true;
    this.#reply(errorResponse(refused.error));
  }

  #sync(): void {
    const { replies, statement, describes, refused } = this.#exchange;
    this.#exchange = { replies: [], describes: false };
    if (refused !== undefined) this.#reply(...errorUnlessTold(refused), readyForQuery(this.#status));
    else if (statement === undefined) this.#reply(...replies, readyForQuery(this.#status));
    else this.#run(statement, replies, describes);
  }

  /** Answers with `before`, the description of the rows if it is asked for, and what came of the statement. */
  #run(statement: Statement, before: readonly Buffer[], describes: boolean): void {
    this.#request(statement, (result) => {
      if (result instanceof DatabaseError) {
        if (this.#status === "T") this.#status = "E";
        this.#reply(errorResponse(result), readyForQuery(this.#status));
        return;
      }
      this.#note(statement.text, result.command);
      const hasRows = result.fields.length > 0;
      const description = hasRows ? [rowDescription(result.fields)] : before.length > 0 ? [NO_DATA] : [];
      this.#reply(
        ...before,
        ...(describes ? description : []),
        resultMessages(result),
        readyForQuery(this.#status),
      );
    });
  }

  #note(text: string, command: string): void {
    if (command === "BEGIN" || command === "START" || isRollbackToSavepoint(text)) this.#status = "T";
    else if (command === "COMMIT" || command === "ROLLBACK") this.#status = "I";
  }

  /** Asks the schedule for a step; what is no error of the database is thrown by the run itself. */
  #request(statement: Statement, then: (result: StatementResult | DatabaseError) => void): void {
    this.#open += 1;
    const answer = (result: StatementResult | DatabaseError): void => {
      this.#open -= 1;
      if (!this.#closed) then(result);
    };
    this.#lane.requests.push({
      kind: "statement",
      statement,
      session: this.session,
      resolve: answer,
      reject: (error) => answer(error as DatabaseError),
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const closed = (): void => {
      process.nextTick(() => this.emit("close"));
    };
    if (this.#status === "I" && this.#open === 0) closed();
    else
      this.#lane.requests.push({
        kind: "disconnect",
        session: this.session,
        resolve: closed,
      });
  }

  #reply(...messages: readonly Buffer[]): void {
    this.emit("data", Buffer.concat(messages));
  }
}

function errorUnlessTold({ error, told }: Refusal): readonly Buffer[] {
  return told ? [] : [errorResponse(error)];
}
