/**
 * What happens where a permutation does not run to its end: nothing hangs, and the next one finds a clean database.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { openEngine } from "../../sim/pglite/index.ts";
import { parseSpec } from "../../sim/spec/parse-spec.ts";
import { runSpec, type PermutationResult } from "../../sim/spec/run-spec.ts";
import { keptOpen } from "./kept-open.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine("text");
});

afterAll(async () => {
  await engine.close();
});

async function resultsOf(text: string): Promise<PermutationResult[]> {
  const results: PermutationResult[] = [];
  for await (const result of runSpec(parseSpec(text), "test", () => keptOpen(engine))) results.push(result);
  return results;
}

const TABLE = `
setup { CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); }
teardown { DROP TABLE t; }
session a
step hold { BEGIN; SELECT id FROM t FOR UPDATE; }
step free { COMMIT; }
session b
step want { SELECT id FROM t FOR UPDATE; }
step more { SELECT 2 AS two; }
`;

describe("a permutation", () => {
  it("that nothing lets go on fails with the steps that wait, and the next one runs", async () => {
    const [stuck, next] = await resultsOf(`${TABLE}
permutation hold want more free
permutation hold want free more`);
    expect(stuck).toMatchObject({ permutation: "hold want more free", state: "failed" });
    expect(stuck?.reason).toBe("the permutation cannot go on: waiting for ever: want");
    expect(next).toMatchObject({ state: "ran", reason: undefined });
    expect(next?.output).toContain("step want: <... completed>\nid\n--\n 1\n(1 row)\n");
  });

  it("whose markers wait for each other fails instead of hanging", async () => {
    const [result] = await resultsOf(`${TABLE}
permutation hold(*, want) want(hold) free more`);
    expect(result?.state).toBe("failed");
    expect(result?.reason).toMatch(/waiting for ever: hold, want$/);
  });

  it("whose setup fails says what isolationtester says, and the next one runs its own", async () => {
    const results = await resultsOf(`
setup { CREATE TABLE t (id int); }
session a
step one { SELECT 1 AS one; }
permutation one
permutation one`);
    expect(results[0]).toMatchObject({ state: "ran" });
    expect(results[1]).toMatchObject({
      state: "failed",
      output: '\nstarting permutation: one\nsetup failed: ERROR:  relation "t" already exists\n',
      reason: 'setup failed: ERROR:  relation "t" already exists',
    });
  });

  it("whose teardown fails is told so and counts as run", async () => {
    const [result] = await resultsOf(`
teardown { DROP TABLE missing; }
session a
step one { SELECT 1 AS one; }
teardown { SELECT 1 / 0; }
permutation one`);
    expect(result?.state).toBe("ran");
    expect(result?.output).toContain("teardown of session a failed: ERROR:  division by zero\n");
    expect(result?.output).toMatch(/teardown failed: ERROR: {2}table "missing" does not exist\n$/);
  });

  it("with a statement that the engine cannot have is refused by name, and the others run", async () => {
    const results = await resultsOf(`${TABLE}
session c
step other { CREATE DATABASE other; }
permutation hold other free
permutation hold want free`);
    expect(results[0]).toMatchObject({ state: "refused" });
    expect(results[0]?.reason).toMatch(/"CREATE DATABASE other;": CREATE DATABASE/);
    expect(results[1]).toMatchObject({ state: "ran" });
  });

  it("with a BEGIN ISOLATION LEVEL or a SAVEPOINT inside of a message is refused, as no block has begun", async () => {
    const results = await resultsOf(`
session a
step modes { SELECT 1; BEGIN ISOLATION LEVEL REPEATABLE READ; }
step save { SELECT 1; SAVEPOINT s; }
permutation modes
permutation save`);
    expect(results.map(({ state }) => state)).toEqual(["refused", "refused"]);
    expect(results[1]?.reason).toContain('"SAVEPOINT s" after other statements of the same message');
  });
});
