/**
 * Clauses of the reference whose loss no interleaving can show, each with the reason. They stay in the reference where they cost
 * nothing and say what is meant, or where a later writer would need them.
 */
export const EQUIVALENT_CLAUSES: Readonly<Record<string, string>> = {};
