import { describe, expect, it } from "vitest";
import { summarizeStatement } from "../../sim/sql/statement-summary.ts";

const nothing = { reads: [], locks: [], inserts: [], updates: [], deletes: [] };

describe("a statement's summary", () => {
  it.each([
    ["select a from t join u on u.id = t.id", { reads: ["t", "u"], command: "select" }],
    [
      "select a from t x, u where x.id = u.id for update of x skip locked limit 1",
      { locks: ["t"], reads: ["u"] },
    ],
    ["select a from t x, u for share", { locks: ["t", "u"] }],
    ["select * from (select * from t for no key update) s", { locks: ["t"] }],
    [
      "insert into t select * from u on conflict do nothing",
      { inserts: ["t"], reads: ["u"], command: "insert" },
    ],
    [
      "update t set a = 1 where id in (select id from u)",
      { updates: ["t"], reads: ["u"], command: "update" },
    ],
    ["delete from s.t using u where true", { deletes: ["t"], reads: ["u"], command: "delete" }],
    ["lock table t, u in exclusive mode", { locks: ["t", "u"], command: "lock" }],
    [
      "with due as (select id from t for update) update u set a = 1 from due where u.id = due.id",
      { locks: ["t"], updates: ["u"], command: "with" },
    ],
    ["begin", { command: "begin" }],
    ["ROLLBACK;", { command: "rollback" }],
    ["no such statement", { command: "no" }],
  ])("of %s names what it does to which relations", async (text, expected) => {
    expect(await summarizeStatement(text)).toEqual({ ...nothing, command: text.split(" ")[0], ...expected });
  });
});
