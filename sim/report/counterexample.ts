/**
 * A failing run as a person reads it: what broke, the story, the data, the table of steps, and the line that replays it.
 */
import { canonicalJson } from "../trace/canonical-json.ts";
import type { RunResult } from "../trace/trace.ts";
import { COMMAND } from "./command-line.ts";
import { plainPaint, type Paint } from "./paint.ts";
import { stepTable } from "./step-table.ts";
import { tellStory } from "./story.ts";
import { timeline } from "./timeline.ts";
import { count } from "./words.ts";

/** The line to paste that replays `token`. */
export function replayLine(token: string): string {
  return `${COMMAND} replay ${token}`;
}

/**
 * The text for `run`, whatever it violated; without a line to paste if `token` is undefined. With `columns` the steps are drawn
 * as a timeline no wider than that, without it they are a table.
 */
export async function counterexampleText(
  run: RunResult,
  token: string | undefined,
  paint: Paint = plainPaint,
  columns?: number,
): Promise<string> {
  const broken = run.violations.map(({ invariant, promise }) =>
    paint("bad", invariant === promise ? `violated: ${promise}` : `${invariant} violated: ${promise}`),
  );
  const story = (await tellStory(run)).map((line, index) => `${String(index + 1).padStart(3)}. ${line}`);
  const data = `data  ${canonicalJson(run.data)}`;
  const size = `${count(run.steps.length, "step")}, ${count(run.preemptions, "preemption")} (marked *)`;
  const steps = columns === undefined ? stepTable(run, paint) : await timeline(run, columns, paint);
  const blocks = [broken.join("\n"), story.join("\n"), data, `${size}\n${steps}`];
  if (token !== undefined) blocks.push(`Replay it:\n  ${paint("strong", replayLine(token))}`);
  return blocks.filter((block) => block !== "").join("\n\n");
}
