/**
 * An example race: a race that somebody met, as small as it can be told. The reference is the mended code, its mutants are the
 * broken code; both are the same transactions over a `Variant` that says what differs.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Actor, Invariant, OperationRecord, Race } from "../../sim/race/race.ts";
import { sqlState } from "./transact.ts";

/** A broken variant. */
export interface Wrong<Variant> {
  /** What is wrong in it, a clause. */
  readonly title: string;
  /** Names of the invariants that it breaks. */
  readonly violates: readonly string[];
  readonly variant: Variant;
}

/** What an example is made of. */
export interface Example<State, Variant, Data = null> {
  /** Without "examples/". */
  readonly name: string;
  /** Where it was published, e.g. "apache/airflow#55054"; "textbook" where everybody tells it. */
  readonly source: string;
  readonly description: string;
  readonly schema: string;
  /** Statements that fill the tables. */
  readonly setup: readonly string[];
  /** Nothing by default. */
  readonly data?: Arbitrary<Data>;
  /** Data for exhaustive search by name; by default all that there are. */
  readonly exhaustive?: Readonly<Record<string, Data>>;
  readonly reference: Variant;
  readonly wrong: readonly Wrong<Variant>[];
  actors(variant: Variant, data: Data): Readonly<Record<string, Actor>>;
  /** A query whose only row is the committed state. */
  readonly observe: string;
  readonly invariants?: readonly Invariant<State, Data>[];
  readonly atEnd?: readonly Invariant<State, Data>[];
  readonly liveness: Pick<Invariant<State, Data>, "promise" | "check">;
  readonly mustSee: readonly string[];
}

/** The race of `told`. */
export function example<State, Variant, Data = null>(told: Example<State, Variant, Data>): Race<State, Data> {
  return raceOver(told, told.reference);
}

function raceOver<State, Variant, Data>(
  told: Example<State, Variant, Data>,
  variant: Variant,
): Race<State, Data> {
  const { description, schema, source, mustSee } = told;
  return {
    name: `examples/${told.name}`,
    description,
    source,
    schema,
    data: told.data ?? (fc.constant(null) as Arbitrary<unknown> as Arbitrary<Data>),
    exhaustive: told.exhaustive ?? { all: null as Data },
    setup: async (db) => {
      for (const text of told.setup) await db.query(text);
    },
    actors: (data) => {
      const actors = Object.entries(told.actors(variant, data));
      return Object.fromEntries(actors.map(([name, actor]) => [name, untilItFails(actor)]));
    },
    observe: async (db) => (await db.query<State>(told.observe)).rows[0] as State,
    invariants: told.invariants ?? [],
    atEnd: told.atEnd ?? [],
    liveness: { name: "liveness", ...told.liveness },
    mustSee,
    labels: (operation) => [`${operation.name} ${statusOf(operation)}`],
    mutants: told.wrong.map(({ title, violates }, index) => ({ id: index + 1, title, violates })),
    mutate: (id) => raceOver(told, (told.wrong[id - 1] as Wrong<Variant>).variant),
  };
}

/** What an operation answered: its status, or the SQLSTATE with which it failed; undefined while it is open. */
export function statusOf({ result }: OperationRecord): number | string | undefined {
  const answer = result as
    { readonly status?: number | string; readonly error?: { readonly code?: string } } | undefined;
  return answer?.status ?? answer?.error?.code;
}

/** How many operations called `name` answered `status`. */
export function countOf(history: readonly OperationRecord[], name: string, status: number | string): number {
  return history.filter((operation) => operation.name === name && statusOf(operation) === status).length;
}

/** A client that gives up at an error of the database: its operation failed, which the history tells. */
function untilItFails(actor: Actor): Actor {
  return async (context) => {
    try {
      await actor(context);
    } catch (error) {
      if (sqlState(error) === undefined) throw error;
    }
  };
}
