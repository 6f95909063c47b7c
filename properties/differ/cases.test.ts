/**
 * What differential cases are made of, their tokens, and how they shrink; without a database.
 */
import { describe, expect, it } from "vitest";
import { formatCaseToken, parseCaseToken } from "../../sim/differ/case-token.ts";
import type { Steps } from "../../sim/differ/compare-case.ts";
import { drawCase } from "../../sim/differ/differ.ts";
import { beginText, opText } from "../../sim/differ/op-text.ts";
import { scriptCursor } from "../../sim/differ/script-cursor.ts";
import { shrinkCase } from "../../sim/differ/shrink-case.ts";
import type { Case, Op, Script } from "../../sim/differ/workload.ts";

const CASES = 1000;
const drawn: readonly Case[] = Array.from({ length: CASES }, (_, index) => drawCase(1, index));
const blocks = drawn.flatMap(({ sessions }) => sessions.flat());
const texts = new Set(blocks.flatMap((block) => [beginText(block), ...block.ops.map(opText)]));

describe("a drawn case", () => {
  it("is the same for the same seed and number, and another for others", () => {
    expect(drawCase(1, 7)).toEqual(drawn[7]);
    expect(drawCase(2, 7)).not.toEqual(drawn[7]);
    expect(new Set(drawn.map((one) => JSON.stringify(one))).size).toBe(CASES);
  });

  it("has two to four sessions with something to do", () => {
    expect(new Set(drawn.map(({ sessions }) => sessions.length))).toEqual(new Set([2, 3, 4]));
    expect(blocks.every(({ ops }) => ops.length > 0)).toBe(true);
  });

  it.each([
    /^begin isolation level read committed$/,
    /^begin isolation level repeatable read$/,
    /for update$/,
    /for no key update$/,
    /for share$/,
    /for key share$/,
    /for (no key )?update nowait$/,
    /for (key )?share nowait$/,
    /for (no key )?update skip locked$/,
    /for (key )?share skip locked$/,
    /order by .* limit 1 for /,
    /^select \* from \w+( where .*)?$/,
    /^insert into child /,
    /^insert into item values .*\) returning \*$/,
    /on conflict do nothing/,
    /on conflict \(code\) do nothing/,
    /on conflict \(id\) do update .* where /,
    /^update item set v = v \+ \d where id = /,
    /^update item set v = v \+ \d returning/,
    /^update account set v = /,
    /^update parent set id = /,
    /^update item set parent_id = /,
    /^delete from parent/,
    /^savepoint /,
    /^rollback to /,
    /^release /,
    /nextval/,
    /currval/,
    /pg_advisory_xact_lock\(/,
    /pg_advisory_lock\(/,
    /pg_advisory_lock_shared\(/,
    /pg_try_advisory_/,
    /pg_advisory_unlock\(/,
    /^lock table \w+ in access exclusive mode$/,
    /^lock table \w+ in share mode nowait$/,
    /^set local lock_timeout = 10$/,
    /^set lock_timeout = 50$/,
  ])("may have a statement like %s", (pattern) => {
    expect([...texts].some((text) => pattern.test(text))).toBe(true);
  });
});

describe("a script", () => {
  const savepoint: Op = { kind: "savepoint" };
  const back: Op = { kind: "rollback to" };
  const [first, second]: readonly Op[] = [{ kind: "nextval" }, { kind: "currval" }];
  const script = (...ops: readonly (Op | undefined)[]): Script => [
    { mode: "read committed", ops: ops.filter((op) => op !== undefined), end: "commit" },
  ];

  /** The statements that come, where those named in `failing` fail. */
  function walk(of: Script, failing: readonly string[]): readonly string[] {
    const cursor = scriptCursor(of);
    const walked: string[] = [];
    for (let text = cursor.next(); text !== undefined; text = cursor.next()) {
      walked.push(text);
      cursor.ended(failing.includes(text));
    }
    return walked;
  }

  it("goes on at the end of the block after an error", () => {
    expect(walk(script(first, second, back), ["select nextval('child_id')"])).toEqual([
      "begin isolation level read committed",
      "select nextval('child_id')",
      "commit",
    ]);
  });

  it("goes on at the next rollback to a savepoint that was set", () => {
    expect(walk(script(savepoint, first, second, back, second), ["select nextval('child_id')"])).toEqual([
      "begin isolation level read committed",
      "savepoint p",
      "select nextval('child_id')",
      "rollback to p",
      "select currval('child_id')",
      "commit",
    ]);
  });

  it("gives session locks back at its end", () => {
    const lock: Op = { kind: "advisory", scope: "session", shared: false, try: false, key: 1 };
    expect(walk(script(lock), []).at(-1)).toBe("select pg_advisory_unlock_all()");
  });
});

describe("a token", () => {
  it("gives the case and the steps back, and needs no quotes in a shell", () => {
    for (const subject of drawn.slice(0, 100)) {
      const steps = ["s1", "s1", "s2"];
      const token = formatCaseToken({ subject, steps });
      expect(parseCaseToken(token)).toEqual({ subject, steps });
      expect(token).toMatch(/^[A-Za-z0-9_./:=+,-]+$/);
    }
    expect(parseCaseToken(formatCaseToken({ subject: drawn[0] as Case, steps: [] })).steps).toEqual([]);
  });

  it("is refused when it is cut short, changed or of another version", () => {
    const token = formatCaseToken({ subject: drawn[0] as Case, steps: ["s1"] });
    for (const wrong of [
      token.slice(0, -1),
      token.replace("steps=s1", "steps=s2"),
      token.replace("sd1", "sd2"),
      "",
    ]) {
      expect(() => parseCaseToken(wrong)).toThrow(/cannot be read/);
    }
  });
});

describe("shrinking", () => {
  /** Diverges where session s1 locks a table before s2 deletes; takes one step for each statement. */
  function stepsIfWrong({ sessions }: Case, steps: Steps): Steps | undefined {
    const kinds = sessions.map((script) => script.flatMap(({ ops }) => ops.map(({ kind }) => kind)));
    const wrong = kinds[0]?.includes("lock table") === true && kinds[1]?.includes("delete") === true;
    const inOrder = steps.includes("s1") && steps.indexOf("s1") < steps.lastIndexOf("s2");
    return wrong && inOrder ? steps : undefined;
  }

  it("leaves what the divergence needs and nothing else, within its bound", async () => {
    const lock: Op = { kind: "lock table", table: "item", mode: "share", nowait: false };
    const remove: Op = { kind: "delete", table: "item", where: null };
    const noise = drawn[0]?.sessions[0]?.[0]?.ops ?? [];
    const subject: Case = {
      sessions: [
        [{ mode: "repeatable read", ops: [...noise, lock], end: "rollback" }],
        [
          { mode: "read committed", ops: noise, end: "commit" },
          { mode: "single", ops: [remove, ...noise], end: "commit" },
        ],
        [{ mode: "read committed", ops: noise, end: "commit" }],
      ],
      schedule: [1, 2, 3],
    };
    let runs = 0;
    const shrunk = await shrinkCase(
      { subject, steps: ["s3", "s1", "s1", "s2", "s2"] },
      ({ subject: candidate, steps }) => {
        runs++;
        return Promise.resolve(stepsIfWrong(candidate, steps));
      },
      150,
    );
    expect(shrunk).toEqual({
      subject: {
        sessions: [
          [{ mode: "read committed", ops: [lock], end: "commit" }],
          [{ mode: "single", ops: [remove], end: "commit" }],
          [],
        ],
        schedule: [],
      },
      steps: ["s1", "s2"],
    });
    expect(runs).toBeLessThanOrEqual(150);
  });
});
