/**
 * The races of the reference protocol as one suite: together they must reach every operation, and every row of the table of what a
 * response is answered.
 */
import { reference } from "../../model/protocol.ts";
import type { RespondResult } from "../../model/respond.ts";
import type { OperationRecord, Suite } from "../../sim/race/race.ts";
import { labelsOf } from "./labels.ts";

/** The rows of the respond table, in its order, and the reasons by which a refusal belongs to one. */
const RESPOND_ROWS = {
  "404 no such task, or it never asked": /^(no such task instance|the task never asked)$/,
  "409 answered already, or an older form": /^(answered already|an older form|the asking run is over)$/,
  "403 not an assignee": / is not an assignee$/,
  "422 no option chosen": /^no option chosen$/,
  "400 it does not fit the request": /./,
  "200 running: recorded": undefined,
  "200 awaiting_input: resumed": undefined,
  "200 deferred: recorded": undefined,
  "409 in any other state": /^the task is /,
} as const satisfies Readonly<Record<string, RegExp | undefined>>;

type RespondRow = keyof typeof RESPOND_ROWS;

/** What became of a task that was answered, by the row of its state. */
const ACCEPTED: Readonly<Record<Extract<RespondResult, { status: 200 }>["state"], RespondRow>> = {
  running: "200 running: recorded",
  scheduled: "200 awaiting_input: resumed",
  deferred: "200 deferred: recorded",
};

/** All operations of the reference, and all rows of the respond table. */
export const hitlSuite: Suite = {
  name: "hitl",
  mustReach: [...Object.keys(reference), ...Object.keys(RESPOND_ROWS).map((row) => `respond ${row}`)],
  answers: (operation) => (operation.name === "respond" ? respondRow(operation) : labelsOf(operation)),
};

function respondRow({ result }: OperationRecord): readonly string[] {
  const answer = result as RespondResult | { readonly error: unknown };
  if ("error" in answer) return [];
  const row = answer.status === 200 ? ACCEPTED[answer.state] : refusedRow(answer);
  return row === undefined ? [] : [`respond ${row}`];
}

function refusedRow({ status, reason }: Exclude<RespondResult, { status: 200 }>): string | undefined {
  const rows = Object.entries(RESPOND_ROWS);
  return rows.find(([row, reasons]) => row.startsWith(`${status} `) && reasons?.test(reason) === true)?.[0];
}
