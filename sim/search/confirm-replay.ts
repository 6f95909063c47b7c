/**
 * Runs a run's token once more: the check that everything which decides a run is under the harness' control.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { RunResult, TraceStep } from "../trace/trace.ts";
import { replay, tokenOf } from "./replay.ts";

/** Characters of each of two differing values that the error shows. */
const MAX_SHOWN = 160;

/** Tries on a server, which decides by itself which of two waiters of a row goes on first. */
const SERVER_TRIES = 5;

/**
 * Throws SwitchyardError "nondeterministic" if the token of `run` does not give the same trace again; it names the first step that
 * differs, and how. On a server, one of SERVER_TRIES runs has to give it.
 */
export async function confirmReplay(engine: Engine, race: Race<any, any>, run: RunResult): Promise<void> {
  const tries = engine.name === "postgres" ? SERVER_TRIES : 1;
  for (let left = tries - 1; left > 0; left -= 1) {
    if (await replaysAlike(engine, race, run)) return;
  }
  await confirmOnce(engine, race, run);
}

async function replaysAlike(engine: Engine, race: Race<any, any>, run: RunResult): Promise<boolean> {
  try {
    await confirmOnce(engine, race, run);
    return true;
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === "nondeterministic") return false;
    throw error;
  }
}

async function confirmOnce(engine: Engine, race: Race<any, any>, run: RunResult): Promise<void> {
  const token = tokenOf(race, run);
  const again = await replay(engine, race, token).catch((error: unknown) => {
    if (error instanceof SwitchyardError && error.code === "token")
      throw nondeterministic(token, error.message, error);
    throw error;
  });
  if (again.traceHash === run.traceHash) return;
  throw nondeterministic(
    token,
    `${firstDifference(run, again)}; hashes ${run.traceHash} and ${again.traceHash}`,
  );
}

/** Where two runs part, in words. */
export function firstDifference(one: RunResult, other: RunResult): string {
  const length = Math.max(one.steps.length, other.steps.length);
  for (let index = 0; index < length; index += 1) {
    const [ours, theirs] = [one.steps[index], other.steps[index]];
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) return stepDifference(index + 1, ours, theirs);
  }
  return "The two runs have the same steps but another history or end";
}

function stepDifference(step: number, one: TraceStep | undefined, other: TraceStep | undefined): string {
  if (one === undefined || other === undefined)
    return `The two runs differ first at step ${step}: one of them has ended before it`;
  const fields = Object.keys({ ...one, ...other }) as (keyof TraceStep)[];
  const field = fields.find((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
  const [ours, theirs] = [one, other].map((found) => shown(field && found[field]));
  return `The two runs differ first at step ${step} (${one.session}), in its ${field}: ${ours} and then ${theirs}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`;
}

function nondeterministic(token: string, how: string, cause?: unknown): SwitchyardError {
  return new SwitchyardError(
    "nondeterministic",
    `Two runs of ${token} are not the same. ${how}.`,
    "Take time and random numbers in actors from their context only, and keep no state between runs.",
    { cause },
  );
}
