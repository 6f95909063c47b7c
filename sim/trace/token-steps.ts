/**
 * The steps of a token: session names, run-length encoded.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import { decodeName, encodeName } from "./token-name.ts";

/** Steps that a token may unfold to; more is a damaged or hostile token, not a run. */
const MAX_STEPS = 1_000_000;

/** Writes ["a", "a", "!b", "c"] as "a+2,@b,c". */
export function formatSteps(steps: readonly string[]): string {
  const words: string[] = [];
  let at = 0;
  while (at < steps.length) {
    const step = steps[at] as string;
    let end = at + 1;
    while (steps[end] === step) end += 1;
    words.push(formatRun(step, end - at));
    at = end;
  }
  return words.join(",");
}

/** Reads what `formatSteps` wrote; throws SwitchyardError "token" for a run length that is none. */
export function parseSteps(text: string): readonly string[] {
  const steps: string[] = [];
  for (const word of text.split(",")) {
    const [name = "", count = "1"] = word.split("+");
    const length = Number(count);
    if (name === "" || !Number.isInteger(length) || length < 1 || steps.length + length > MAX_STEPS) {
      throw new SwitchyardError(
        "token",
        `The token cannot be read: "${word}" is no number of steps.`,
        "Explore again and use the token that it prints.",
      );
    }
    const step = name.startsWith("@") ? `!${decodeName(name.slice(1))}` : decodeName(name);
    for (let i = 0; i < length; i += 1) steps.push(step);
  }
  return steps;
}

function formatRun(step: string, length: number): string {
  const name = step.startsWith("!") ? `@${encodeName(step.slice(1))}` : encodeName(step);
  return length === 1 ? name : `${name}+${length}`;
}
