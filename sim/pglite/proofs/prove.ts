/**
 * How a fact of build-facts.ts is proven: a probe that must hold with the installed PGlite, or the start is refused.
 */
import { SwitchyardError } from "../../switchyard-error.ts";
import { PGLITE_VERSION } from "../build-facts.ts";

/**
 * Runs `probe`. A fact that is wrong may lead it out of memory, so that whatever it throws counts as "does not hold".
 * @param fact the name in build-facts.ts; where one probe cannot tell two apart, both
 * @throws SwitchyardError "harness" naming the fact
 */
export function prove(fact: string, probe: () => boolean): void {
  let holds: boolean;
  let cause: unknown;
  try {
    holds = probe();
  } catch (error) {
    holds = false;
    cause = error;
  }
  if (!holds) throw refuted(fact, cause);
}

/** The refusal to start because `fact` does not hold. */
export function refuted(fact: string, cause?: unknown): SwitchyardError {
  const because = cause instanceof Error ? ` (${cause.message.split("\n", 1)[0]?.replace(/\.$/, "")})` : "";
  return new SwitchyardError(
    "harness",
    `Self-test: with the installed PGlite, ${fact} of sim/pglite/build-facts.ts does not hold${because}.`,
    `Install @electric-sql/pglite ${PGLITE_VERSION} as it was published: npm ci.`,
    { cause },
  );
}
