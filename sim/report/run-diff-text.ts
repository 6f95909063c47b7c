/**
 * Two runs compared, in words and tables.
 */
import type { RunResult, TraceStep } from "../trace/trace.ts";
import type { Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";
import type { Differing, RunDiff } from "./run-diff.ts";
import { outcomeText } from "./step-text.ts";
import { shortAction } from "./step-words.ts";
import { count, shorten } from "./words.ts";

/** Steps that are shown side by side from where the runs part. */
const MAX_STEPS = 12;
const MAX_VALUE = 60;

/** The text for `diff` of `first` and `second`. */
export async function runDiffText(
  diff: RunDiff,
  first: RunResult,
  second: RunResult,
  paint: Paint,
): Promise<string> {
  const blocks: string[] = [];
  if (diff.setting.length > 0) blocks.push(`Not the same to begin with:\n${differingTable(diff.setting)}`);
  if (diff.partsBy === undefined) {
    blocks.push(paint("good", `The runs are the same, all ${count(diff.commonSteps, "step")}.`));
    return blocks.join("\n\n");
  }
  const at = diff.commonSteps;
  blocks.push(
    `${paint("strong", partingText(diff, first.steps[at], second.steps[at]))}\n${await sideBySide(first, second, at)}`,
  );
  for (const [head, rows] of [
    ["Operations that came to something else:", diff.operations],
    ["Promises:", diff.violations],
    ["Committed at the end:", diff.rows],
  ] as const) {
    if (rows.length > 0) blocks.push(`${head}\n${differingTable(rows)}`);
  }
  if (diff.operations.length + diff.violations.length + diff.rows.length === 0)
    blocks.push("They came to the same: results, promises and rows do not differ.");
  return blocks.join("\n\n");
}

function partingText(
  { commonSteps, partsBy }: RunDiff,
  a: TraceStep | undefined,
  b: TraceStep | undefined,
): string {
  const same =
    commonSteps === 0
      ? ""
      : `The first ${commonSteps === 1 ? "step is" : `${commonSteps} steps are`} the same. `;
  const step = `${same}At step ${commonSteps + 1} `;
  if (partsBy === "outcome") return `${step}${a?.session} does the same, and it comes to another end:`;
  if (partsBy === "statement") return `${step}${a?.session} does something else:`;
  const who = (one: TraceStep | undefined): string => one?.session ?? "nobody";
  return `${step}they part: ${who(a)} goes on in the first, ${who(b)} in the second:`;
}

async function sideBySide(first: RunResult, second: RunResult, from: number): Promise<string> {
  const length = Math.min(from + MAX_STEPS, Math.max(first.steps.length, second.steps.length));
  const rows: string[][] = [];
  for (let at = from; at < length; at += 1) {
    rows.push([String(at + 1), await stepWords(first.steps[at]), await stepWords(second.steps[at])]);
  }
  const left = Math.max(first.steps.length, second.steps.length) - length;
  if (left > 0) rows.push(["", `and ${count(left, "step")} more`, ""]);
  return plainTable([{ head: "step", align: "right" }, { head: "first" }, { head: "second" }], rows);
}

async function stepWords(step: TraceStep | undefined): Promise<string> {
  if (step === undefined) return "(has ended)";
  const woken = step.settled.map(({ session }) => `; ${session} goes on`).join("");
  return `${step.session}: ${await shortAction(step.action)}: ${outcomeText(step.outcome)}${woken}`;
}

function differingTable(rows: readonly Differing[]): string {
  const cell = (text: string | undefined): string => (text === undefined ? "-" : shorten(text, MAX_VALUE));
  return plainTable(
    [{ head: "" }, { head: "first" }, { head: "second" }],
    rows.map(({ what, first, second }) => [what, cell(first), cell(second)]),
  );
}
