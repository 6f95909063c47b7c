/**
 * Runs a race once, asking for every choice and telling what every step touched, and may give it up in the middle.
 */
import { createAccessTracker } from "../../dependence/access-tracker.ts";
import type { Catalog } from "../../dependence/catalog.ts";
import type { Engine } from "../../engine/port.ts";
import type { Race } from "../../race/race.ts";
import { runRace } from "../../race/run.ts";
import type { Choice } from "../../race/scheduler.ts";
import { canonicalJson } from "../../trace/canonical-json.ts";
import type { RunResult } from "../../trace/trace.ts";
import type { SearchEvent } from "./event.ts";
import { addEvent, emptyOrder, type HappensBefore } from "./happens-before.ts";

/** What is searched: one race with fixed data. */
export interface SearchTarget {
  readonly engine: Engine;
  readonly race: Race<any, any>;
  readonly catalog: Catalog;
  readonly seed: number;
  readonly data: unknown;
  readonly mutant: number | undefined;
}

/** An index into `choice.enabled`, or "cut" (not for a victim): the run is given up. */
export type Choose = (choice: Choice, order: HappensBefore) => number | "cut";

/** What came of a run; `run` and `end` are undefined if it was given up. */
export interface GuidedRun {
  readonly order: HappensBefore;
  readonly run: RunResult | undefined;
  /** The committed state at the end, what each actor's operations returned, and the broken promises, as canonical JSON. */
  readonly end: string | undefined;
}

/** Runs `target` once under `choose`. */
export async function guidedRun(target: SearchTarget, choose: Choose): Promise<GuidedRun> {
  const { engine, race, seed, data, mutant } = target;
  const tracker = createAccessTracker(target.catalog);
  const order = emptyOrder();
  const giveUp = new Error("given up by the search");
  let current: { session: string; enabled: readonly string[]; victims: string[] } | undefined;
  let state: unknown;

  const close = (): void => {
    const observed = tracker.take();
    if (current !== undefined) addEvent(order, { ...current, ...observed } satisfies SearchEvent);
    current = undefined;
  };
  const next = (choice: Choice): number => {
    if (choice.kind === "step") close();
    const index = choose(choice, order);
    if (index === "cut") throw giveUp;
    const name = choice.enabled[index] as string;
    if (choice.kind === "victim") current?.victims.push(name);
    else current = { session: name, enabled: choice.enabled, victims: [] };
    return index;
  };

  try {
    const run = await runRace(engine, race, {
      seed,
      data,
      mutant,
      clock: "still",
      schedule: { next },
      watch: (seen) => {
        if (seen.kind === "finished") state = seen.state;
        tracker.note(seen);
      },
    });
    close();
    return { order, run, end: endOf(run, state) };
  } catch (error) {
    if (error !== giveUp) throw error;
    return { order, run: undefined, end: undefined };
  }
}

function endOf({ history, violations }: RunResult, state: unknown): string {
  const actors = [...new Set(history.map(({ actor }) => actor))].sort();
  const callsOf = (name: string): unknown[] =>
    history.filter(({ actor }) => actor === name).map((call) => [call.name, call.result]);
  return canonicalJson({
    state,
    results: actors.map((actor) => [actor, callsOf(actor)]),
    broken: violations.map(({ invariant }) => invariant).sort(),
  });
}
