/**
 * What a client sends: the frontend messages of the wire protocol (PostgreSQL manual, 53.7), cut out of the bytes that `pg` writes.
 */

/** One message. */
export type FrontendMessage =
  | { readonly kind: "startup"; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "query"; readonly text: string }
  | { readonly kind: "parse"; readonly name: string; readonly text: string }
  | {
      readonly kind: "bind";
      readonly statement: string;
      /** Text, or bytes where the client sent a value in binary. */
      readonly values: readonly (string | Buffer | null)[];
      /** Asks for results in binary. */
      readonly binary: boolean;
    }
  | { readonly kind: "describe"; readonly of: "statement" | "portal"; readonly name: string }
  /** `maxRows` 0: all of them. */
  | { readonly kind: "execute"; readonly maxRows: number }
  | { readonly kind: "close"; readonly of: "statement" | "portal"; readonly name: string }
  | { readonly kind: "sync" }
  | { readonly kind: "flush" }
  | { readonly kind: "terminate" }
  /** Anything else, e.g. of COPY, by its letter. */
  | { readonly kind: "other"; readonly letter: string };

/** Cuts bytes into messages as they come; what is not whole yet is kept for the next call. */
export function createFrontendReader(): (bytes: Buffer) => readonly FrontendMessage[] {
  let kept: Buffer = Buffer.alloc(0);
  let started = false;
  return (bytes) => {
    kept = kept.length === 0 ? bytes : Buffer.concat([kept, bytes]);
    const messages: FrontendMessage[] = [];
    for (;;) {
      // Only the first message has no letter.
      const header = started ? 1 : 0;
      if (kept.length < header + 4) return messages;
      const end = header + kept.readInt32BE(header);
      if (kept.length < end) return messages;
      const body = new Reader(kept.subarray(header + 4, end));
      messages.push(started ? readMessage(String.fromCharCode(kept[0] ?? 0), body) : readStartup(body));
      started = true;
      kept = kept.subarray(end);
    }
  };
}

function readStartup(body: Reader): FrontendMessage {
  body.int32();
  const parameters: Record<string, string> = {};
  for (let name = body.text(); name !== ""; name = body.text()) parameters[name] = body.text();
  return { kind: "startup", parameters };
}

function readMessage(letter: string, body: Reader): FrontendMessage {
  switch (letter) {
    case "Q":
      return { kind: "query", text: body.text() };
    case "P":
      return { kind: "parse", name: body.text(), text: body.text() };
    case "B":
      return readBind(body);
    case "D":
    case "C": {
      const of = body.byte() === LETTER_S ? "statement" : "portal";
      return { kind: letter === "D" ? "describe" : "close", of, name: body.text() };
    }
    case "E":
      body.text();
      return { kind: "execute", maxRows: body.int32() };
    case "S":
      return { kind: "sync" };
    case "H":
      return { kind: "flush" };
    case "X":
      return { kind: "terminate" };
    default:
      return { kind: "other", letter };
  }
}

const LETTER_S = 0x53;

function readBind(body: Reader): FrontendMessage {
  body.text();
  const statement = body.text();
  const formats = body.list(() => body.int16());
  const formatOf = (place: number): number => (formats.length === 1 ? formats[0] : formats[place]) ?? 0;
  let place = 0;
  const values = body.list(() => {
    const bytes = body.bytes();
    const format = formatOf(place++);
    return bytes === null || format === 1 ? bytes : bytes.toString();
  });
  const binary = body.list(() => body.int16()).includes(1);
  return { kind: "bind", statement, values, binary };
}

/** Reads the fields of one message, one after the other. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  int16(): number {
    return this.#bytes.readInt16BE((this.#at += 2) - 2);
  }

  int32(): number {
    return this.#bytes.readInt32BE((this.#at += 4) - 4);
  }

  /** Up to the next zero byte; "" at the end. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    const text = this.#bytes.toString("utf8", this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#bytes.length : end + 1;
    return text;
  }

  /** A length and as many bytes; null for -1. */
  bytes(): Buffer | null {
    const length = this.int32();
    if (length < 0) return null;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A count and as many items. */
  list<Item>(read: () => Item): Item[] {
    return Array.from({ length: this.int16() }, read);
  }
}
