/**
 * One server-side prepared statement for each text that was ever run: planned once, executed by name.
 */
import type { Field } from "../engine/port.ts";
import type { Pump } from "./message-pump.ts";
import { closeMessages, executeMessages, hasError, parseMessages, readReply } from "./wire.ts";

/** A statement that the backend knows by name. */
export interface PreparedStatement {
  readonly name: string;
  readonly fields: readonly Field[];
  /** The Execute messages of a statement without values, encoded once. */
  readonly withoutValues: Buffer;
}

/** Statements kept; beyond it all are dropped and prepared anew as they come. */
const MAX_STATEMENTS = 1_000;

/** Prepares by text. A text that cannot be prepared gives the bytes of the error. */
export class StatementCache {
  readonly #pump: Pump;
  readonly #byText = new Map<string, PreparedStatement>();
  #named = 0;

  constructor(pump: Pump) {
    this.#pump = pump;
  }

  /** Whether `text` is prepared already. */
  has(text: string): boolean {
    return this.#byText.has(text);
  }

  /** The prepared statement for `text`, or the bytes of the backend's refusal. */
  prepare(text: string): PreparedStatement | Buffer {
    const known = this.#byText.get(text);
    if (known) return known;
    if (this.#byText.size >= MAX_STATEMENTS) this.clear();
    const name = `y${++this.#named}`;
    const bytes = this.#pump(parseMessages(name, text));
    if (hasError(bytes)) return bytes;
    const statement = { name, fields: readReply(bytes).fields ?? [], withoutValues: executeMessages(name) };
    this.#byText.set(text, statement);
    return statement;
  }

  /** Drops every statement, as after a change of the schema. */
  clear(): void {
    for (const { name } of this.#byText.values()) this.#pump(closeMessages(name));
    this.#byText.clear();
  }
}
