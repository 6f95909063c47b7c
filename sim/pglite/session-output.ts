/**
 * What a session's client gets to see of an execution beside its result: the notices; and, where the engine was opened for
 * text, columns that are all described as text, so that no value is converted.
 */
import type { Field, Notice } from "../engine/port.ts";
import type { Execution } from "./backend.ts";
import { readNotices } from "./wire.ts";
import type { YardSession } from "./yard-session.ts";

/** How values are handed out: "typed" as `pg` converts them, "text" as Postgres prints them. */
export type ValueMode = "typed" | "text";

/** Collects the notices of a move. */
export class SessionOutput {
  readonly #mode: ValueMode;
  #notices: Notice[] = [];
  /** Notices that the waiting statement of a session has sent: a re-run sends them again. */
  readonly #sentWhileWaiting = new Map<YardSession, number>();

  constructor(mode: ValueMode) {
    this.#mode = mode;
  }

  /** Reads what `session` is to see; returns the execution with its columns as they are to be described. */
  read(session: YardSession, execution: Execution): Execution {
    const all = readNotices(execution.reply);
    const sent = session.waiting ? (this.#sentWhileWaiting.get(session) ?? 0) : 0;
    for (const notice of all.slice(sent)) this.#notices.push({ session: session.name, ...notice });
    if (execution.wait) this.#sentWhileWaiting.set(session, Math.max(sent, all.length));
    else this.#sentWhileWaiting.delete(session);
    return this.#mode === "text" ? { ...execution, fields: execution.fields.map(asText) } : execution;
  }

  /** The notices since the last call. */
  take(): readonly Notice[] {
    const notices = this.#notices;
    if (notices.length > 0) this.#notices = [];
    return notices;
  }
}

/** Object identifier of the type text. */
const TEXT = 25;

function asText(field: Field): Field {
  return { ...field, dataTypeID: TEXT };
}
