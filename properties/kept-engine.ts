/**
 * The in-process engine that all test files of a thread share: to start one, and to make its code fast, takes longer than most files.
 */
import type { Engine } from "../sim/engine/port.ts";
import { sharedEngine } from "../sim/library/shared-engine.ts";

/** It, as an engine that nobody closes. */
export async function keptEngine(): Promise<Engine> {
  return { ...(await sharedEngine()), close: () => Promise.resolve() };
}
