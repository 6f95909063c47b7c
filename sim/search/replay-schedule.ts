/**
 * A schedule as a token keeps it: session names in the order in which they went.
 *
 * Names and not indices, so that a token stays readable and a run that has drifted away from it is found at the first
 * step that differs, not at the end.
 */
import type { Scheduler } from "../race/scheduler.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/**
 * A scheduler that follows `steps` ("!name" chooses a deadlock's victim). After the last one every choice is 0. Throws
 * SwitchyardError "token" where the named session cannot go on, with the step, what was expected and what was enabled.
 */
export function replaySchedule(steps: readonly string[]): Scheduler {
  let position = 0;
  return {
    next({ enabled, kind }) {
      const expected = steps[position];
      if (expected === undefined) return 0;
      position += 1;
      const index = enabled.findIndex((name) => (kind === "victim" ? `!${name}` : name) === expected);
      if (index < 0) throw diverged(position, expected, kind, enabled);
      return index;
    },
  };
}

function diverged(
  position: number,
  expected: string,
  kind: string,
  enabled: readonly string[],
): SwitchyardError {
  const wanted = expected.startsWith("!") ? `the deadlock victim ${expected.slice(1)}` : expected;
  const found = kind === "victim" ? "a deadlock's victim among" : "a step of one of";
  return new SwitchyardError(
    "token",
    `The run leaves the token at its choice ${position}: the token names ${wanted}, the run asks for ${found} ${enabled.join(", ")}.`,
    "The race or the harness changed since the token was made; explore again to get a new token.",
  );
}
