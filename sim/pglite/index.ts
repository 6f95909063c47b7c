/**
 * The in-process engine.
 */
import type { Engine } from "../engine/port.ts";
import type { ValueMode } from "./session-output.ts";
import { selfTest } from "./self-test.ts";
import { Yard } from "./yard.ts";

/**
 * Starts the in-process engine and proves, before it is used, that waits and the clock work with the installed PGlite.
 * @param values whether rows carry values as `pg` converts them (default), or the text that Postgres prints
 * @throws SwitchyardError "harness" if they do not
 */
export async function openEngine(values: ValueMode = "typed"): Promise<Engine> {
  const yard = await Yard.open(values);
  await selfTest(yard);
  return yard;
}
