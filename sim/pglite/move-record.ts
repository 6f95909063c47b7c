/**
 * What a move has brought about so far, filled while it runs.
 */
import type { DeadlockEdge, Notice, Notification, Settled } from "../engine/port.ts";

/** The growing record of one move. */
export interface MoveRecord {
  readonly settled: Settled[];
  readonly deadlocks: { readonly victim: string; readonly edges: readonly DeadlockEdge[] }[];
  readonly commits: string[];
  readonly notices: Notice[];
  readonly notifications: Notification[];
}

/** An empty record. */
export function newMove(): MoveRecord {
  return { settled: [], deadlocks: [], commits: [], notices: [], notifications: [] };
}
