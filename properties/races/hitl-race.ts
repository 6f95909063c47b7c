/**
 * What the races over the whole protocol have in common: the schema, the whole state, every invariant, and the history that
 * must be explained by the pure machine.
 */
import type { Arbitrary } from "fast-check";
import { atEveryCommitOfAll, atTheEndOfAll, linearizable, liveness } from "../../model/invariants/index.ts";
import type { Invariant as ModelInvariant } from "../../model/invariants/index.ts";
import type { ProtocolMutant } from "../../model/mutants/mutant.ts";
import { reference, type Protocol } from "../../model/protocol.ts";
import { schema } from "../../model/schema.ts";
import type { ProtocolState } from "../../model/state.ts";
import { observeWholeState } from "../../model/whole-state.ts";
import type { Actor, Race } from "../../sim/race/race.ts";
import { SwitchyardError } from "../../sim/switchyard-error.ts";
import { insertState } from "./initial-state.ts";
import { labelsOf } from "./labels.ts";
import { hitlSuite } from "./suite.ts";

/** What one of these races is made of. */
export interface HitlRace<Data> {
  readonly name: string;
  readonly description: string;
  readonly data: Arbitrary<Data>;
  /** Small data by name, whose every schedule can be explored; see Race.exhaustive. */
  readonly exhaustive: Readonly<Record<string, Data>>;
  /** The rows that it begins with. */
  readonly initial: (data: Data) => ProtocolState;
  readonly actors: (protocol: Protocol, data: Data) => Readonly<Record<string, Actor>>;
  readonly mustSee: readonly string[];
  readonly mutants: readonly ProtocolMutant[];
  /** Names of invariants that do not hold in it, because something in it is not of the reference. */
  readonly without?: readonly string[];
  /** Promises of its own. */
  readonly also?: readonly ModelInvariant[];
  /** What it runs; the reference by default. */
  readonly protocol?: Protocol;
}

/** The race over its protocol; `mutate` gives it over its mutants. */
export function hitlRace<Data>(parts: HitlRace<Data>): Race<ProtocolState, Data> {
  const { name, description, data, exhaustive, mustSee, mutants, protocol = reference } = parts;
  const { without = [], also = [] } = parts;
  const kept = ({ name }: { readonly name: string }): boolean => !without.includes(name);
  return {
    name,
    description,
    schema,
    data,
    exhaustive,
    setup: (db, data) => insertState(db, parts.initial(data)),
    actors: (data) => parts.actors(protocol, data),
    observe: observeWholeState,
    invariants: [...also, ...atEveryCommitOfAll].filter(kept),
    atEnd: [...atTheEndOfAll, linearizable((data) => parts.initial(data as Data))].filter(kept),
    liveness,
    mustSee,
    labels: labelsOf,
    ...(protocol === reference ? { suite: hitlSuite } : {}),
    mutants: mutants.map(({ id, title, violates, equivalent, sends }) => ({
      id,
      title,
      violates,
      ...(equivalent === undefined ? {} : { equivalent }),
      ...(sends === undefined ? {} : { sends }),
    })),
    mutate: (id) => hitlRace({ ...parts, protocol: protocolOf(mutants, id) }),
  };
}

function protocolOf(mutants: readonly ProtocolMutant[], id: number): Protocol {
  const mutant = mutants.find((candidate) => candidate.id === id);
  if (mutant !== undefined) return mutant.protocol;
  const known = mutants.map((candidate) => candidate.id).join(", ");
  throw new SwitchyardError("usage", `There is no mutant ${id}.`, `Choose one of ${known}.`);
}
