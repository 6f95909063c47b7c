import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BUFFER_DESC,
  LATCH,
  LOCK,
  PGPROC,
  PROCLOCK,
  ROW_WAIT,
  SIGNAL_ACTIONS,
  STATICS,
  TRANSAM,
} from "../../sim/pglite/build-facts.ts";
import { PROOF_TABLE, setBack, type ProofBench } from "../../sim/pglite/proofs/bench.ts";
import { proveFacts } from "../../sim/pglite/proofs/prove-facts.ts";
import { proveProgram } from "../../sim/pglite/proofs/program-facts.ts";
import { Server } from "../../sim/pglite/server.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Facts that only a start can prove are falsified in a process of its own, below. */
const PROVEN_ON_A_RUNNING_SERVER: Readonly<Record<string, Record<string, number>>> = {
  PGPROC,
  LATCH,
  LOCK,
  PROCLOCK,
  TRANSAM,
  BUFFER_DESC,
  ROW_WAIT,
  SIGNAL_ACTIONS,
  STATICS,
};
const CASES = Object.entries(PROVEN_ON_A_RUNNING_SERVER).flatMap(([group, known]) =>
  Object.entries(known).map(([field, value]) => [`${group}.${field}`, known, field, value] as const),
);

let bench: ProofBench;

beforeAll(async () => {
  const server = await Server.boot();
  bench = { server, holder: server.backends.boot(), waiter: server.backends.boot() };
});
afterAll(() => bench.server.backends.close());

function proveAll(): void {
  proveProgram(bench.server.backends.main);
  bench.server.script(`drop table if exists ${PROOF_TABLE}`);
  proveFacts(bench);
}

/** A neighbouring offset, an address elsewhere, or the next bit. */
function otherThan(value: number): number {
  if (value === BUFFER_DESC.dirtyBit) return value * 2;
  return value + (value > 1_000_000 ? 65_536 : 8);
}

describe("the self-test", () => {
  it("passes with the facts as they are, and leaves nothing behind", () => {
    proveAll();
    expect(bench.server.lookup(`select to_regclass('${PROOF_TABLE}')`)).toEqual([null]);
  });

  it.each(CASES)("refuses a wrong %s by its name", (name, known, field, value) => {
    known[field] = otherThan(value);
    let told: unknown;
    try {
      proveAll();
    } catch (error) {
      told = error;
    } finally {
      known[field] = value;
    }
    setBack(bench);
    expect(told).toMatchObject({
      code: "harness",
      message: expect.stringContaining(name),
      remedy: expect.stringContaining("npm ci"),
    });
  });
});

describe("the command line", () => {
  it.each([
    ["PGLITE_VERSION", '= "0.5.16"=>= "0.5.17"', "the harness knows 0.5.17"],
    ["PROCESS_ID", "PROCESS_ID = 42=>PROCESS_ID = 43", "PROCESS_ID"],
    ["STATICS.mallocState", "mallocState: 2_973_556=>mallocState: 2_973_560", "STATICS.mallocState"],
    ["SEGMENT.totalSize", "totalSize: 8=>totalSize: 12", "SEGMENT"],
    ["SHARED_HASH_TABLE.header", "header: 0=>header: 4", "SHARED_HASH_TABLE"],
    ["LONGJMP_STATUS", "LONGJMP_STATUS = 100=>LONGJMP_STATUS = 101", "LONGJMP_STATUS"],
  ])("ends with exit code 5 and one line if %s is wrong", async (_name, change, named) => {
    const { code, lines } = await explore(change);
    expect(lines).toEqual([expect.stringContaining(named)]);
    expect(code).toBe(5);
  });
});

interface Ended {
  readonly code: number | string | null | undefined;
  readonly lines: readonly string[];
}

/** `explore` in a new process, with one fact changed. */
function explore(change: string): Promise<Ended> {
  const hook = join(import.meta.dirname, "falsified-facts.mjs");
  const words = ["--import", hook, "dist/properties/switchyard.js", "explore", "--schedules", "1"];
  const env = { ...process.env, FALSIFIED_FACT: change };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: ROOT, env, timeout: 110_000 }, (error, _out, err) => {
      resolve({ code: error === null ? 0 : error.code, lines: err.trim().split("\n") });
    });
  });
}
