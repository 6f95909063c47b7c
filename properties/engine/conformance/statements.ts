/**
 * What a statement brings back: rows, types, errors, and the state of its transaction after an error.
 */
import { describe, expect, it } from "vitest";
import { codeOf, resultOf } from "./outcomes.ts";
import type { TestedEngine } from "./tested-engine.ts";

/** Registers the tests of statements. */
export function describeStatements({ engine, run, stocks }: TestedEngine): void {
  describe("statements", () => {
    it("gives rows as objects, with pg's types, the row count and the command", async () => {
      const { outcome } = await run("a", "select id, label, now() as seen from item order by id");
      const result = resultOf(outcome);
      expect(result.command).toBe("SELECT");
      expect(result.rowCount).toBe(2);
      expect(result.fields.map((field) => [field.name, field.dataTypeID])).toEqual([
        ["id", 23],
        ["label", 25],
        ["seen", 1184],
      ]);
      expect(result.rows).toMatchObject([
        { id: 1, label: "one" },
        { id: 2, label: "two" },
      ]);
      expect((result.rows[0] as { seen: unknown }).seen).toBeInstanceOf(Date);
    });

    it("keeps columns of the same name apart in row mode array", async () => {
      const text = "select $1::int as x, $2::text as x, null as x";
      const move = await engine().execute("a", { text, values: [7, "it's"], rowMode: "array" });
      expect(resultOf(move.outcome).rows).toEqual([[7, "it's", null]]);
    });

    it("reports an error with its SQLSTATE, detail, table and constraint", async () => {
      const { outcome } = await run("a", "insert into item (id, label) values (3, 'one')");
      expect(outcome).toMatchObject({
        kind: "failed",
        error: {
          code: "23505",
          severity: "ERROR",
          detail: "Key (label)=(one) already exists.",
          table: "item",
          constraint: "item_label_key",
        },
      });
    });

    it("answers 25P02 in a failed transaction until it is rolled back", async () => {
      const failed = await run("a", "begin", "select 1 / 0");
      expect(codeOf(failed.outcome)).toBe("22012");
      expect(codeOf((await run("a", "select 1")).outcome)).toBe("25P02");
      const commit = await run("a", "commit");
      expect(resultOf(commit.outcome).command).toBe("ROLLBACK");
      expect(commit.commits).toEqual([]);
    });

    it("comes back to a savepoint after an error", async () => {
      await run("a", "begin", "update item set stock = 11 where id = 1", "savepoint s");
      expect(codeOf((await run("a", "insert into item values (1, 'x')")).outcome)).toBe("23505");
      await run("a", "rollback to s", "update item set stock = 21 where id = 2", "commit");
      expect(await stocks()).toEqual([
        [1, 11],
        [2, 21],
      ]);
    });
  });
}
