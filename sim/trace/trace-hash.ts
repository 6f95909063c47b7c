/**
 * The trace hash of a run: equal hashes mean the same steps, outcomes, commits and history.
 *
 * A statement's text recurs in thousands of runs, so it enters by its own digest, which is made once.
 */
import { hash as digestOf } from "node:crypto";
import type { Action, RunResult, TracedOutcome, TraceStep } from "./trace.ts";

/** Hex digits of a hash: 64 bits, enough to tell millions of runs apart. */
const HASH_DIGITS = 16;

/** The hash over all that `run` tells. */
export function traceHash(run: Omit<RunResult, "traceHash">): string {
  const { steps, ...rest } = run;
  let text = "";
  for (const step of steps) text += `${stepLine(step)}\n`;
  return hash(text + JSON.stringify(rest));
}

function stepLine(step: TraceStep): string {
  const { timeMs, session, operation, action, outcome, settled, deadlocks, commits, enabled, preemption } =
    step;
  let line = `${timeMs} ${session} ${operation ?? "-"} ${preemption} ${enabled.join()} ${commits.join()}`;
  line += `|${actionText(action)}|${outcomeText(outcome)}`;
  for (const one of settled)
    line += `|${one.session}<${one.wokenBy}:${textDigest(one.text)}:${outcomeText(one.outcome)}`;
  return deadlocks.length > 0 ? `${line}|${JSON.stringify(deadlocks)}` : `${line}|`;
}

function actionText(action: Action): string {
  if (action.kind === "sleep") return `sleep ${action.durationMs}`;
  if (action.kind === "timeout") return `timeout ${textDigest(action.text)}`;
  if (action.kind === "connection") return action.text;
  return `${textDigest(action.text)} ${JSON.stringify(action.values)}`;
}

function outcomeText(outcome: TracedOutcome): string {
  if (outcome.kind !== "done") return JSON.stringify(outcome);
  return `${outcome.command} ${outcome.rowCount} ${JSON.stringify(outcome.rows)}`;
}

const digests = new Map<string, string>();

/** A digest of a statement's text, made once. */
export function textDigest(text: string): string {
  let digest = digests.get(text);
  if (digest === undefined) digests.set(text, (digest = hash(JSON.stringify(text))));
  return digest;
}

/** The first digits of SHA-256. */
function hash(text: string): string {
  return digestOf("sha256", text, "hex").slice(0, HASH_DIGITS);
}
