/**
 * Who let a waiting session go on.
 */
import type { Settled, Wait } from "../engine/port.ts";

/**
 * The mover if `session` waited for it (`wait`: before the move), else the last one that it waited for and that went on before, else
 * the mover.
 */
export function wokenBy(wait: Wait | undefined, settled: readonly Settled[], mover: string): string {
  const blockers = wait?.for ?? [];
  if (blockers.includes(mover)) return mover;
  return settled.findLast(({ session }) => blockers.includes(session))?.session ?? mover;
}

/** Whether two waits are for the same sessions. */
export function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
