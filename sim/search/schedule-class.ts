/**
 * Names the class of a run's schedule: schedules that differ only in the order of independent steps have the same class.
 *
 * Such classes are Mazurkiewicz traces ("Trace theory", 1987). A trace is given by the order of every two dependent steps, so the
 * class is a digest over each step's statement and, of every session, the last earlier step on which it depends. Dependence is
 * the coarse one of relation-footprint.ts; data and results do not count.
 */
import { hash } from "node:crypto";
import { textDigest } from "../trace/trace-hash.ts";
import type { RunResult } from "../trace/trace.ts";
import { createFootprintReader, mayDepend, type RelationFootprint } from "./relation-footprint.ts";

/** Bytes that tell classes (and schedules) apart: among a million the chance of a mistake is below 10^-7. */
const DIGEST_BYTES = 8;

/** The class of the schedule of `run`: 8 bytes in base64. The grammar must be loaded (see `loadGrammar`). */
export function scheduleClass({ steps }: Pick<RunResult, "steps">): string {
  const reader = createFootprintReader();
  const sessions = [...new Set(steps.map(({ session }) => session))].sort();
  const made = new Map<string, Made>(
    sessions.map((session) => [session, { footprints: [], words: `${session}:` }]),
  );
  for (const { session, action } of steps) {
    const text = action.kind === "statement" ? action.text : undefined;
    const own = made.get(session) as Made;
    const footprint = reader.next(session, text);
    let words = `\n${text === undefined ? action.kind : textDigest(text)}<`;
    for (const other of made.values()) if (other !== own) words += `${lastDependence(footprint, other)},`;
    own.words += words;
    own.footprints.push(footprint);
  }
  let all = "";
  for (const { words } of made.values()) all += `${words}\n`;
  return shortDigest(all);
}

/** The schedule itself, as a digest: 8 bytes in base64. */
export function scheduleDigest({ taken }: Pick<RunResult, "taken">): string {
  return shortDigest(taken.join("\n"));
}

/** What a session has done so far. */
interface Made {
  readonly footprints: RelationFootprint[];
  /** Its steps in words, each with what it depends on of the other sessions, in the order of their names. */
  words: string;
}

/** The place, from 1, of the last step of another session on which a step depends; 0 if there is none. */
function lastDependence(footprint: RelationFootprint, { footprints }: Made): number {
  let place = footprints.length;
  while (place > 0 && !mayDepend(footprints[place - 1] as RelationFootprint, footprint)) place -= 1;
  return place;
}

function shortDigest(text: string): string {
  return hash("sha256", text, "buffer").subarray(0, DIGEST_BYTES).toString("base64");
}
