/**
 * What a step of a run touched, and whether the order of two steps can matter.
 *
 * A step touches named objects, each in some modes. Two steps depend on each other if they touch one object in modes that
 * conflict. An object that has parts (all rows of a relation) is touched in mode "part" by whoever touches one of them, in the
 * way of the intention locks of Gray et al. ("Granularity of Locks and Degrees of Consistency in a Shared Data Base", 1976):
 * touching two parts does not conflict, looking at the whole conflicts with touching a part.
 */
import type { RowStrength } from "../engine/port.ts";

/** How an object is touched; rows are touched with the strength of a row lock. */
export type AccessMode = "read" | "part" | "write" | RowStrength;

/** What a step touched: sets of modes (as bits) by object. */
export interface Accesses {
  readonly modes: ReadonlyMap<string, number>;
  /** Nothing is known: the step depends on every other one. */
  readonly everything: boolean;
}

/** Accesses that are being collected. */
export interface AccessBuilder extends Accesses {
  readonly modes: Map<string, number>;
  everything: boolean;
}

const BITS: Readonly<Record<AccessMode, number>> = {
  read: 1,
  part: 2,
  write: 4,
  "key share": 8,
  share: 16,
  "no key update": 32,
  update: 64,
};

/** Conflicting modes; those of rows are table 13.3 of the PostgreSQL manual. */
const CONFLICTS: readonly (readonly [AccessMode, readonly AccessMode[]])[] = [
  ["read", ["part", "write"]],
  ["part", ["read", "write"]],
  ["write", ["read", "part", "write"]],
  ["key share", ["update"]],
  ["share", ["no key update", "update"]],
  ["no key update", ["share", "no key update", "update"]],
  ["update", ["key share", "share", "no key update", "update"]],
];

/** By set of modes, the modes that conflict with one of them. */
const CONFLICT_MASKS: readonly number[] = Array.from({ length: 128 }, (_, modes) =>
  CONFLICTS.reduce(
    (mask, [mode, others]) =>
      (modes & BITS[mode]) === 0 ? mask : others.reduce((sum, other) => sum | BITS[other], mask),
    0,
  ),
);

/** No accesses yet. */
export function newAccesses(): AccessBuilder {
  return { modes: new Map(), everything: false };
}

/** Adds one access. */
export function addAccess({ modes }: AccessBuilder, object: string, mode: AccessMode): void {
  modes.set(object, (modes.get(object) ?? 0) | BITS[mode]);
}

/** What either of two steps touched. */
export function unionOf(one: Accesses, other: Accesses): Accesses {
  const modes = new Map(one.modes);
  for (const [object, bits] of other.modes) modes.set(object, (modes.get(object) ?? 0) | bits);
  return { modes, everything: one.everything || other.everything };
}

/** Whether two steps touched one object in conflicting modes. */
export function conflict(one: Accesses, other: Accesses): boolean {
  if (one.everything || other.everything) return true;
  for (const [object, bits] of one.modes) {
    const others = other.modes.get(object);
    if (others !== undefined && ((CONFLICT_MASKS[bits] as number) & others) !== 0) return true;
  }
  return false;
}
