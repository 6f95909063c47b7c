/**
 * What `replay --json` prints.
 */
import type { RunResult } from "../trace/trace.ts";
import { tellStory } from "./story.ts";

/** The run as one JSON object: counts where `explore --json` has counts, the steps themselves as `trace`. */
export interface ReplayJson extends Omit<RunResult, "steps" | "taken"> {
  readonly token: string;
  readonly steps: number;
  readonly story: readonly string[];
  readonly trace: RunResult["steps"];
}

/** `run`, with its story told. */
export async function replayJson(run: RunResult, token: string): Promise<ReplayJson> {
  const { steps, taken: _taken, ...rest } = run;
  return { token, ...rest, steps: steps.length, story: await tellStory(run), trace: steps };
}
