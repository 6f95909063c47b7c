/**
 * Puts steps in the place of their names, and checks what isolationtester checks.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import type { Blocker, Permutation, SpecSession, Step, TestSpec } from "./test-spec.ts";

/** A permutation's step as the file has it. */
export interface NamedPermutationStep {
  readonly name: string;
  readonly blockers: readonly NamedBlocker[];
}

/** A blocker as the file has it. */
export type NamedBlocker =
  | { readonly kind: "once" }
  | { readonly kind: "step"; readonly step: string }
  | { readonly kind: "notices"; readonly step: string; readonly count: number };

/**
 * The permutations with their steps.
 * @throws SwitchyardError "usage" for a step name that is used twice, is not known, or blocks on its own session
 */
export function linkPermutations(
  sessions: readonly SpecSession[],
  permutations: readonly (readonly NamedPermutationStep[])[],
): Pick<TestSpec, "permutations" | "unusedSteps"> {
  const steps = new Map<string, Step>();
  for (const step of sessions.flatMap((session) => session.steps)) {
    if (steps.has(step.name)) throw wrong(`duplicate step name: ${step.name}`);
    steps.set(step.name, step);
  }
  const linked = permutations.map((permutation) => linkOne(permutation, steps));
  const used = new Set(linked.flat().map(({ step }) => step.name));
  const unused = [...steps.keys()].filter((name) => !used.has(name)).sort();
  return { permutations: linked, unusedSteps: permutations.length === 0 ? [] : unused };
}

function linkOne(
  permutation: readonly NamedPermutationStep[],
  steps: ReadonlyMap<string, Step>,
): Permutation {
  const inPlace = permutation.map(({ name, blockers }) => {
    const step = steps.get(name);
    if (!step) throw wrong(`undefined step "${name}" specified in permutation`);
    return { step, blockers };
  });
  const present = new Map(inPlace.map(({ step }) => [step.name, step]));
  return inPlace.map(({ step, blockers }) => ({
    step,
    blockers: blockers.map((blocker) => linkBlocker(blocker, step, present)),
  }));
}

function linkBlocker(blocker: NamedBlocker, waiting: Step, present: ReadonlyMap<string, Step>): Blocker {
  if (blocker.kind === "once") return blocker;
  const step = present.get(blocker.step);
  if (!step) {
    throw wrong(`undefined blocking step "${blocker.step}" referenced in permutation step "${waiting.name}"`);
  }
  if (step.session === waiting.session) {
    throw wrong(`permutation step "${waiting.name}" cannot block on its own session`);
  }
  return { ...blocker, step };
}

function wrong(what: string): SwitchyardError {
  return new SwitchyardError(
    "usage",
    `The specification is wrong: ${what}.`,
    "Correct the names of the steps.",
  );
}
