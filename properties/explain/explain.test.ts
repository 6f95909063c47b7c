/**
 * What is read of plans, and values as literals.
 */
import { describe, expect, it } from "vitest";
import { literal } from "../../sim/explain/literal.ts";
import { explaining, type ExplainedStatement, type QueryPort } from "../../sim/explain/explaining.ts";
import { addWork, planFacts } from "../../sim/explain/plan-facts.ts";

const UPDATE_PLAN = [
  {
    Plan: {
      "Node Type": "ModifyTable",
      Operation: "Update",
      "Relation Name": "task",
      "Actual Rows": 0,
      "Actual Loops": 1,
      "Shared Hit Blocks": 10,
      "Shared Read Blocks": 2,
      Plans: [
        {
          "Node Type": "LockRows",
          "Actual Rows": 3,
          "Actual Loops": 1,
          Plans: [
            {
              "Node Type": "Index Scan",
              "Relation Name": "task",
              "Index Name": "task_deadline",
              "Actual Rows": 1.5,
              "Actual Loops": 2,
              "Rows Removed by Filter": 4,
            },
          ],
        },
      ],
    },
    Planning: { "Shared Hit Blocks": 5, "Shared Read Blocks": 1 },
  },
];

describe("the work of a plan", () => {
  it("is its buffers, and the rows that its nodes read, locked and wrote", () => {
    expect(planFacts(UPDATE_PLAN)).toEqual({
      buffers: 12,
      planningBuffers: 6,
      rowsRead: 11,
      rowsLocked: 3,
      rowsWritten: 3,
      nodes: ["ModifyTable on task", "LockRows", "Index Scan using task_deadline"],
    });
  });

  it("is read from text as well, and adds up", () => {
    const work = planFacts(JSON.stringify(UPDATE_PLAN));
    expect(addWork(work, work)).toMatchObject({ buffers: 24, rowsLocked: 6, nodes: work.nodes });
  });

  it("is refused where there is no plan", () => {
    expect(() => planFacts([{}])).toThrow(TypeError);
  });
});

describe("a session that explains", () => {
  it("runs a SELECT for its plan and for its rows, a statement that writes once, and passes the rest", async () => {
    const sent: string[] = [];
    const noted: ExplainedStatement[] = [];
    const db: QueryPort = {
      query: <Row>(text: string) => {
        sent.push(text);
        const rows = text.startsWith("explain") ? [{ "QUERY PLAN": UPDATE_PLAN }] : [{ id: 1 }];
        return Promise.resolve({ rows: rows as Row[], rowCount: 1 });
      },
    };
    const explained = explaining(db, (statement) => noted.push(statement));

    await explained.query("begin");
    expect((await explained.query("select id from task where id = $1", [1])).rows).toEqual([{ id: 1 }]);
    expect((await explained.query("update task set n = 1")).rowCount).toBe(3);

    expect(sent.map((text) => text.split(" ")[0]).join(" ")).toBe(
      "begin prepare explain deallocate select prepare explain deallocate",
    );
    expect(sent[2]).toMatch(/ execute \w+\('1'\)$/);
    expect(noted.map(({ work }) => work.buffers)).toEqual([12, 12]);
    await expect(explained.query("delete from task returning id")).rejects.toThrow(/RETURNING/);
  });
});

describe("a literal", () => {
  it.each([
    [null, "null"],
    [7, "'7'"],
    [true, "'true'"],
    ["it's", "'it''s'"],
    ["back\\slash", "E'back\\\\slash'"],
    [new Date(0), "'1970-01-01T00:00:00.000Z'"],
    [["a", 'b"c'], `E'{"a","b\\\\"c"}'`],
    [[1, 2], "'{1,2}'"],
  ])("of %j is %s", (value, text) => {
    expect(literal(value)).toBe(text);
  });

  it("of an object does not exist", () => {
    expect(() => literal({})).toThrow(TypeError);
  });
});
