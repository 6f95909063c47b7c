/**
 * The engines agree on arbitrary small workloads, a wrong engine is found, and the command tells all of it.
 */
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDifferCommand } from "../../sim/cli/differ-command.ts";
import { withDifferEngines } from "../../sim/cli/differ-engines.ts";
import { EXIT, type ExitCode } from "../../sim/cli/exit-codes.ts";
import { formatCaseToken, parseCaseToken } from "../../sim/differ/case-token.ts";
import { compareCase } from "../../sim/differ/compare-case.ts";
import { differ, type DifferEngines, type DifferReport } from "../../sim/differ/differ.ts";
import { vacuousBecause } from "../../sim/differ/differ-tally.ts";
import type { Block, Case, Op, Where } from "../../sim/differ/workload.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { InProcessEngine } from "../../sim/pglite/engine.ts";
import { captureTerminal } from "../cli/captured-terminal.ts";
import { suiteSeed } from "../hitl/suite-seed.ts";
import { retryingUnderFreshSnapshot, takingShareAsExclusive } from "./broken-engines.ts";

const CASES = 150;

/** Cases in which each wrong engine is found with FIND_SEED; the search itself could have found any other. */
const CASES_TO_FIND = 300;
const FIND_SEED = 1;
const MAX_SHRINK_RUNS = 20;

/** Real time for a search on a busy machine, in milliseconds. */
const SEARCH_MS = 300_000;

let engines: DifferEngines;
let close: () => void;
let closed: Promise<void>;

beforeAll(async () => {
  const ending = new Promise<void>((resolve) => (close = resolve));
  await new Promise<void>((opened, failed) => {
    closed = withDifferEngines(async (all) => {
      engines = all;
      opened();
      await ending;
    });
    closed.catch(failed);
  });
});

afterAll(async () => {
  close();
  await closed;
});

describe("the in-process engine and a server", () => {
  it(
    `agree on every step and all tables of ${CASES} cases, in which all that matters came about`,
    async () => {
      const report = await differ(engines, { cases: CASES, seed: suiteSeed("differ") });
      expect(report.divergences.map(({ token, comparison }) => [token, comparison.difference])).toEqual([]);
      expect(vacuousBecause(report)).toEqual([]);
      expect(report.cases).toBe(CASES);
      expect(report.waited).toBeGreaterThan(CASES / 5);
      expect(report.deadlocked).toBeGreaterThan(0);
      expect(Object.keys(report.errors)).toEqual(
        expect.arrayContaining(["23503", "23505", "40001", "55P03"]),
      );
    },
    SEARCH_MS,
  );

  it("may let several waiters go on in any order; the server's is followed", async () => {
    const lock: Op = { kind: "lock table", table: "item", mode: "access exclusive", nowait: false };
    const update = (to: number): Op => ({
      kind: "update",
      table: "item",
      where: { by: "id", is: 1 },
      change: { set: "v", to },
    });
    const subject: Case = {
      sessions: [[block(lock)], [block(update(1))], [block(update(2))], [block(update(3))]],
      schedule: [],
    };
    const steps = ["s1", "s2", "s3", "s4", "s1"];
    const [postgres] = engines.servers;
    for (let run = 0; run < 5; run++) {
      const comparison = await compareCase(
        { pglite: engines.pglite, postgres: postgres as Engine },
        subject,
        { steps },
      );
      expect(comparison.difference).toBeUndefined();
      expect(comparison.run.steps.filter(({ outcome }) => outcome.kind === "waiting")).toHaveLength(3);
    }
  });

  it("agree on a session that the deadlock check lets past others, into a deadlock", async () => {
    const child: Op = {
      kind: "read",
      table: "child",
      where: { by: "id", is: 1 },
      order: null,
      limit: null,
      lock: { strength: "share", onLocked: "wait" },
    };
    const lock: Op = { kind: "lock table", table: "parent", mode: "share row exclusive", nowait: false };
    const where = { by: "id", is: 1 } as const;
    const remove: Op = { kind: "delete", table: "parent", where };
    const update: Op = { kind: "update", table: "parent", where, change: { set: "add", to: 4 } };
    const subject: Case = {
      sessions: [[block(child, update)], [block(lock)], [block(remove)]],
      schedule: [],
    };
    const { run, difference } = await compareCase(
      { pglite: engines.pglite, postgres: engines.servers[0] as Engine },
      subject,
      { steps: ["s1", "s3", "s2", "s1"] },
    );
    expect(difference).toBeUndefined();
    expect(run.steps[3]?.victims).toHaveLength(1);
  });

  it("agree on several victims, and on the order in which they fail", async () => {
    const update = (where: Where | null, to: number): Op => ({
      kind: "update",
      table: "parent",
      where,
      change: { set: "v", to },
    });
    const read: Op = {
      kind: "read",
      table: "parent",
      where: null,
      order: "v",
      limit: null,
      lock: { strength: "no key update", onLocked: "wait" },
    };
    const [first, third] = [{ by: "v below", is: 2 } as const, { by: "id", is: 3 } as const];
    const holder = block(
      { kind: "update", table: "parent", where: first, change: { set: "id", to: 1 } },
      update(third, 4),
    );
    const subject: Case = {
      sessions: [
        [block(read)],
        [block(update(third, 3))],
        [holder],
        [{ ...block(update(null, 2)), mode: "single" }],
      ],
      schedule: [],
    };
    const { run, difference } = await compareCase(
      { pglite: engines.pglite, postgres: engines.servers[0] as Engine },
      subject,
      { steps: ["s3", "s4", "s1", "s2", "s3"] },
    );
    expect(difference).toBeUndefined();
    expect(run.steps[4]?.victims.length).toBeGreaterThan(1);
  });
});

