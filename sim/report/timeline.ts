/**
 * A run as a picture for terminals: one column a session, time downwards, waits and held locks drawn as lines.
 */
import type { RunResult, TraceStep } from "../trace/trace.ts";
import { plainPaint, type Paint, type Tone } from "./paint.ts";
import { runStates, type RunState } from "./run-states.ts";
import { outcomeText } from "./step-text.ts";
import { shortAction } from "./step-words.ts";
import { fit, wrap } from "./text-width.ts";
import { joinWords } from "./words.ts";

/** Narrowest column that is worth drawing, and widest, in characters. */
const MIN_LANE = 7;
const MAX_LANE = 44;
/** What a terminal is taken to have at least. */
const MIN_COLUMNS = 24;
/** Lines that one step may take in its column. */
const MAX_LINES = 3;
const GAP = 1;

interface Line {
  readonly text: string;
  readonly tone: Tone | undefined;
}

/** Marks: a statement waits, a session holds locks, a session was let go on. */
const WAITS = "░";
const HOLDS = "│";
const WOKEN = "▶";

/**
 * The picture, no line of it longer than `wantedColumns` (24 at least); sessions that made no step are left out. Where there are too many for the
 * width, those with the most steps are drawn and the others are named.
 */
export async function timeline(
  run: RunResult,
  wantedColumns: number,
  paint: Paint = plainPaint,
): Promise<string> {
  const columns = Math.max(MIN_COLUMNS, wantedColumns);
  const states = await runStates(run);
  const numberWidth = Math.max(4, String(run.steps.length).length);
  const timeWidth = Math.max(2, ...run.steps.map(({ timeMs }) => String(timeMs).length));
  const left = numberWidth + 1 + timeWidth + 1;
  const all = lanesOf(run);
  const fitting = Math.max(1, Math.floor((columns - left) / (MIN_LANE + GAP)));
  const lanes = all.filter((_, place) => rankOf(all, place) < fitting).map(({ session }) => session);
  const hidden = all.map(({ session }) => session).filter((session) => !lanes.includes(session));
  const width = Math.min(MAX_LANE, Math.floor((columns - left) / Math.max(1, lanes.length)) - GAP);
  const line = (number: string, time: string, cells: readonly Line[]): string => {
    const head = `${number.padStart(numberWidth)} ${time.padStart(timeWidth)} `;
    const drawn = cells.map(({ text, tone }) => {
      const cell = fit(text, width);
      return (tone ? paint(tone, cell) : cell) + " ".repeat(width - cell.length + GAP);
    });
    return `${head}${drawn.join("")}`.trimEnd();
  };
  const heads = lanes.map((text): Line => ({ text, tone: "strong" }));
  const lines = [line("step", "ms", heads)];
  for (const step of run.steps) {
    const before = states[step.step - 1] as RunState;
    const after = states[step.step] as RunState;
    const action = await shortAction(step.action);
    const cells = lanes.map((session) => cellLines(session, step, action, before, run, width));
    const height = Math.max(1, ...cells.map(({ length }) => length));
    for (let at = 0; at < height; at += 1) {
      const row = cells.map((cell, lane) => cell[at] ?? passing(lanes[lane] as string, after));
      lines.push(line(at === 0 ? String(step.step) : "", at === 0 ? String(step.timeMs) : "", row));
    }
  }
  if (hidden.length > 0)
    lines.push(...wrap(`Not drawn for want of width: ${joinWords(hidden)}.`, columns, 3));
  lines.push(
    ...wrap(
      `${HOLDS} holds locks  ${WAITS} waits  ${WOKEN} was let go on  ✓ committed  * preemption`,
      columns,
      3,
    ),
  );
  return lines.join("\n");
}

function lanesOf({ steps }: RunResult): readonly { readonly session: string; readonly steps: number }[] {
  const counts = new Map<string, number>();
  for (const { session } of steps) counts.set(session, (counts.get(session) ?? 0) + 1);
  return [...counts].map(([session, count]) => ({ session, steps: count }));
}

/** How many lanes have more steps than the one at `place`, or as many and stand before it. */
function rankOf(lanes: ReturnType<typeof lanesOf>, place: number): number {
  const own = lanes[place]?.steps ?? 0;
  return lanes.filter(({ steps }, other) => steps > own || (steps === own && other < place)).length;
}

function cellLines(
  session: string,
  step: TraceStep,
  action: string,
  before: RunState,
  run: RunResult,
  width: number,
): readonly Line[] {
  const lines: Line[] = [];
  let committed = false;
  const add = (text: string, tone?: Tone): void => {
    for (const part of wrap(text, width, MAX_LINES)) lines.push({ text: part, tone });
  };
  if (step.session === session) {
    const commits = step.commits.includes(session) && /^(commit|end)\b/i.test(action);
    add(`${step.preemption ? "* " : ""}${commits ? "✓ " : ""}${action}`, commits ? "good" : undefined);
    if (commits) committed = true;
    if (step.outcome.kind === "failed") add(`✗ ${outcomeText(step.outcome)}`, "bad");
    if (step.outcome.kind === "waiting") add(`${WAITS} ${outcomeText(step.outcome)}`, "strong");
    if (step.outcome.kind === "done" && step.outcome.rowCount === 0) add("no row", "faint");
  }
  for (const settled of step.settled) {
    if (settled.session !== session) continue;
    const tone = settled.outcome.kind === "failed" ? "bad" : "strong";
    add(`${WOKEN} ${outcomeText(settled.outcome)} (${settled.wokenBy})`, tone);
  }
  if (step.deadlocks.some(({ victim }) => victim === session)) add("✗ deadlock victim", "bad");
  if (step.commits.includes(session) && !committed) add("✓ committed", "good");
  if (step.session === session) {
    for (const { invariant, step: at } of run.violations)
      if (at === step.step) add(`✗ ${invariant} broke`, "bad");
  }
  return lines.length > 0 ? lines : [passing(session, before)];
}

/** What stands in the column of a session that does nothing. */
function passing(session: string, state: RunState): Line {
  if (state.waits.some((wait) => wait.session === session)) return { text: WAITS, tone: "strong" };
  const holds = state.locks.some((lock) => lock.session === session);
  return { text: holds ? HOLDS : "", tone: "faint" };
}
