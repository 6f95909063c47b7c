/**
 * Runs a run's token once more: the check that everything which decides a run is under the harness' control.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { RunResult } from "../trace/trace.ts";
import { replay, tokenOf } from "./replay.ts";

/** Throws SwitchyardError "nondeterministic" if the token of `run` does not give the same trace hash again. */
export async function confirmReplay(engine: Engine, race: Race<any, any>, run: RunResult): Promise<void> {
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

function firstDifference(one: RunResult, other: RunResult): string {
  const index = one.steps.findIndex((step, at) => JSON.stringify(step) !== JSON.stringify(other.steps[at]));
  const step = one.steps[index];
  if (step === undefined) return "The two runs have the same steps but another history or end";
  return `The two runs differ first at step ${step.step} (${step.session})`;
}

function nondeterministic(token: string, how: string, cause?: unknown): SwitchyardError {
  return new SwitchyardError(
    "nondeterministic",
    `Two runs of ${token} are not the same. ${how}.`,
    "Take time and random numbers in actors from their context only, and keep no state between runs.",
    { cause },
  );
}