describe("a wrong engine is found", () => {
  async function search(pglite: Engine): Promise<DifferReport> {
    return await differ(
      { ...engines, pglite },
      {
        cases: CASES_TO_FIND,
        seed: FIND_SEED,
        stopAfter: 1,
        maxShrinkRuns: MAX_SHRINK_RUNS,
      },
    );
  }

  it(
    "that takes share locks as exclusive",
    async () => {
      const { divergences } = await search(takingShareAsExclusive(engines.pglite));
      expect(textsOf(divergences)).toContain("share");
    },
    SEARCH_MS,
  );

  it(
    "that runs a waiting statement again under a fresh snapshot",
    async () => {
      const { divergences } = await search(retryingUnderFreshSnapshot(engines.pglite));
      expect(waitingIn(divergences)).toBeGreaterThan(0);
    },
    SEARCH_MS,
  );

  it(
    "that serves who came last first",
    async () => {
      const wrong = await InProcessEngine.open("typed", "front");
      const { divergences } = await search(wrong);
      await wrong.close();
      expect(waitingIn(divergences)).toBeGreaterThan(1);
    },
    SEARCH_MS,
  );

  it("and its token finds it again, and nothing in an engine that is right", async () => {
    const wrong = takingShareAsExclusive(engines.pglite);
    const token = (await search(wrong)).divergences[0]?.token ?? "";
    const { subject, steps } = parseCaseToken(token);
    const postgres = engines.servers[0] as Engine;
    const again = await compareCase({ pglite: wrong, postgres }, subject, { steps });
    const right = await compareCase({ pglite: engines.pglite, postgres }, subject, { steps });
    expect(again.difference).toBeDefined();
    expect(right.difference).toBeUndefined();
  });
});

describe("the command", () => {
  const read: Op = {
    kind: "read",
    table: "parent",
    where: { by: "id", is: 1 },
    order: null,
    limit: null,
    lock: null,
  };
  const shared: Op = { ...read, lock: { strength: "share", onLocked: "wait" } };
  const subject: Case = { sessions: [[block(shared)], [block(shared)]], schedule: [] };
  const token = formatCaseToken({ subject, steps: ["s1", "s2"] });

  async function run(argv: readonly string[], pglite: Engine = engines.pglite) {
    const terminal = captureTerminal();
    const codes: ExitCode[] = [];
    const program = new Command();
    addDifferCommand(
      program,
      {
        races: [],
        terminal,
        open: () => Promise.reject(new Error("no other engine")),
        exit: (code) => codes.push(code),
        url: undefined,
      },
      (body) => body({ ...engines, pglite }),
    );
    await program.parseAsync(["differ", ...argv], { from: "user" });
    return { codes, out: terminal.written.out };
  }

  it("prints its counts as JSON, and calls a search vacuous in which nobody waited", async () => {
    // The only case of this seed reads without a lock and updates once.
    const { codes, out } = await run(["--cases", "1", "--seed", "1", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ cases: 1, waits: 0, waited: 0, divergences: [], vacuous: true });
    expect(codes).toEqual([EXIT.vacuous]);
  });

  it("ends with 0 where the engines agree on a token's case", async () => {
    const { codes, out } = await run([token]);
    expect(out).toContain("The engines agree.");
    expect(codes).toEqual([EXIT.ok]);
  });

  it("ends with 1 where they differ, and tells the step and both sides", async () => {
    const { codes, out } = await run([token, "--json"], takingShareAsExclusive(engines.pglite));
    const { divergences } = JSON.parse(out) as { divergences: unknown[] };
    expect(divergences).toMatchObject([
      {
        token,
        step: 2,
        pglite: { session: "s2", outcome: { kind: "waiting", for: ["s1"] } },
        postgres: { session: "s2", outcome: { kind: "done", rows: [[1, 1]] } },
      },
    ]);
    expect(codes).toEqual([EXIT.violated]);
  });
});

function block(...ops: readonly Op[]): Block {
  return { mode: "read committed", ops, end: "commit" };
}

/** How many statements had to wait until the first divergence. */
function waitingIn([divergence]: DifferReport["divergences"]): number {
  const steps = divergence?.comparison.run.steps.slice(0, divergence.comparison.difference?.step) ?? [];
  return steps.filter(({ outcome }) => outcome.kind === "waiting").length;
}

function textsOf(divergences: DifferReport["divergences"]): string {
  return divergences.flatMap(({ comparison }) => comparison.run.steps.map(({ text }) => text)).join("; ");
}
