/**
 * A counterexample as a file, and what has become of it since.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { parseToken } from "../trace/token.ts";
import type { RunResult } from "../trace/trace.ts";
import { replay } from "./replay.ts";

/** What the file holds, as JSON. */
export interface Regression {
  readonly race: string;
  readonly mutant?: number;
  /** Name of the invariant that the run broke. */
  readonly invariant: string;
  /** Replays the run, as long as it fits the code. */
  readonly token: string;
  /** How the run was found: `explore` with this strategy and seed. */
  readonly strategy: string;
  readonly seed: number;
  /** Its index in that exploration, from 0. */
  readonly index: number;
  /** What happened, in sentences: for the day on which the token no longer fits. */
  readonly story: readonly string[];
}

/** What a replay of a regression came to. */
export type RegressionResult =
  /** The run breaks the invariant (still, or again). */
  | { readonly state: "broken"; readonly run: RunResult }
  /** The run keeps it. */
  | { readonly state: "kept"; readonly run: RunResult }
  /** The run leaves the token: the code is no longer the one that it was made with. */
  | { readonly state: "unfit"; readonly advice: string };

/**
 * Replays `regression` of one of `races`. Throws SwitchyardError "usage" if its race is not among them, and what `replay`
 * throws for a token that cannot be read.
 */
export async function replayRegression(
  engine: Engine,
  races: readonly Race<any, any>[],
  regression: Regression,
): Promise<RegressionResult> {
  const race = races.find(({ name }) => name === regression.race);
  if (race === undefined) {
    throw new SwitchyardError(
      "usage",
      `There is no race ${regression.race}.`,
      "Delete the file, or bring the race back.",
    );
  }
  parseToken(regression.token);
  try {
    const run = await replay(engine, race, regression.token);
    const broken = run.violations.some(({ invariant }) => invariant === regression.invariant);
    return { state: broken ? "broken" : "kept", run };
  } catch (error) {
    if (!(error instanceof SwitchyardError) || error.code !== "token") throw error;
    return { state: "unfit", advice: adviceFor(regression, error.message) };
  }
}

/** Why the token does not fit, and how to find the race anew. */
function adviceFor(
  { race, mutant, invariant, strategy, seed, index, story }: Regression,
  why: string,
): string {
  const wrong = mutant === undefined ? "" : ` --mutant ${mutant}`;
  return [
    `The token no longer fits the code. ${why}`,
    `It was schedule ${index + 1} of this search; look for it again, with other seeds too:`,
    `  npm run -s switchyard -- explore ${race}${wrong} --strategy ${strategy} --seed ${seed}`,
    `and take the counterexample that breaks ${invariant} in this way:`,
    ...story.map((line) => `  ${line}`),
  ].join("\n");
}
