/**
 * Reads inside a session's open transaction without leaving a trace (see sim/engine/look-inside.ts).
 */
import { HAS_SNAPSHOT, lookInside } from "../engine/look-inside.ts";
import type { NotLooked, Statement, StatementResult } from "../engine/port.ts";
import type { Server } from "./server.ts";
import type { Session } from "./session.ts";
import { convertRows, readReply, splitTag } from "./wire.ts";

/** What `statement` (without values) gives in the session, or why it must not be run there. Nobody may have locked tables. */
export async function lookAsSession(
  server: Server,
  session: Session,
  statement: Statement,
): Promise<StatementResult | NotLooked> {
  if (session.waiting !== undefined) return "waiting";
  if (session.status === "E") return "failed";
  // A BEGIN that has not gone out yet has neither a snapshot nor anything of its own to see.
  if (session.status !== "T" || session.begin !== undefined) return "committed";
  const { backend, statements } = session.berth;
  const run = ({ text, rowMode }: Statement): Promise<StatementResult> => {
    const reply = readReply(server.backends.runHere(backend, statements.once(text)));
    server.backends.learn();
    if (reply.error) return Promise.reject(reply.error);
    const fields = reply.fields ?? [];
    const rows = convertRows(reply, fields, rowMode === "array");
    return Promise.resolve({ ...splitTag(reply.tag ?? ""), fields, rows });
  };
  const hasSnapshot = (): Promise<boolean> =>
    Promise.resolve(server.lookup(HAS_SNAPSHOT, [backend.pid])?.[0] === "t");
  return await lookInside({ run, hasSnapshot }, statement);
}
