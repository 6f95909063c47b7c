/**
 * Runs a run's token once more: the check that everything which decides a run is under the harness' control.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { RunResult, TraceStep } from "../trace/trace.ts";
import { MAX_ATTEMPTS } from "./compare-replay.ts";
import { followSchedule } from "./follow-schedule.ts";
import { replay, tokenOf } from "./replay.ts";
import { runDifference } from "./run-difference.ts";

/** Characters of each of two differing values that the error shows. */
const MAX_SHOWN = 160;

/**
 * Throws SwitchyardError "nondeterministic" if the token of `run` does not give the same trace again; it names the first step that
 * differs, and how. On an engine that decides by itself what PostgreSQL leaves open, a run that differs in just that is made again,
 * MAX_ATTEMPTS times in all.
 */
export async function confirmReplay(engine: Engine, race: Race<any, any>, run: RunResult): Promise<void> {
  const token = tokenOf(race, run);
  for (let attempts = 1; ; attempts += 1) {
    const again = await replay(engine, race, token, { follow: followSchedule });
    if (again.traceHash === run.traceHash) return;
    if (!engine.decidesOrder && attempts < MAX_ATTEMPTS && differOnlyInWhatIsOpen(race, run, again)) continue;
    const hashes = `hashes ${run.traceHash} and ${again.traceHash}`;
    throw nondeterministic(token, `${firstDifference(run, again)}; ${hashes}`);
  }
}

/** `runDifference` does not look at the order in which waiters are told of, so that it may find nothing. */
function differOnlyInWhatIsOpen(race: Race<any, any>, run: RunResult, again: RunResult): boolean {
  return runDifference(run, again, race.schema)?.isOpen !== false;
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

function nondeterministic(token: string, how: string): SwitchyardError {
  return new SwitchyardError(
    "nondeterministic",
    `Two runs of ${token} are not the same. ${how}.`,
    "Take time and random numbers in actors from their context only, and keep no state between runs.",
  );
}
