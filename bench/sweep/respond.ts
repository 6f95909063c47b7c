/**
 * Respond under sweep: how long people's responses take while schedulers drain overdue tasks.
 *
 * Responders answer tasks just ahead of the sweep (which it may hold) and tasks that nobody sweeps, in turns. On the server all
 * run at the same time and latency is real time; in process statements take turns and latency is counted in statements of
 * others, which is the same in every run.
 */
import { BACKLOG_EPOCH_MS, deadlineOf, idSql } from "../../model/backlog.ts";
import type { Queryable } from "../../model/query-port.ts";
import { respond, type RespondResult } from "../../model/respond.ts";
import { sweep, SWEEP_LIMIT } from "../../model/sweep.ts";
import { startStopwatch } from "../../sim/real-time.ts";
import { Skipped, type BenchCase, type BenchContext } from "../bench-case.ts";
import { withDatabase } from "../databases/database.ts";
import { openInProcess, type InProcess, type StatementWait } from "../databases/in-process.ts";
import { openServer, type BenchServer } from "../databases/server.ts";
import { counting, newCount } from "../measure/counting.ts";
import { quantile, ratioOf, rounded } from "../measure/spread.ts";
import type { Findings, Ratio, Table } from "../result.ts";
import { createDrainBacklog } from "./backlog.ts";

/** Parked tasks that are not due, for responses that meet no sweep. */
const PARKED = 5_000;

/** Fewer responses than this say nothing. */
const MIN_RESPONSES = 10;

/** One response. */
interface Response {
  /** "ahead": of a task that the sweep comes to next; "far": of one that is not due. */
  readonly place: "ahead" | "far";
  readonly status: RespondResult["status"];
  readonly ms: number;
  /** Sweeps that committed between its first statement and its end. */
  readonly commitsMeanwhile: number;
  /** In process: statements of others between its first statement and its end. */
  readonly othersStatements: number | undefined;
}

/** What one database gave. */
interface Found {
  readonly database: string;
  readonly responses: readonly Response[];
  readonly alone: readonly Response[];
  readonly schedulers: number;
  /** Statements of the longest sweep. */
  readonly longestSweep: number;
  readonly sweeps: number;
  /** In process: statements that had to wait. */
  readonly waits: { readonly ofSweeps: number; readonly ofResponses: number } | undefined;
}

/** The case. */
export const respondUnderSweep: BenchCase = {
  name: "respond-under-sweep",
  title: "Responses while sweeps drain",
  run: measure,
};

async function measure(context: BenchContext): Promise<Findings> {
  const found: Found[] = [];
  for (const open of [openServer, openInProcess]) {
    await withDatabase<BenchServer | InProcess, void>(open, async (database) => {
      found.push(await underSweep(database, context));
    });
  }
  return { ratios: found.flatMap(ratios), tables: found.map(table), plots: [], notes: NOTES };
}

async function underSweep(
  database: BenchServer | InProcess,
  { scale, progress }: BenchContext,
): Promise<Found> {
  const { tasks, schedulers, responders } = scale.respond;
  progress(`${database.name}, parking ${tasks + PARKED}`);
  await createDrainBacklog(database, tasks + PARKED);
  const isServer = database.name === "server";
  const state = { swept: 0, commits: 0, longestSweep: 0, isDrained: false };
  const person = async (number: number, limit: number): Promise<readonly Response[]> =>
    await respondUntil(database, await database.session(), state, { tasks, number, limit });
  progress(`${database.name}, responses without sweeps`);
  const alone = await person(responders + 1, Math.ceil(scale.respond.responses / responders));

  progress(`${database.name}, ${schedulers} schedulers, ${responders} responders`);
  const waitsBefore = isServer ? 0 : database.waits().length;
  const people = Array.from({ length: responders }, (_, index) => person(index, Infinity));
  const sweeping = Array.from({ length: schedulers }, async () => {
    await sweepUntilDrained(await database.session(), state, deadlineOf(tasks));
  });
  await Promise.all(sweeping);
  state.isDrained = true;
  const responses = (await Promise.all(people)).flat();
  requireEnough(responses);
  const waits = isServer ? undefined : waitsByWhom(database.waits().slice(waitsBefore));
  return {
    database: database.name,
    responses,
    alone,
    schedulers,
    longestSweep: state.longestSweep,
    sweeps: state.commits,
    waits,
  };
}

