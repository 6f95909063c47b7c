/**
 * A token: one shell-safe word that replays a run and shows who went when.
 *
 *   sy1:hitl/park-respond-sweep:seed=42:mutant=4:data=timeoutMs@0:steps=worker+3,alice+2,@alice,worker:c=1a2b3c4d
 *
 * Parts are joined by ":", in this order: format version, race, seed, mutant (if any), clock (if it stands still during steps),
 * data (what differs from the data that the seed draws, if anything), steps (if any), checksum of everything before it. Steps are session names with
 * a run length ("worker+3" is three steps of worker); "@alice" is the choice of alice as a deadlock's victim. After the
 * last step the schedule goes on without preemptions. Other bytes than A-Z a-z 0-9 _ . / - in a name are written as "=" and
 * two hex digits each, so that a token needs no quotes in any shell.
 */
import { createHash } from "node:crypto";
import { SwitchyardError } from "../switchyard-error.ts";
import type { DataChange } from "./data-changes.ts";
import { formatChanges, parseChanges } from "./token-data.ts";
import { decodeName, encodeName } from "./token-name.ts";
import { formatSteps, parseSteps } from "./token-steps.ts";

/** What a token says. */
export interface TokenParts {
  /** Name of the race. */
  readonly race: string;
  /** The run's seed: an integer from 0 to 4294967295. */
  readonly seed: number;
  readonly mutant: number | undefined;
  /** "still" if steps take no time (see RunOptions). */
  readonly clock?: "still" | undefined;
  /** Where the run's data differ from those that the seed draws. */
  readonly data: readonly DataChange[];
  /** Session names, one a step; "!name" for a deadlock's victim (as in RunResult.taken). */
  readonly steps: readonly string[];
}

/** The format's version, a token's first part. */
const TOKEN_VERSION = "sy1";

const CHECKSUM_DIGITS = 8;
const MAX_SEED = 0xffff_ffff;

/** Writes `parts` as a token; equal parts give equal tokens. */
export function formatToken(parts: TokenParts): string {
  const words = [TOKEN_VERSION, encodeName(parts.race), `seed=${parts.seed}`];
  if (parts.mutant !== undefined) words.push(`mutant=${parts.mutant}`);
  if (parts.clock !== undefined) words.push(`clock=${parts.clock}`);
  if (parts.data.length > 0) words.push(`data=${formatChanges(parts.data)}`);
  if (parts.steps.length > 0) words.push(`steps=${formatSteps(parts.steps)}`);
  const body = words.join(":");
  return `${body}:c=${checksum(body)}`;
}

/** Reads a token; throws SwitchyardError "token" if it is of another version, cut short or changed. */
export function parseToken(token: string): TokenParts {
  const words = token.trim().split(":");
  refuseOtherVersion(words[0] ?? "");
  const last = words.pop();
  if (last !== `c=${checksum(words.join(":"))}`) {
    throw damaged(
      "its checksum does not fit",
      "Copy the token again, whole: it is one word that ends in :c= and 8 digits.",
    );
  }
  return readParts(words);
}

function refuseOtherVersion(version: string): void {
  if (version === TOKEN_VERSION) return;
  if (/^sy\d+$/.test(version)) {
    throw new SwitchyardError(
      "token",
      `The token has format version ${version}; this Switchyard reads ${TOKEN_VERSION}.`,
      "Replay it with the Switchyard that printed it, or explore again to get a new token.",
    );
  }
  throw damaged(
    `it does not begin with ${TOKEN_VERSION}:`,
    "Copy the token again, whole, as explore printed it.",
  );
}

/** Reads the parts behind a fitting checksum; what is wrong here was written by another program. */
function readParts(words: readonly string[]): TokenParts {
  const [, race, ...rest] = words;
  const fields = readFields(rest);
  const seed = readWhole(fields.get("seed"), MAX_SEED);
  if (race === undefined || race === "" || seed === undefined) throw unreadable("race and seed are missing");
  const mutantText = fields.get("mutant");
  const mutant = readWhole(mutantText, Number.MAX_SAFE_INTEGER);
  if (mutantText !== undefined && mutant === undefined)
    throw unreadable(`"${mutantText}" is no mutant's number`);
  const clock = fields.get("clock");
  if (clock !== undefined && clock !== "still") throw unreadable(`"${clock}" is no clock`);
  const dataText = fields.get("data");
  const stepsText = fields.get("steps");
  return {
    race: decodeName(race),
    seed,
    mutant,
    clock,
    data: dataText === undefined ? [] : parseChanges(dataText),
    steps: stepsText === undefined ? [] : parseSteps(stepsText),
  };
}

function readFields(words: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf("=");
    const key = word.slice(0, at);
    if (!["seed", "mutant", "clock", "data", "steps"].includes(key) || fields.has(key))
      throw unreadable(`"${word}" is no part of a token`);
    fields.set(key, word.slice(at + 1));
  }
  return fields;
}

function readWhole(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d+$/.test(text) || Number(text) > max) return undefined;
  return Number(text);
}

function checksum(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, CHECKSUM_DIGITS);
}

function damaged(why: string, remedy: string): SwitchyardError {
  return new SwitchyardError("token", `The token is damaged: ${why}.`, remedy);
}

function unreadable(why: string): SwitchyardError {
  return new SwitchyardError(
    "token",
    `The token cannot be read: ${why}.`,
    "Explore again and use the token that it prints.",
  );
}
