/**
 * The permutations of a specification that names none: every interleaving of the sessions' steps.
 */
import type { Permutation, PermutationStep, TestSpec } from "./test-spec.ts";

/** The permutations to run, in isolationtester's order: the first session goes first as long as it can. */
export function permutationsOf(spec: TestSpec): Iterable<Permutation> {
  if (spec.permutations.length > 0) return spec.permutations;
  return interleavings(spec.sessions.map(({ steps }) => steps.map((step) => ({ step, blockers: [] }))));
}

function* interleavings(piles: readonly (readonly PermutationStep[])[]): Generator<Permutation> {
  if (piles.every((pile) => pile.length === 0)) yield [];
  for (const [index, pile] of piles.entries()) {
    const [first, ...rest] = pile;
    if (first === undefined) continue;
    for (const others of interleavings(piles.with(index, rest))) yield [first, ...others];
  }
}
