/** Every commit is a step of the pure machine. */
import { differsFromMachine } from "../machine/machine.ts";
import type { Invariant } from "./view.ts";

/** At every commit. */
export const asMachine: Invariant = {
  name: "machine",
  promise: "Every commit takes the committed state where the pure machine takes it.",
  check: ({ before, after, operation }) =>
    differsFromMachine(before, operation?.name, operation?.input, after),
};
