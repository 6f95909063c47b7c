/**
 * The in-process engine that all tests of a file share: opened when the first one needs it, and never in the way of the process' end.
 */
import { guarded } from "../engine/guarded.ts";
import type { Engine } from "../engine/port.ts";
import { openEngine } from "../pglite/index.ts";

let opened: Promise<Engine> | undefined;

/** The engine of this thread. Runs on it must follow one another. */
export function sharedEngine(): Promise<Engine> {
  opened ??= openEngine().then((engine) => ({ ...guarded(engine), close: () => closeShared(engine) }));
  return opened;
}

/** Who asks for it afterwards gets another one. */
async function closeShared(engine: Engine): Promise<void> {
  opened = undefined;
  await engine.close();
}
