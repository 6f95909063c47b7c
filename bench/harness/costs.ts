/**
 * Harness: what its small operations cost, in process and over a server, in turns: a step, a switch to another session, a wait
 * for a lock, a reset of the tables, and the start.
 */
import type { Engine, Move } from "../../sim/engine/port.ts";
import { openEngine } from "../../sim/pglite/index.ts";
import { openServerEngine } from "../../sim/postgres/index.ts";
import { startStopwatch } from "../../sim/real-time.ts";
import type { BenchCase, BenchContext } from "../bench-case.ts";
import { interleave, type Side, type Timings } from "../measure/interleave.ts";
import { median, ratioOf, rounded } from "../measure/spread.ts";
import type { Findings, Ratio } from "../result.ts";

const SCHEMA = "create table item (id int primary key, n int not null)";
const START = {
  seed: 1,
  startMs: Date.UTC(2026, 0, 1),
  chooseVictim: () => 0,
  onCommit: () => Promise.resolve(),
} as const;

/** What is measured; each gives milliseconds for one. */
const OPERATIONS = ["step", "switch", "wait", "reset"] as const;
type Operation = (typeof OPERATIONS)[number];

/** What is compared: sequences as they were timed, because a difference may come out as nothing on a busy machine. */
const COMPARED = ["same session", "one waits", "reset"] as const;

/** The case. */
export const harnessCosts: BenchCase = {
  name: "harness-costs",
  title: "What the harness's operations cost",
  run: measure,
};

interface Opened {
  readonly name: string;
  readonly engine: Engine;
  readonly startMs: number;
}

async function measure({ scale, progress }: BenchContext): Promise<Findings> {
  const opened: Opened[] = [];
  try {
    progress("starting");
    opened.push(await timedOpen("in process", openEngine));
    opened.push(await timedOpen("server", openServerEngine));
    const sides = opened.flatMap(({ name, engine }) =>
      [...RUNS].map(([operation, run]): Side => ({
        name: `${name}, ${operation}`,
        prepare: () => prepare(engine),
        run: () => run(engine, scale.harness.repetitions),
      })),
    );
    await interleave(sides, { rounds: 1 });
    progress(`${scale.harness.rounds} rounds`);
    const timings = await interleave(sides, { rounds: scale.harness.rounds });
    const costs = (name: string): Costs => costsOf(timings, name, scale.harness.repetitions);
    const [inProcess, server] = [costs("in process"), costs("server")];
    return {
      ratios: COMPARED.map((sequence) => ratio(sequence, timings)),
      tables: [
        {
          title: "Milliseconds for one",
          columns: ["engine", ...OPERATIONS, "start"],
          rows: [inProcess, server].map((cost, index) => [
            opened[index]?.name ?? "",
            ...OPERATIONS.map((operation) => rounded(median(cost[operation]))),
            rounded(opened[index]?.startMs ?? NaN),
          ]),
        },
      ],
      plots: [],
      notes: NOTES,
    };
  } finally {
    for (const { engine } of opened) await engine.close();
  }
}

async function timedOpen(name: string, open: () => Promise<Engine>): Promise<Opened> {
  const elapsedMs = startStopwatch();
  const engine = await open();
  await engine.install(SCHEMA);
  return { name, engine, startMs: elapsedMs() };
}

/** Two sessions over two rows, both rows written once. */
async function prepare(engine: Engine): Promise<void> {
  await engine.startRun(START);
  for (const session of ["a", "b"]) await engine.open(session);
  await run(engine, "a", "insert into item values (1, 0), (2, 0)");
}

/** What is timed: so many repetitions of what a cost is derived from. */
const RUNS: ReadonlyMap<string, (engine: Engine, repetitions: number) => Promise<void>> = new Map([
  [
    "same session",
    (engine, repetitions) =>
      repeat(repetitions, async () => {
        await run(engine, "a", READ);
        await run(engine, "a", READ);
      }),
  ],
  [
    "two sessions",
    (engine, repetitions) =>
      repeat(repetitions, async () => {
        await run(engine, "a", READ);
        await run(engine, "b", READ);
      }),
  ],
  [
    "one after the other",
    (engine, repetitions) =>
      repeat(repetitions, async () => {
        await run(engine, "a", "begin");
        await run(engine, "a", WRITE);
        await run(engine, "a", "commit");
        await run(engine, "b", WRITE);
      }),
  ],
  [
    "one waits",
    (engine, repetitions) =>
      repeat(repetitions, async () => {
        await run(engine, "a", "begin");
        await run(engine, "a", WRITE);
        const { outcome } = await engine.execute("b", { text: WRITE });
        if (outcome.kind !== "waiting") throw new Error("The second writer did not wait.");
        const { settled } = await run(engine, "a", "commit");
        if (settled.length !== 1) throw new Error("The second writer was not let go on.");
      }),
  ],
  [
    "reset",
    (engine, repetitions) =>
      repeat(Math.ceil(repetitions / 10), async () => {
        await prepare(engine);
      }),
  ],
]);

const READ = "select n from item where id = 1";
const WRITE = "update item set n = n + 1 where id = 1";

async function repeat(times: number, body: () => Promise<void>): Promise<void> {
  for (let count = 0; count < times; count += 1) await body();
}

async function run(engine: Engine, session: string, text: string): Promise<Move> {
  const move = await engine.execute(session, { text });
  if (move.outcome.kind !== "done") throw new Error(`"${text}" is ${move.outcome.kind}.`);
  return move;
}

/** Milliseconds by operation: one number a round. */
type Costs = Readonly<Record<Operation, readonly number[]>>;

function costsOf(timings: Timings, engine: string, repetitions: number): Costs {
  const rounds = (operation: string): readonly number[] => timings[`${engine}, ${operation}`] ?? [];
  const same = rounds("same session");
  const difference = (of: string, from: string): readonly number[] =>
    rounds(of).map((ms, round) => Math.max(0, (ms - (rounds(from)[round] ?? NaN)) / repetitions));
  return {
    step: same.map((ms) => ms / (2 * repetitions)),
    switch: difference("two sessions", "same session").map((ms) => ms / 2),
    wait: difference("one waits", "one after the other"),
    reset: rounds("reset").map((ms) => ms / Math.ceil(repetitions / 10)),
  };
}

function ratio(sequence: (typeof COMPARED)[number], timings: Timings): Ratio {
  return ratioOf(
    {
      name: `harness-costs/${sequence}, server : in process`,
      says: `time of the sequence "${sequence}", server : in process`,
      basis: "time",
    },
    timings[`server, ${sequence}`] ?? [],
    timings[`in process, ${sequence}`] ?? [],
  );
}

const NOTES: readonly string[] = [
  "Ratios are of sequences: two steps of the same session; a writer that waits for another one (four statements); a reset.",
  "A step is a read of one row. A switch is what it costs more if the statement before was another session's; a wait is what it costs more if a writer has to wait and is let go on than if it comes afterwards. Both are differences of two measurements of one round.",
  "A reset empties the tables and gives two sessions and two rows; it contains three steps.",
  "The start is one measurement: from nothing to the first statement, in process with the cached image of a data directory and a self-test, on the server with initdb.",
];
