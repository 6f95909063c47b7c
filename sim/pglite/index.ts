/**
 * The in-process engine.
 */
import type { Engine } from "../engine/port.ts";
import { selfTest } from "./self-test.ts";
import { Yard } from "./yard.ts";

/**
 * Starts the in-process engine and proves, before it is used, that waits and the clock work with the installed PGlite.
 * @throws SwitchyardError "harness" if they do not
 */
export async function openEngine(): Promise<Engine> {
  const yard = await Yard.open();
  await selfTest(yard);
  return yard;
}
