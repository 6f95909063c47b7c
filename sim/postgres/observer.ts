/**
 * The connection that reads committed data beside all sessions. The same few statements come after every commit, so the server
 * keeps them prepared.
 */
import type { Statement, StatementResult } from "../engine/port.ts";
import { Connection } from "./connection.ts";

/** Statements kept prepared for one schema; what comes beyond is parsed each time. */
const maxPrepared = 100;

/** An observer; it cannot write, and does not wait for a lock. */
export class Observer {
  readonly #connection: Connection;
  readonly #names = new Map<string, string>();
  /** Schemas so far: a statement that was prepared for another one has other columns. */
  #generation = 0;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Connects to the database at `url`. */
  static async open(url: string): Promise<Observer> {
    const connection = await Connection.open(url);
    await connection.rows({ text: "set default_transaction_read_only = on; set lock_timeout = '1s'" });
    return new Observer(connection);
  }

  /** Reads; `keep`: whether the statement may be kept prepared. Throws the DatabaseError of a read that is refused. */
  async observe(statement: Statement, keep: boolean): Promise<StatementResult> {
    const name = keep ? this.#nameOf(statement.text) : undefined;
    const finished = await this.#connection.run(name === undefined ? statement : { ...statement, name });
    if (finished.kind === "failed") throw finished.error;
    return finished.result;
  }

  /** Forgets the prepared statements: the schema has changed. */
  forget(): void {
    this.#names.clear();
    this.#generation++;
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  #nameOf(text: string): string | undefined {
    let name = this.#names.get(text);
    if (name === undefined && this.#names.size < maxPrepared) {
      name = `observe ${this.#generation} ${this.#names.size}`;
      this.#names.set(text, name);
    }
    return name;
  }
}
