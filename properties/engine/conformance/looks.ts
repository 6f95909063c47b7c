/**
 * Reads as a session, inside its open transaction, that leave no trace.
 */
import { describe, expect, it } from "vitest";
import { resultOf } from "./outcomes.ts";
import type { TestedEngine } from "./tested-engine.ts";

/** Registers the tests of `lookAs`. */
export function describeLooks({ engine, run }: TestedEngine): void {
  describe("a look as a session", () => {
    const look = async (session: string): Promise<unknown> => {
      const text = "select stock from item where id = 1";
      const seen = await engine().lookAs?.(session, { text, rowMode: "array" });
      return typeof seen === "object" ? seen.rows : seen;
    };

    it("sees what the open transaction sees, and says of others why it cannot be had", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 1");
      expect(await look("a")).toEqual([[0]]);
      expect(await look("b")).toBe("committed");
      await run("b", "update item set stock = 5 where id = 1");
      expect(await look("b")).toBe("waiting");
      await run("c", "begin", "select 1 / 0");
      expect(await look("c")).toBe("failed");
      await run("c", "rollback", "begin isolation level serializable", "select 1");
      expect(await look("c")).toBe("unknown");
    });

    it("takes no snapshot under REPEATABLE READ, and uses the one that is there", async () => {
      await run("a", "begin isolation level repeatable read", "set local lock_timeout = 0");
      expect(await look("a")).toBe("committed");
      await run("b", "update item set stock = 11 where id = 1");
      expect(resultOf((await run("a", "select stock from item where id = 1")).outcome).rows).toEqual([
        { stock: 11 },
      ]);
      await run("b", "update item set stock = 12 where id = 1");
      expect(await look("a")).toEqual([[11]]);
    });

    it("keeps no lock, and an error of it leaves the transaction as it was", async () => {
      await run("a", "begin", "select 1");
      expect(await look("a")).toEqual([[10]]);
      await expect(engine().lookAs?.("a", { text: "select 1 / 0" })).rejects.toMatchObject({ code: "22012" });
      await run("b", "begin", "lock table item in access exclusive mode", "rollback");
      expect((await run("a", "select 1")).outcome.kind).toBe("done");
    });
  });
}
