/**
 * Runs one case on one engine, step by step, and records what each step brought about.
 */
import type { Engine, Move } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Json } from "../trace/trace.ts";
import { toPlain } from "../trace/canonical-json.ts";
import { DIFFER_ROWS, DIFFER_SCHEMA, DIFFER_TABLES } from "./schema.ts";
import { scriptCursor, type ScriptCursor } from "./script-cursor.ts";
import { stepRecord, type StepRecord } from "./step-record.ts";
import { sessionName, type Case } from "./workload.ts";

/** Virtual milliseconds that one step takes. */
const STEP_MS = 1;

/** Steps after which a case is given up; one of the largest cases has less than half of them. */
const MAX_STEPS = 200;

/** Who decides what the case leaves open. */
export interface Guide {
  /** One of `enabled`, in the schedule's counting order; anything else ends the run. */
  readonly pick: (enabled: readonly string[]) => string | undefined;
  /** An index into the members of a cycle, as the engine port has it; `step` counts from 0. */
  readonly chooseVictim: (members: readonly string[], step: number) => number;
  /** An index into those who were let go at once, as the engine port has it. */
  readonly chooseWoken: (woken: readonly string[]) => number;
  /** Told of each step; false ends the run. */
  readonly onStep: (record: StepRecord, step: number) => boolean;
}

/** A run of a case. */
export interface CaseRun {
  readonly steps: readonly StepRecord[];
  /** Everything committed at the end; undefined where the guide ended the run. */
  readonly tables: Json | undefined;
  /** What the engine refused; the run ends there. */
  readonly refused: string | undefined;
}

interface Actor {
  readonly name: string;
  readonly cursor: ScriptCursor;
  waiting: boolean;
}

/** Runs `sessions` on `engine` as `guide` says. Throws what the engine throws, except that it refuses a statement. */
export async function driveCase(
  engine: Engine,
  { sessions }: Pick<Case, "sessions">,
  guide: Guide,
): Promise<CaseRun> {
  const steps: StepRecord[] = [];
  await engine.install(DIFFER_SCHEMA);
  await engine.startRun({
    seed: 1,
    startMs: 0,
    chooseVictim: (members) => guide.chooseVictim(members, steps.length),
    chooseWoken: guide.chooseWoken,
    onCommit: () => Promise.resolve(),
  });
  const actors = sessions.map((script, i): Actor => ({
    name: sessionName(i),
    cursor: scriptCursor(script),
    waiting: false,
  }));
  for (const { name } of actors) await engine.open(name);
  await engine.execute(actors[0]?.name ?? "", { text: DIFFER_ROWS });
  let last: Actor | undefined;
  for (;;) {
    const enabled = enabledActors(engine, actors, last);
    if (enabled.length === 0) break;
    if (steps.length >= MAX_STEPS) throw endless();
    const names = enabled.map(({ name }) => name);
    const picked = guide.pick(names);
    const actor = enabled.find(({ name }) => name === picked);
    if (actor === undefined) return { steps, tables: undefined, refused: undefined };
    last = actor;
    try {
      const record = await makeStep(engine, actor, names, actors);
      steps.push(record);
      if (!guide.onStep(record, steps.length - 1)) return { steps, tables: undefined, refused: undefined };
    } catch (error) {
      if (!(error instanceof SwitchyardError && error.code === "unsupported")) throw error;
      return { steps, tables: undefined, refused: error.message };
    }
  }
  if (actors.some(({ waiting }) => waiting)) throw stuck();
  const { rows } = await engine.observe({ text: DIFFER_TABLES });
  return { steps, tables: toPlain(rows[0]), refused: undefined };
}

/** Those who can go on: from the last one round, then those whose timeout can fire. */
function enabledActors(engine: Engine, actors: readonly Actor[], last: Actor | undefined): readonly Actor[] {
  const from = last === undefined ? 0 : actors.indexOf(last);
  const round = [...actors.slice(from), ...actors.slice(0, from)];
  return [
    ...round.filter(({ waiting, cursor }) => !waiting && cursor.next() !== undefined),
    ...round.filter(({ waiting, name }) => waiting && engine.timeoutAt(name) !== undefined),
  ];
}

async function makeStep(
  engine: Engine,
  actor: Actor,
  enabled: readonly string[],
  actors: readonly Actor[],
): Promise<StepRecord> {
  engine.advanceTo(engine.nowMs() + STEP_MS);
  const session = actor.name;
  if (!actor.waiting && actor.cursor.begins()) {
    await engine.execute(session, { text: actor.cursor.next() ?? "" });
    actor.cursor.ended(false);
  }
  const text = actor.waiting ? "(timeout)" : (actor.cursor.next() ?? "");
  let move: Move;
  if (actor.waiting) {
    engine.advanceTo(engine.timeoutAt(session) ?? 0);
    move = await engine.expire(session);
  } else {
    move = await engine.execute(session, { text, rowMode: "array" });
  }
  note(actor, move.outcome.kind);
  for (const settled of move.settled) {
    const other = actors.find(({ name }) => name === settled.session);
    if (other !== undefined) note(other, settled.outcome.kind);
  }
  return stepRecord({ session, text, enabled }, move);
}

function note(actor: Actor, kind: Move["outcome"]["kind"]): void {
  actor.waiting = kind === "waiting";
  if (kind !== "waiting") actor.cursor.ended(kind === "failed");
}

function endless(): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `A differential case did not end within ${MAX_STEPS} steps.`,
    "Report this with the seed.",
  );
}

function stuck(): SwitchyardError {
  return new SwitchyardError(
    "harness",
    "In a differential case every session waits and nobody can go on.",
    "Report this with the seed.",
  );
}
