/**
 * Where two runs part, and what differed after.
 */
import { canonicalJson } from "../trace/canonical-json.ts";
import type { RunResult, TraceStep } from "../trace/trace.ts";
import type { RecordedRun } from "./views/record-run.ts";
import type { RowValues } from "./views/table-states.ts";

/** One thing that is not the same in both runs; undefined where a run does not have it. */
export interface Differing {
  /** e.g. "respond by bob", "task_instance id=task: state". */
  readonly what: string;
  readonly first: string | undefined;
  readonly second: string | undefined;
}

/** Two runs compared. */
export interface RunDiff {
  /** Race, mutant, seed, data, where they differ. */
  readonly setting: readonly Differing[];
  /** Steps at the beginning that are the same: session, statement, values and outcome. */
  readonly commonSteps: number;
  /** "choice": another session went on; "statement": the same one did something else; "outcome": the same came to another end. */
  readonly partsBy: "choice" | "statement" | "outcome" | undefined;
  /** Results of operations. */
  readonly operations: readonly Differing[];
  readonly violations: readonly Differing[];
  /** Committed values at the end; empty where it is not known. */
  readonly rows: readonly Differing[];
}

/** Compares two recorded runs, of the same race or not. */
export function runDiff(one: RecordedRun, other: RecordedRun): RunDiff {
  const commonSteps = common(one.run.steps, other.run.steps);
  const [a, b] = [one.run.steps[commonSteps], other.run.steps[commonSteps]];
  return {
    setting: differing(setting(one.run), setting(other.run)),
    commonSteps,
    partsBy: a === undefined && b === undefined ? undefined : partsBy(a, b),
    operations: differing(operations(one.run), operations(other.run)),
    violations: differing(violations(one.run), violations(other.run)),
    rows: differing(lastRows(one), lastRows(other)),
  };
}

function common(one: readonly TraceStep[], other: readonly TraceStep[]): number {
  let count = 0;
  while (count < one.length && count < other.length) {
    if (partsBy(one[count], other[count]) !== undefined) break;
    count += 1;
  }
  return count;
}

function partsBy(a: TraceStep | undefined, b: TraceStep | undefined): RunDiff["partsBy"] {
  if (a === undefined || b === undefined || a.session !== b.session) return "choice";
  if (canonicalJson(a.action) !== canonicalJson(b.action)) return "statement";
  const end = ({ outcome, settled, deadlocks, commits }: TraceStep): string =>
    canonicalJson({ outcome, settled, deadlocks, commits });
  return end(a) === end(b) ? undefined : "outcome";
}

type Facts = ReadonlyMap<string, string>;

function differing(one: Facts, other: Facts): readonly Differing[] {
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((what) => one.get(what) !== other.get(what))
    .map((what) => ({ what, first: one.get(what), second: other.get(what) }));
}

function setting({ race, mutant, seed, data }: RunResult): Facts {
  const facts = new Map([
    ["race", race],
    ["mutant", String(mutant ?? "none")],
    ["seed", String(seed)],
  ]);
  if (typeof data === "object" && data !== null && !Array.isArray(data)) {
    for (const [name, value] of Object.entries(data)) facts.set(`data ${name}`, JSON.stringify(value));
  } else facts.set("data", JSON.stringify(data));
  return facts;
}

/** Results by operation and actor; the second of the same actor is "respond by bob (2)". */
function operations({ history }: RunResult): Facts {
  const facts = new Map<string, string>();
  for (const { actor, name, result } of history) {
    const same = [...facts.keys()].filter((what) => what.startsWith(`${name} by ${actor}`)).length;
    const what = same === 0 ? `${name} by ${actor}` : `${name} by ${actor} (${same + 1})`;
    facts.set(what, result === undefined ? "not ended" : JSON.stringify(result));
  }
  return facts;
}

function violations(run: RunResult): Facts {
  return new Map(
    run.violations.map(({ invariant, message, step }) => [invariant, `step ${step}: ${message}`]),
  );
}

/** Committed values at the end, by table, key and column. */
function lastRows({ looks }: RecordedRun): Facts {
  const facts = new Map<string, string>();
  const last = looks?.looks.at(-1)?.committed ?? [];
  looks?.tables.forEach(({ name, columns, key }, place) => {
    for (const number of looks.pool.contents[last[place] ?? -1] ?? []) {
      const row = looks.pool.rows[number] as RowValues;
      const keyText = key.map((column) => `${columns[column]}=${row[column]}`).join(" ");
      columns.forEach((column, at) => facts.set(`${name} ${keyText}: ${column}`, row[at] ?? "null"));
    }
  });
  return facts;
}
