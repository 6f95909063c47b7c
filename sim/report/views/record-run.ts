/**
 * A token's run together with what everybody saw of the tables after each step.
 */
import type { Engine } from "../../engine/port.ts";
import type { Race } from "../../race/race.ts";
import { followSchedule } from "../../search/follow-schedule.ts";
import { replay, type ReplayOptions } from "../../search/replay.ts";
import type { RunResult } from "../../trace/trace.ts";
import { createLookRecorder, type Looks } from "./look-recorder.ts";

/** A run and its looks. */
export interface RecordedRun {
  readonly run: RunResult;
  /** Undefined where looking would have changed the run: then nobody knows what the sessions saw. */
  readonly looks: Looks | undefined;
}

/**
 * Replays `token` twice, without looking and with it. Looks count only if both runs have the same trace hash. Where the engine
 * decides by itself who goes on, the token is followed as far as that goes. Throws what `replay` throws.
 */
export async function recordRun(
  engine: Engine,
  race: Race<any, any>,
  token: string,
  { mutant }: Pick<ReplayOptions, "mutant"> = {},
): Promise<RecordedRun> {
  const options = { mutant, follow: engine.decidesOrder ? undefined : followSchedule };
  const run = await replay(engine, race, token, options);
  const recorder = createLookRecorder(engine);
  const lookedAt = await replay(engine, race, token, { ...options, onStep: recorder.look });
  return { run, looks: lookedAt.traceHash === run.traceHash ? recorder.seen() : undefined };
}
