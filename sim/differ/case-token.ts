/**
 * A differential case's token: one shell-safe word that runs the case again and shows who goes when.
 *
 *   sd1:case=eJyrVip...:steps=s1+2,s3,s1:c=1a2b3c4d
 *
 * Parts are joined by ":": format version, the case (its JSON, deflated, as base64url), the steps (session names with a run
 * length; if any), checksum of everything before it. After the last step the case's own schedule goes on.
 */
import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { SwitchyardError } from "../switchyard-error.ts";
import { formatSteps, parseSteps } from "../trace/token-steps.ts";
import type { Steps } from "./compare-case.ts";
import type { Case } from "./workload.ts";

/** What a token says. */
export interface CaseTokenParts {
  readonly subject: Case;
  readonly steps: Steps;
}

/** The format's version, a token's first part. */
const CASE_TOKEN_VERSION = "sd1";

const CHECKSUM_DIGITS = 8;

/** Writes a case as a token; equal cases give equal tokens. */
export function formatCaseToken({ subject, steps }: CaseTokenParts): string {
  const words = [CASE_TOKEN_VERSION, `case=${deflateRawSync(JSON.stringify(subject)).toString("base64url")}`];
  if (steps.length > 0) words.push(`steps=${formatSteps(steps)}`);
  const body = words.join(":");
  return `${body}:c=${checksum(body)}`;
}

/** Reads a token; throws SwitchyardError "token" if it is of another version, cut short or changed. */
export function parseCaseToken(token: string): CaseTokenParts {
  const words = token.trim().split(":");
  const [version = "", subject = "", ...rest] = words;
  if (version !== CASE_TOKEN_VERSION) throw unreadable(`it does not begin with ${CASE_TOKEN_VERSION}:`);
  if (rest.pop() !== `c=${checksum(words.slice(0, -1).join(":"))}`)
    throw unreadable("its checksum does not fit");
  const steps = rest[0]?.replace(/^steps=/, "");
  return {
    subject: readCase(subject.replace(/^case=/, "")),
    steps: steps === undefined ? [] : parseSteps(steps),
  };
}

/** The checksum fits, so what cannot be read here was written by another program. */
function readCase(text: string): Case {
  try {
    return JSON.parse(inflateRawSync(Buffer.from(text, "base64url")).toString()) as Case;
  } catch {
    throw unreadable("its case is none");
  }
}

function checksum(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, CHECKSUM_DIGITS);
}

function unreadable(why: string): SwitchyardError {
  return new SwitchyardError(
    "token",
    `The token of a differential case cannot be read: ${why}.`,
    "Copy it again, whole, as differ printed it: one word that ends in :c= and 8 digits.",
  );
}
