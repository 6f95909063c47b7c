/**
 * The locking-clause mutants as numbered mutants, from 101 on; with those that no interleaving can tell from the reference.
 */
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

/** All of them, in the order of their numbers; the title is "operation.statement change". */
export const clauses: readonly ProtocolMutant[] = clauseMutants().map(numbered);

/** Those whose title is one of `names`, or begins with "operation." or "operation.statement " for such a name. */
export function clausesOf(...names: readonly string[]): readonly ProtocolMutant[] {
  const chosen = clauses.filter(({ title }) =>
    names.some((name) => title === name || title.startsWith(`${name}.`) || title.startsWith(`${name} `)),
  );
  const idle = names.find((name) => !chosen.some(({ title }) => title.startsWith(name)));
  if (idle !== undefined) throw new Error(`No clause mutant is called ${idle}.`);
  return chosen;
}

function numbered(
  { operation, statement, change, protocol, sends }: ClauseMutant,
  index: number,
): ProtocolMutant {
  const title = `${operation}.${statement} ${change}`;
  const reason = EQUIVALENT_CLAUSES[title];
  return {
    id: FIRST_CLAUSE_ID + index,
    title,
    violates: ANY_PROMISE,
    shortest: "",
    protocol,
    ...(sends === undefined ? {} : { sends }),
    ...(reason === undefined ? {} : { equivalent: reason }),
  };
}
