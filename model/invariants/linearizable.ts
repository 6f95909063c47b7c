/** Every history can be explained by the pure machine, one call after the other. */
import { explainHistory } from "../machine/explain-history.ts";
import type { ProtocolState } from "../state.ts";
import type { Invariant } from "./view.ts";

/** At the end, over the whole history of a run that began in `initial`; every write must be that of a call. */
export function linearizable(initial: (data: unknown) => ProtocolState): Invariant {
  return {
    name: "linear",
    promise: "Some order of the calls, one after the other, explains every answer and the last state.",
    check: ({ history, after, data }) => explainHistory(initial(data), history, after),
  };
}
