/**
 * The lines that isolationtester prints.
 */
import type { Notice, Notification } from "../engine/port.ts";
import type { Answer } from "./client.ts";
import { resultTable } from "./result-table.ts";
import type { Permutation, Step } from "./test-spec.ts";

/** The header of a permutation, which begins with an empty line. */
export function startingLine(permutation: Permutation): string {
  return `\nstarting permutation:${permutation.map(({ step }) => ` ${step.name}`).join("")}\n`;
}

/** A step that was launched and is completed, or waits. */
export function launchLine({ name, sql }: Step, waits: boolean): string {
  return `step ${name}: ${sql}${waits ? " <waiting ...>" : ""}\n`;
}

/** A step that waited before. */
export function completedLine({ name }: Step): string {
  return `step ${name}: <... completed>\n`;
}

/** Results and errors of a message. */
export function answerText(answer: Answer): string {
  if (answer.kind === "result") return resultTable(answer.result);
  return `${answer.error.severity ?? "ERROR"}:  ${answer.error.message}\n`;
}

/** A notice as libpq words it, after its session. */
export function noticeText({ session, severity, message, detail, hint }: Notice): string {
  const lines = [`${session}: ${severity}:  ${message}`];
  if (detail !== undefined) lines.push(`DETAIL:  ${detail}`);
  if (hint !== undefined) lines.push(`HINT:  ${hint}`);
  return `${lines.join("\n")}\n`;
}

/** A notification that reached a session. */
export function notificationText({ session, channel, payload, from }: Notification): string {
  return `${session}: NOTIFY "${channel}" with payload "${payload}" from ${from}\n`;
}