/** Only the sweep's statements have these words; responses lock one task by its id. */
const SWEEPS = /skip locked|= any \(/;

function waitsByWhom(waits: readonly StatementWait[]): NonNullable<Found["waits"]> {
  const ofSweeps = waits.filter(({ text }) => SWEEPS.test(text)).length;
  return { ofSweeps, ofResponses: waits.length - ofSweeps };
}

interface Progress {
  swept: number;
  commits: number;
  longestSweep: number;
  isDrained: boolean;
}

async function sweepUntilDrained(session: Queryable, state: Progress, now: Date): Promise<void> {
  for (;;) {
    const count = newCount();
    const { resumed } = await sweep(counting(session, count), { now });
    if (resumed.length === 0) return;
    state.swept += resumed.length;
    state.commits += 1;
    state.longestSweep = Math.max(state.longestSweep, count.statements);
  }
}

/** Answers tasks until the drain is over, or `limit` times. */
async function respondUntil(
  database: BenchServer | InProcess,
  session: Queryable,
  state: Progress,
  { tasks, number, limit }: { readonly tasks: number; readonly number: number; readonly limit: number },
): Promise<readonly Response[]> {
  const responses: Response[] = [];
  const isAlone = limit !== Infinity;
  while (!state.isDrained && responses.length < limit) {
    const turn = responses.length;
    const place = turn % 2 === 0 || isAlone ? "far" : "ahead";
    // Steps of a prime spread the answers over what comes next, and over what is not due.
    const g =
      place === "ahead"
        ? Math.min(tasks, state.swept + 1 + ((turn * 37 + number * 53) % (4 * SWEEP_LIMIT)))
        : tasks + 1 + ((turn * 7 + number * 1_009) % PARKED);
    responses.push(await respondOnce(database, session, state, g, place));
  }
  return responses;
}

async function respondOnce(
  database: BenchServer | InProcess,
  session: Queryable,
  state: Progress,
  g: number,
  place: Response["place"],
): Promise<Response> {
  const id = (await session.query<{ id: string }>(`select ${idSql("ordered", "$1::integer")} as id`, [g]))
    .rows[0]?.id;
  const count = newCount();
  const inProcess = database.name === "server" ? undefined : database;
  const before = { commits: state.commits, steps: inProcess?.steps() ?? 0 };
  const elapsedMs = startStopwatch();
  const { status } = await respond(counting(session, count), {
    taskInstanceId: id ?? "",
    createdAt: new Date(BACKLOG_EPOCH_MS),
    user: { id: "person", name: "Person" },
    chosenOptions: ["approve"],
    paramsInput: {},
    now: new Date(BACKLOG_EPOCH_MS),
  });
  return {
    place,
    status,
    ms: elapsedMs(),
    commitsMeanwhile: state.commits - before.commits,
    othersStatements:
      inProcess === undefined ? undefined : inProcess.steps() - before.steps - count.statements,
  };
}

function requireEnough(responses: readonly Response[]): void {
  const few = responses.length < MIN_RESPONSES;
  if (few) throw new Skipped(`only ${responses.length} responses were made while the sweeps went on`);
}

function ratios({ database, responses, longestSweep, schedulers, sweeps, waits }: Found): readonly Ratio[] {
  const waited = responses.flatMap(({ othersStatements }) => othersStatements ?? []);
  if (waits === undefined) return [];
  // Each of its own statements lets everybody else have one turn; a wait lets them have the rest of a sweep.
  const turns = longestSweep * (schedulers + 1);
  return [
    ratioOf(
      {
        name: `respond-under-sweep/${database}/longest wait : one batch`,
        says: "statements of others during the longest response : those of one sweep, all others taking turns with it",
        basis: "count",
        limit: { atMost: 1 },
      },
      [Math.max(...waited)],
      [turns + OWN_STATEMENTS * (schedulers + 1)],
    ),
    ratioOf(
      {
        name: `respond-under-sweep/${database}/waits of sweeps`,
        says: "statements of sweeps that had to wait : sweeps",
        basis: "count",
        limit: { atMost: 0 },
      },
      [waits.ofSweeps],
      [sweeps],
    ),
  ];
}

/** Statements of a response at most: BEGIN, two locks, the answer, the resume, COMMIT, and its look-up. */
const OWN_STATEMENTS = 7;

function table({ database, responses, alone, waits }: Found): Table {
  const groups: readonly (readonly [string, readonly Response[]])[] = [
    ["without sweeps", alone],
    ["far from the sweep", responses.filter(({ place }) => place === "far")],
    ["ahead of the sweep", responses.filter(({ place }) => place === "ahead")],
  ];
  const title =
    waits === undefined
      ? `Responses, ${database}`
      : `Responses, ${database} (${waits.ofResponses} of their statements had to wait, ${waits.ofSweeps} of the sweeps')`;
  return {
    title,
    columns: ["responses", "number", "200", "409", "ms p50", "ms p99", "ms max", "others' statements, max"],
    rows: groups.map(([name, of]) => {
      const ms = of.map((response) => response.ms);
      const others = of.flatMap(({ othersStatements }) => othersStatements ?? []);
      return [
        name,
        of.length,
        of.filter(({ status }) => status === 200).length,
        of.filter(({ status }) => status === 409).length,
        ...[0.5, 0.99, 1].map((share) => (ms.length === 0 ? "" : rounded(quantile(ms, share)))),
        others.length === 0 ? "" : Math.max(...others),
      ];
    }),
  };
}

const NOTES: readonly string[] = [
  "A response of a task that the sweep holds waits until that sweep commits, and is then told 409: its defaults, or the timeout, came first. It never waits for a second sweep, because the task is not overdue any more.",
  "In process statements take turns, one of each session, so that its ms are the sum of everybody's work and say nothing about a server; others' statements are what counts there.",
  "One connection for each responder and scheduler; the server, its clients and this process share the machine's processors.",
];
