/**
 * Harness: permutations a second of the three-session race, in turns by the run loop in process, by the run loop over a
 * server, by isolationtester over the same server, and by `switchyard spec` in process. One thread each; the first is the thread of
 * a search's worker, which stays on one processor.
 */
import { openEngine } from "../../sim/pglite/index.ts";
import { openServerEngine } from "../../sim/postgres/index.ts";
import { startStopwatch } from "../../sim/real-time.ts";
import { parseSpec } from "../../sim/spec/parse-spec.ts";
import { outputHeader, runSpec } from "../../sim/spec/run-spec.ts";
import type { BenchCase, BenchContext } from "../bench-case.ts";
import { openServer } from "../databases/server.ts";
import { interleave, type Timings } from "../measure/interleave.ts";
import { median, ratioOf, rounded } from "../measure/spread.ts";
import type { Findings, Ratio, Table } from "../result.ts";
import { spread } from "./all-schedules.ts";
import { findIsolationtester, NO_ISOLATIONTESTER, runIsolationtester } from "./isolationtester.ts";
import { profileOf, runAll, type Order, type Profile } from "./run-all.ts";
import { startRunLoopThread, type RunLoopThread } from "./run-loop-thread.ts";
import { specWith } from "./three-session-race.ts";

/** What the harness is held to, per permutation. */
const FASTER_THAN_ISOLATIONTESTER = 20;
const FASTER_THAN_SERVER = 1.5;

/** How long isolationtester sleeps before it asks whether a step is blocked, milliseconds (isolationtester.c). */
const POLL_MS = 10;

/** The case. */
export const throughput: BenchCase = {
  name: "harness-throughput",
  title: "The three-session race: permutations a second",
  run: measure,
};

async function measure({ scale, progress }: BenchContext): Promise<Findings> {
  const program = findIsolationtester();
  const server = await openServer();
  const inProcess = startRunLoopThread();
  const opened: { close(): Promise<void> }[] = [inProcess];
  try {
    const overServer = await openServerEngine({ url: server.url });
    opened.push(overServer);
    progress("every schedule");
    const all = await inProcess.all();
    const orders = spread(all, scale.harness.permutations);
    const text = specWith(orders);
    const written = { isolationtester: "", spec: "" };
    const sides = [
      { name: "run loop, in process", run: () => inProcess.run(orders) },
      { name: "run loop, server", run: () => runAll(overServer, orders) },
      ...(program === undefined
        ? []
        : [
            {
              name: "isolationtester",
              run: async () =>
                void (written.isolationtester = await runIsolationtester(program, server.url, text)),
            },
          ]),
      { name: "spec, in process", run: async () => void (written.spec = await runOwnSpec(text)) },
    ];
    progress(`${orders.length} of ${all.length} permutations, warming up`);
    const firstMs = (await warmUp(inProcess, all, scale.harness.warmUps)) / all.length;
    await interleave(sides, { rounds: 1 });
    progress(`${orders.length} permutations, ${scale.harness.rounds} rounds`);
    const timings = await interleave(sides, { rounds: scale.harness.rounds });
    progress("where the time goes");
    const profiles = [
      { side: "run loop, in process", profile: await inProcess.profile(orders) },
      { side: "run loop, server", profile: await profileOf(overServer, orders) },
    ];
    return {
      ratios: [...ratios(timings), ...(program === undefined ? [] : [sameOutput(written)])],
      tables: [
        rates(timings, orders.length, firstMs),
        shares(profiles, orders.length),
        ...(program === undefined ? [] : [polling(timings, pollsIn(written.isolationtester), orders.length)]),
      ],
      plots: [],
      notes: [
        ...(program === undefined ? [NO_ISOLATIONTESTER] : []),
        ...notes(all.length, orders.length, scale.harness.warmUps),
      ],
    };
  } finally {
    for (const each of opened) await each.close();
    await server.close();
  }
}

/** Runs all orders some times; returns how long the first time took, in milliseconds. */
async function warmUp(inProcess: RunLoopThread, orders: readonly Order[], times: number): Promise<number> {
  const elapsedMs = startStopwatch();
  await inProcess.run(orders);
  const firstMs = elapsedMs();
  for (let time = 1; time < times; time += 1) await inProcess.run(orders);
  return firstMs;
}

/** What `switchyard spec` prints; it starts an engine of its own, as isolationtester starts its connections. */
async function runOwnSpec(text: string): Promise<string> {
  const spec = parseSpec(text);
  let written = outputHeader(spec);
  for await (const result of runSpec(spec, "three-sessions", () => openEngine("text"))) {
    if (result.state !== "ran") throw new Error(`${result.permutation}: ${result.reason}`);
    written += result.output;
  }
  return written;
}

