/**
 * PGlite as it is published: one connection, statements one after the other. For what needs no second session.
 */
import { PGlite } from "@electric-sql/pglite";
import type { Queryable } from "../../model/query-port.ts";
import type { BenchDatabase } from "./database.ts";

/** Starts an empty one in memory. Its sessions share the connection: each sets its namespace when it comes on. */
export async function openPglite(): Promise<BenchDatabase> {
  const pglite = await PGlite.create();
  let current = "";

  const inNamespace = (namespace: string): Queryable => ({
    async query<Row>(text: string, values: readonly unknown[] = []) {
      if (current !== namespace) {
        current = namespace;
        await pglite.query(`set search_path = ${namespace}`);
      }
      const { rows, affectedRows = null } = await pglite.query<Row>(text, [...values]);
      return { rows, rowCount: affectedRows };
    },
  });

  return {
    name: "pglite",
    session: (namespace = "public") => Promise.resolve(inNamespace(namespace)),
    close: () => pglite.close(),
  };
}
