/**
 * The in-process engine.
 */
import type { Engine } from "../engine/port.ts";
import { InProcessEngine } from "./engine.ts";
import { selfTest } from "./self-test.ts";
import type { ValueMode } from "./statement-runner.ts";

/**
 * Starts the in-process engine and proves, before it is used, that it works with the installed PGlite: every fact of
 * build-facts.ts, and a race that is known.
 * @param values whether rows carry values as `pg` converts them (default), or the text that Postgres prints
 * @throws SwitchyardError "harness" if they do not
 */
export async function openEngine(values: ValueMode = "typed"): Promise<Engine> {
  const engine = await InProcessEngine.open(values);
  try {
    await selfTest(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}