function ratios(timings: Timings): readonly Ratio[] {
  const ours = timings["run loop, in process"] ?? [];
  const against = (side: string, atLeast?: number): readonly Ratio[] => {
    const theirs = timings[side];
    if (theirs === undefined) return [];
    const subject = {
      name: `harness/three-sessions/${side} : in process`,
      says: `time of all permutations, ${side} : run loop in process`,
      basis: "time",
      ...(atLeast === undefined ? {} : { limit: { atLeast } }),
    } as const;
    return [ratioOf(subject, theirs, ours)];
  };
  return [
    ...against("isolationtester", FASTER_THAN_ISOLATIONTESTER),
    ...against("run loop, server", FASTER_THAN_SERVER),
    ...against("spec, in process"),
  ];
}

function sameOutput(written: { readonly isolationtester: string; readonly spec: string }): Ratio {
  const count = (text: string): number => text.split("\nstarting permutation:").length - 1;
  const theirs = written.isolationtester.split("\nstarting permutation:");
  const same = written.spec.split("\nstarting permutation:").filter((part, index) => part === theirs[index]);
  return ratioOf(
    {
      name: "harness/three-sessions/outputs that are the same",
      says: "permutations whose output `switchyard spec` prints as isolationtester does : all",
      basis: "count",
      limit: { atLeast: 1 },
    },
    [Math.min(same.length - 1, count(written.isolationtester))],
    [count(written.isolationtester)],
  );
}

function rates(timings: Timings, permutations: number, firstMs: number): Table {
  const row = (side: string, ms: number): Table["rows"][number] => [side, rounded(1000 / ms), rounded(ms)];
  return {
    title: "Permutations a second",
    columns: ["side", "permutations a second (median)", "ms for each"],
    rows: [
      row("run loop, in process, for the first time", firstMs),
      ...Object.entries(timings).map(([side, rounds]) => row(side, median(rounds) / permutations)),
    ],
  };
}

/** Where a permutation's time goes, by the calls of the engine port. */
function shares(
  profiles: readonly { readonly side: string; readonly profile: Profile }[],
  permutations: number,
): Table {
  const cells = ({ ms, parts }: Profile): readonly string[] => {
    const inEngine = Object.values(parts).reduce((sum, part) => sum + part, 0);
    return [...Object.values(parts), ms - inEngine, ms].map(
      (part) => `${Math.round((1000 * part) / permutations)} (${((100 * part) / ms).toFixed(0)} %)`,
    );
  };
  return {
    title: "Where the time of a permutation goes, microseconds",
    columns: ["side", "reset", "sessions", "statements", "observing", "run loop and trace", "all"],
    rows: profiles.map(({ side, profile }) => [side, ...cells(profile)]),
  };
}

/**
 * How often isolationtester slept: once when it launches a step that is blocked, and once more after each step launched
 * while that one goes on waiting.
 */
function pollsIn(output: string): { readonly waits: number; readonly polls: number } {
  let waits = 0;
  let polls = 0;
  let waiting = 0;
  for (const line of output.split("\n")) {
    if (line.startsWith("starting permutation:")) waiting = 0;
    if (!line.startsWith("step ")) continue;
    if (line.includes("<... completed>")) {
      waiting -= 1;
      // The launch that let it go on did not have to be slept through.
      polls -= 1;
      continue;
    }
    if (line.endsWith("<waiting ...>")) {
      waits += 1;
      waiting += 1;
    }
    polls += waiting;
  }
  return { waits, polls };
}

function polling(
  timings: Timings,
  { waits, polls }: { readonly waits: number; readonly polls: number },
  permutations: number,
): Table {
  const ms = median(timings["isolationtester"] ?? []) / permutations;
  const sleptMs = (polls * POLL_MS) / permutations;
  return {
    title: "What isolationtester's time is made of",
    columns: ["ms for a permutation", "waits in it", "polls in it", "slept, ms", "share"],
    rows: [
      [
        rounded(ms),
        rounded(waits / permutations),
        rounded(polls / permutations),
        rounded(sleptMs),
        `${((100 * sleptMs) / ms).toFixed(0)} %`,
      ],
    ],
  };
}

function notes(all: number, run: number, warmUps: number): readonly string[] {
  return [
    `The race has ${all} permutations when blocked sessions are considered, ${run} of them are run here, each once a round by every side.`,
    "isolationtester finds out that a step is blocked by sleeping for 10 ms and then asking the server, again after each further step; our run loop is told by Postgres itself, in process, and by pg_blocking_pids at once over a server. That, and the round trips to another process, is what the ratio is made of; the tables say how much of it.",
    "The run loop does more than isolationtester in that time: it reads the committed state after every commit, checks promises, and keeps a hashed trace. isolationtester prints rows.",
    "The run loop in process runs in a thread that stays on one processor, as the workers of a search do: a session that waits is woken without waking a processor.",
    "isolationtester's time includes its start and its connections, once for all permutations; that of `spec` includes the start of an in-process engine, which is most of it where permutations are few. The run loops' engines are started before.",
    `The run loop in process has run all permutations ${warmUps} times before it is measured, because V8 compiles PostgreSQL's functions one by one as they prove to be called often; the table says what the first time took.`,
    "isolationtester's server and the run loop's server are the same one.",
  ];
}
