/**
 * Names the class of a run's schedule: schedules that differ only in the order of independent steps have the same class.
 *
 * Such classes are Mazurkiewicz traces ("Trace theory", 1987). A trace is given by the order of every two dependent steps, so the
 * class is a digest over each step's statement and, of every session, the last earlier step on which it depends. Dependence is
 * the coarse one of relation-footprint.ts; data and results do not count.
 */
import { hash } from "node:crypto";
import type { RunResult } from "../trace/trace.ts";
import { createFootprintReader, mayDepend, type RelationFootprint } from "./relation-footprint.ts";

interface Event {
  readonly session: string;
  /** Its place among the session's steps, from 1. */
  readonly place: number;
  readonly footprint: RelationFootprint;
}

/** Bytes that tell classes (and schedules) apart: among a million the chance of a mistake is below 10^-7. */
const DIGEST_BYTES = 8;

/** The class of the schedule of `run`: 8 bytes in base64. The grammar must be loaded (see `loadGrammar`). */
export function scheduleClass({ steps }: Pick<RunResult, "steps">): string {
  const footprints = createFootprintReader();
  const events: Event[] = [];
  const made = new Map<string, number>();
  const lines: string[] = [];
  for (const { session, action } of steps) {
    const text = action.kind === "statement" ? action.text : undefined;
    const place = (made.get(session) ?? 0) + 1;
    made.set(session, place);
    const event = { session, place, footprint: footprints.next(session, text) };
    lines.push(`${session}/${place}<${lastDependences(event, events).join()}:${text ?? action.kind}`);
    events.push(event);
  }
  return shortDigest(lines.sort().join("\n"));
}

/** The schedule itself, as a digest: 8 bytes in base64. */
export function scheduleDigest({ taken }: Pick<RunResult, "taken">): string {
  return shortDigest(taken.join("\n"));
}

/** "session/place" of the last event of each other session on which `event` depends, by name. */
function lastDependences(event: Event, earlier: readonly Event[]): readonly string[] {
  const last = new Map<string, number>();
  for (let at = earlier.length - 1; at >= 0; at -= 1) {
    const { session, place, footprint } = earlier[at] as Event;
    if (session === event.session || last.has(session)) continue;
    if (mayDepend(footprint, event.footprint)) last.set(session, place);
  }
  return [...last].map(([session, place]) => `${session}/${place}`).sort();
}

function shortDigest(text: string): string {
  return hash("sha256", text, "buffer").subarray(0, DIGEST_BYTES).toString("base64");
}
