import type { PoolClient } from "pg";
import { expect, expectTypeOf, test } from "vitest";
import type { Queryable } from "../../model/query-port.ts";
import { inTransaction, MAX_ATTEMPTS, type RetryableError } from "../../model/transaction.ts";

/** A connection that writes down its statements and fails `times` times with `code` at the statement "work". */
function failing(code: string, times: number): { readonly db: Queryable; readonly sent: string[] } {
  const sent: string[] = [];
  let failures = 0;
  const db: Queryable = {
    query: async (text) => {
      sent.push(text);
      if (text === "work" && failures < times) {
        failures += 1;
        throw Object.assign(new Error(`failure ${failures}`), { code });
      }
      return { rows: [], rowCount: null };
    },
  };
  return { db, sent };
}

const BEGIN = "begin isolation level read committed";

test("a body that returns is committed, and its value comes back", async () => {
  const { db, sent } = failing("40P01", 0);
  expect(await inTransaction(db, async () => "value")).toBe("value");
  expect(sent).toEqual([BEGIN, "commit"]);
});

test.each(["40001", "40P01"])(
  "after %s the body runs again from the start, and the caller is told",
  async (code) => {
    const { db, sent } = failing(code, 1);
    const told: [RetryableError, number][] = [];
    const onRetry = (error: RetryableError, attempt: number): number => told.push([error, attempt]);
    await inTransaction(db, () => db.query("work"), { onRetry });
    expect(sent).toEqual([BEGIN, "work", "rollback", BEGIN, "work", "commit"]);
    expect(told).toMatchObject([[{ code, message: "failure 1" }, 1]]);
  },
);

test("the last of MAX_ATTEMPTS failures is thrown, rolled back", async () => {
  const { db, sent } = failing("40P01", MAX_ATTEMPTS);
  await expect(inTransaction(db, () => db.query("work"))).rejects.toThrow(`failure ${MAX_ATTEMPTS}`);
  expect(sent.filter((text) => text === "rollback")).toHaveLength(MAX_ATTEMPTS);
  expect(sent.at(-1)).toBe("rollback");
});

test("any other error is thrown at once, rolled back", async () => {
  const { db, sent } = failing("23505", 1);
  await expect(inTransaction(db, () => db.query("work"))).rejects.toThrow("failure 1");
  expect(sent).toEqual([BEGIN, "work", "rollback"]);
});

test("when even the rollback fails, the first error is the one thrown", async () => {
  const db: Queryable = {
    query: async (text) => {
      if (text === BEGIN) return { rows: [], rowCount: null };
      throw new Error(`${text} failed`);
    },
  };
  await expect(inTransaction(db, () => db.query("work"))).rejects.toThrow("work failed");
});

test("a pg pool's client satisfies the query port as it is", () => {
  expectTypeOf<PoolClient>().toExtend<Queryable>();
});
