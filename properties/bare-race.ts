/**
 * A race that is told by what it is about; it promises nothing that it does not say.
 */
import type { Race } from "../sim/race/race.ts";

/** What there is no default for. */
type Needed = "name" | "description" | "schema" | "data" | "setup" | "actors" | "observe";

/** The race of these parts. Unless they say otherwise it has no invariants, no mutants, and nothing that must be seen. */
export function bareRace<State, Data>(
  parts: Pick<Race<State, Data>, Needed> & Partial<Race<State, Data>>,
): Race<State, Data> {
  const race: Race<State, Data> = {
    invariants: [],
    atEnd: [],
    liveness: { name: "liveness", promise: "The run ends.", check: () => undefined },
    mustSee: [],
    labels: () => [],
    mutants: [],
    mutate: () => race,
    ...parts,
  };
  return race;
}
