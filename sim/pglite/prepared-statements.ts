/**
 * Statements that a backend knows by name, one for each text that was ever run on it: parsed once, executed by name.
 */
import type { Field } from "../engine/port.ts";
import { closeMessages, executeMessages, isParsed, parseMessages, readReply, syncMessages } from "./wire.ts";

interface Prepared {
  readonly name: string;
  readonly fields: readonly Field[];
  /** The messages that execute it without values. */
  readonly withoutValues: Buffer;
}

/** What has to be sent to run a statement. */
export interface Sending {
  readonly messages: Buffer;
  /** It is parsed first: `note` must be called with the answer. */
  readonly isNew: boolean;
  /** Its columns; undefined where the answer describes them. */
  readonly fields: readonly Field[] | undefined;
}

/** Statements kept; beyond it all are dropped and parsed anew as they come. */
const MAX_STATEMENTS = 1_000;

/** The prepared statements of one backend. */
export class PreparedStatements {
  readonly #byText = new Map<string, Prepared>();
  /** Names that the backend still knows and that are of no use any more. */
  #stale: string[] = [];
  #count = 0;
  /** How often each text was run. */
  readonly #uses = new Map<string, number>();

  /**
   * Counts a use of `text`. True at the first, second, fourth, eighth, ... one: a statement does by and by what it has not done
   * before (finds rows, prunes a page, splits an index), and what changes for the first time then has to be looked for.
   */
  use(text: string): boolean {
    if (this.#uses.size >= MAX_STATEMENTS) this.#uses.clear();
    const uses = (this.#uses.get(text) ?? 0) + 1;
    this.#uses.set(text, uses);
    return (uses & (uses - 1)) === 0;
  }

  /** What has to be sent to run `text`. */
  messages(text: string, values: readonly unknown[]): Sending {
    const known = this.#byText.get(text);
    if (known) {
      const { name, fields, withoutValues } = known;
      const messages = values.length === 0 ? withoutValues : executeMessages(name, values);
      return { messages, isNew: false, fields };
    }
    const closed = this.#stale.map((name) => closeMessages(name));
    this.#stale = [];
    const name = `y${++this.#count}`;
    return {
      messages: Buffer.concat([...closed, parseMessages(name, text), executeMessages(name, values)]),
      isNew: true,
      fields: undefined,
    };
  }

  /** Takes note of the answer to a statement that was parsed. */
  note(text: string, answer: Buffer): void {
    const name = `y${this.#count}`;
    if (!isParsed(answer)) return;
    if (this.#byText.size >= MAX_STATEMENTS) this.forget();
    const fields = readReply(answer).fields ?? [];
    this.#byText.set(text, { name, fields, withoutValues: executeMessages(name) });
  }

  /** The messages that run `text` once, under no name. */
  once(text: string): Buffer {
    return Buffer.concat([parseMessages("", text), executeMessages("")]);
  }

  /** Messages that ask for nothing. */
  nothing(): Buffer {
    return syncMessages();
  }

  /** Forgets all statements, as after a change of the schema. */
  forget(): void {
    for (const { name } of this.#byText.values()) this.#stale.push(name);
    this.#byText.clear();
  }

  /** The backend itself has dropped all statements (DISCARD ALL). */
  dropped(): void {
    this.#byText.clear();
    this.#stale = [];
  }
}
