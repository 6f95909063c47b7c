/**
 * `race`: a race from what cannot be left out, with everything else by default and all types inferred.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Actor, Invariant, OperationRecord, Queryable, Race, View } from "../race/race.ts";

/**
 * Looks at a committed state. The promise holds for `undefined`, `true` and `""`; `false` breaks it, and so does a sentence that
 * names the offending rows.
 */
export type Check<State, Data> = (view: View<State, Data>) => boolean | string | undefined;

/** Promises: as invariants, or as checks by name (the name is then the promise). */
export type Promises<State, Data> =
  readonly Invariant<State, Data>[] | Readonly<Record<string, Check<State, Data>>>;

/** Actors by name, or what makes them of a run's data; their order is the order in which the schedule counts them. */
export type Actors<Data> =
  Readonly<Record<string, Actor>> | ((data: Data) => Readonly<Record<string, Actor>>);

/** What a mutant may do otherwise. */
export interface RaceParts<Data> {
  /** SQL script that creates the tables, without rows; run once per database. */
  readonly schema: string;
  /** Fills the empty tables, in one transaction of its own; by default they stay empty. */
  readonly setup?: (db: Queryable, data: Data, now: Date) => Promise<unknown>;
  readonly actors: Actors<Data>;
}

/** A wrong variant: what is wrong in it, what it breaks, and the parts that it has in place of the race's own. */
export interface MutantDefinition<Data> extends Partial<RaceParts<Data>> {
  readonly title: string;
  /** Names of the promises that it breaks. */
  readonly violates: readonly string[];
  /** Why no schedule can tell it from the race itself; absent where one can. */
  readonly equivalent?: string;
  /** A statement that only it sends: where a run sends it, the run comes to what is wrong. */
  readonly sends?: string;
}

/** What `race` takes. State is what `observe` resolves to, Data what `data` draws. */
export interface RaceDefinition<State, Data> extends RaceParts<Data> {
  /** A word for tokens and reports, e.g. "booking". */
  readonly name: string;
  readonly description?: string;
  /** What varies from run to run (must survive JSON); by default nothing does, and the data are `{}`. */
  readonly data?: Arbitrary<Data>;
  /** Small data by name, for exhaustive search. */
  readonly exhaustive?: Readonly<Record<string, NoInfer<Data>>>;
  /** Reads the whole committed state, in one statement if it can: it runs after every commit. */
  readonly observe: (db: Queryable) => Promise<State>;
  /** Checked at every commit. */
  readonly invariants?: Promises<NoInfer<State>, NoInfer<Data>>;
  /** Checked once, when every actor has finished. */
  readonly atEnd?: Promises<NoInfer<State>, NoInfer<Data>>;
  /** What must have come about at the end; by default nothing but that everybody finishes. */
  readonly liveness?: Check<NoInfer<State>, NoInfer<Data>>;
  /** Labels that an exploration must have seen at least once each, or it is vacuous. */
  readonly mustSee?: readonly string[];
  /** What an ended operation counts as; by default its name. */
  readonly labels?: (operation: OperationRecord) => readonly string[];
  /** Wrong variants that must be caught, by number. */
  readonly mutants?: Readonly<Record<number, MutantDefinition<NoInfer<Data>>>>;
}

/** The race of `definition`; a module that default-exports it runs with `switchyard explore FILE`. */
export function race<State, Data = Readonly<Record<string, never>>>(
  definition: RaceDefinition<State, Data>,
): Race<State, Data> {
  const { mutants = {}, liveness } = definition;
  const { setup, actors } = definition;
  return {
    name: definition.name,
    description: definition.description ?? definition.name,
    schema: definition.schema,
    data: definition.data ?? (fc.constant({}) as Arbitrary<unknown> as Arbitrary<Data>),
    ...(definition.exhaustive === undefined ? {} : { exhaustive: definition.exhaustive }),
    setup: async (db, data, now) => void (await setup?.(db, data, now)),
    actors: typeof actors === "function" ? actors : () => actors,
    observe: definition.observe,
    invariants: invariantsOf(definition.invariants),
    atEnd: invariantsOf(definition.atEnd),
    liveness: invariant("liveness", "What must come about has come about.", liveness ?? (() => true)),
    mustSee: definition.mustSee ?? [],
    labels: definition.labels ?? (({ name }) => [name]),
    mutants: Object.entries(mutants).map(([id, { title, violates, equivalent, sends }]) => ({
      id: Number(id),
      title,
      violates,
      ...(equivalent === undefined ? {} : { equivalent }),
      ...(sends === undefined ? {} : { sends }),
    })),
    mutate: (id) => {
      const {
        title: _title,
        violates: _violates,
        equivalent: _reason,
        sends: _sends,
        ...parts
      } = mutants[id] ?? {};
      return race<State, Data>({ ...definition, ...parts });
    },
  };
}

function invariantsOf<State, Data>(promises: Promises<State, Data> = []): readonly Invariant<State, Data>[] {
  if (isList(promises)) return promises;
  return Object.entries(promises).map(([name, check]) => invariant(name, name, check));
}

function isList<State, Data>(promises: Promises<State, Data>): promises is readonly Invariant<State, Data>[] {
  return Array.isArray(promises);
}

function invariant<State, Data>(
  name: string,
  promise: string,
  check: Check<State, Data>,
): Invariant<State, Data> {
  return {
    name,
    promise,
    check: (view) => {
      const said = check(view);
      if (said === false) return `It does not hold for ${JSON.stringify(view.after)}.`;
      return said === true || said === "" ? undefined : said;
    },
  };
}
