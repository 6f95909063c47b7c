/**
 * The locking-clause mutants as numbered mutants, from 101 on; with those that no interleaving can tell from the reference.
 */
import type { Protocol } from "../protocol.ts";
import { EQUIVALENT_CLAUSES } from "./equivalent-clauses.ts";
import { clauseMutants, type ClauseMutant } from "./locking-clauses.ts";
import type { ProtocolMutant } from "./mutant.ts";

/** Number of the first one. */
export const FIRST_CLAUSE_ID = 101;

/** What a lost clause may break: any promise; the first of these that a run breaks names it. */
const ANY_PROMISE: readonly string[] = [
  ...Array.from({ length: 14 }, (_, index) => `I${index + 1}`),
  "liveness",
  "machine",
  "linear",
  "actor",
];

/** All of them, in the order of their numbers. */
export const clauses: readonly ProtocolMutant[] = clauseMutants().map(numbered);

/** Those of the statements "operation.statement", or of all statements of an operation "operation". */
export function clausesOf(
  ...names: readonly (keyof Protocol | `${keyof Protocol}.${string}`)[]
): readonly ProtocolMutant[] {
  const all = clauseMutants();
  return clauses.filter((_, index) => {
    const { operation, statement } = all[index] as ClauseMutant;
    return names.includes(operation) || names.includes(`${operation}.${statement}`);
  });
}

function numbered({ operation, statement, change, protocol }: ClauseMutant, index: number): ProtocolMutant {
  const title = `${operation}.${statement} ${change}`;
  const reason = EQUIVALENT_CLAUSES[title];
  return {
    id: FIRST_CLAUSE_ID + index,
    title,
    violates: ANY_PROMISE,
    shortest: "",
    protocol,
    ...(reason === undefined ? {} : { equivalent: reason }),
  };
}
