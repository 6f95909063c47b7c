/**
 * Exhaustive search with reduction: at least one run of every class of runs that differ only in the order of independent steps.
 *
 * Source-DPOR with sleep sets: Abdulla, Aronis, Jonsson, Sagonas, "Optimal Dynamic Partial Order Reduction" (POPL 2014),
 * algorithm 1. Depth first; each run follows the path from the root, and then goes on without preemptions. After each run its
 * races are looked at: two dependent steps with nothing between them that could have come in the other order. For each,
 * somebody who can begin that other order is added to the choices of the earlier step's node, unless one is there already
 * or sleeps there. A session sleeps where what it would do has been explored before; a run in which all sleep is given up.
 *
 * Deviations: a step may let other sessions go on (a commit grants locks), and then belongs to the order of their steps as well;
 * such an order is only a race if the other session could have gone before (its timeout could fire). The victims of a
 * deadlock are all tried, and a session sleeps with what it touched under any of them. Actors that wait for all others to
 * finish are tried in every order.
 */
import type { Choice } from "../../race/scheduler.ts";
import type { OnRun } from "./bounded-search.ts";
import { areDependent, eitherOf, type KnownStep, type SearchEvent } from "./event.ts";
import { guidedRun, type Choose, type SearchTarget } from "./guided-run.ts";
import type { HappensBefore } from "./happens-before.ts";
import { findRaces, type RunRace } from "./races.ts";
import { expectSame, type PathNode } from "./search-path.ts";

interface StepNode extends PathNode {
  readonly kind: "step";
  /** Sessions whose next step has been explored before, with what it touches. */
  readonly sleeping: ReadonlyMap<string, KnownStep>;
  /** Sessions that were explored here. */
  readonly done: Map<string, KnownStep>;
  /** Sessions to explore. */
  readonly wanted: Set<string>;
  /** What the present choice touched in the runs so far. */
  touched: KnownStep | undefined;
}

interface VictimNode extends PathNode {
  readonly kind: "victim";
}

/** Explores `target`; true if nothing is left to explore. */
export async function reducedSearch(target: SearchTarget, onRun: OnRun): Promise<boolean> {
  const path: (StepNode | VictimNode)[] = [];
  do {
    const run = await guidedRun(target, follow(path));
    const nodes = path.filter((node) => node.kind === "step");
    noteTouched(nodes, run.order);
    for (const race of findRaces(run.order)) want(nodes[race.earlier] as StepNode, race);
    if (!(await onRun(run))) return false;
  } while (advance(path));
  return true;
}

/** Follows the path, and makes it longer: the first session that does not sleep goes. */
function follow(path: (StepNode | VictimNode)[]): Choose {
  let depth = 0;
  return (choice, order) => {
    let node = path[depth];
    if (node !== undefined) expectSame(node, choice);
    else {
      node =
        choice.kind === "victim"
          ? { kind: "victim", enabled: choice.enabled, chosen: 0 }
          : stepNode(path, choice, order);
      if (node === undefined) return "cut";
      path.push(node);
    }
    depth += 1;
    return node.chosen;
  };
}

function stepNode(
  path: readonly PathNode[],
  { enabled }: Choice,
  { events }: HappensBefore,
): StepNode | undefined {
  const parent = path.findLast((node): node is StepNode => node.kind === "step");
  const sleeping = parent === undefined ? new Map<string, KnownStep>() : stillAsleep(parent, events.at(-1));
  const chosen = enabled.findIndex((session) => !sleeping.has(session));
  if (chosen < 0) return undefined;
  const wanted = new Set([enabled[chosen] as string]);
  return { kind: "step", enabled, chosen, sleeping, done: new Map(), wanted, touched: undefined };
}

/** Who slept at the node or was explored there, and is not woken by a step that its own depends on. */
function stillAsleep({ sleeping, done }: StepNode, event: SearchEvent | undefined): Map<string, KnownStep> {
  return new Map(
    [...sleeping, ...done].filter(([, step]) => event !== undefined && !areDependent(step, event)),
  );
}

function noteTouched(nodes: readonly StepNode[], { events }: HappensBefore): void {
  for (const [index, event] of events.entries()) {
    const node = nodes[index] as StepNode;
    node.touched = node.touched === undefined ? event : eitherOf(node.touched, event);
    if (event.joined) for (const session of node.enabled) node.wanted.add(session);
  }
}

/** Has the other order of a race explored; if nobody seems able to begin it, everybody is tried. */
function want({ enabled, wanted, sleeping }: StepNode, { session, beginners }: RunRace): void {
  if (beginners.length === 0) for (const each of enabled) wanted.add(each);
  if (beginners.some((each) => wanted.has(each) || sleeping.has(each))) return;
  wanted.add(beginners.includes(session) ? session : (beginners[0] as string));
}

/** Goes to the next path that is wanted; false if there is none. */
function advance(path: (StepNode | VictimNode)[]): boolean {
  for (let node = path.at(-1); node !== undefined; path.pop(), node = path.at(-1)) {
    if (node.kind === "victim") {
      if (node.chosen + 1 === node.enabled.length) continue;
      node.chosen += 1;
      return true;
    }
    const { enabled, done, wanted, sleeping, touched } = node;
    if (touched !== undefined) done.set(enabled[node.chosen] as string, touched);
    const next = enabled.findIndex(
      (session) => wanted.has(session) && !done.has(session) && !sleeping.has(session),
    );
    if (next < 0) continue;
    node.chosen = next;
    node.touched = undefined;
    return true;
  }
  return false;
}
