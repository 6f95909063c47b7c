/**
 * Reads inside the open transaction of a session's connection without leaving a trace (see sim/engine/look-inside.ts).
 */
import { HAS_SNAPSHOT, lookInside } from "../engine/look-inside.ts";
import type { NotLooked, Statement, StatementResult } from "../engine/port.ts";
import type { Connection } from "./connection.ts";

/** What `statement` gives on the connection, or why it must not be run there. `control` asks for its snapshot. */
export async function lookAsConnection(
  connection: Connection,
  control: Connection,
  statement: Statement,
): Promise<StatementResult | NotLooked> {
  if (connection.status !== "in block") return connection.status === "failed" ? "failed" : "committed";
  const run = async (read: Statement): Promise<StatementResult> => {
    const finished = await connection.run(read);
    if (finished.kind === "failed") throw finished.error;
    return finished.result;
  };
  const hasSnapshot = async (): Promise<boolean> => {
    const [row] = await control.rows({ text: HAS_SNAPSHOT, values: [connection.pid] });
    return Object.values(row ?? {})[0] === true;
  };
  return await lookInside({ run, hasSnapshot }, statement);
}
