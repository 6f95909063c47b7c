/**
 * The DAG as the scheduler knows it: which task waits for which, and how many may run at once. Airflow reads it from the
 * serialized DAG, so it is no table here but an input.
 */

/** One task of a DAG. */
export interface DagTask {
  readonly taskId: string;
  /** Tasks that must succeed first (Airflow's trigger rule all_success). */
  readonly upstream: readonly string[];
  /** Instances of the task at once, over all runs of the DAG, the parked ones included; null: no limit. */
  readonly maxActiveTisPerDag: number | null;
  /** The same within one run. */
  readonly maxActiveTisPerDagRun: number | null;
}

/** A DAG. */
export interface Dag {
  readonly dagId: string;
  /** Tasks of one run that may be queued or running at once; a parked one is not counted. */
  readonly maxActiveTasks: number;
  readonly tasks: readonly DagTask[];
}

/** States that a task instance does not leave by itself. */
export const FINISHED_STATES: readonly string[] = [
  "success",
  "failed",
  "skipped",
  "upstream_failed",
  "removed",
];

/** States in which somebody or something is at work on the task, or a person is waited for: it will go on. */
export const LIVE_STATES: readonly string[] = [
  "scheduled",
  "queued",
  "running",
  "deferred",
  "awaiting_input",
];

/** What a scheduler sees of a task instance. */
export interface RunTask {
  readonly id: string;
  readonly taskId: string;
  readonly state: string | null;
}

/** What becomes of a run: ids of task instances by the state that they are given, and the run's own state. */
export interface RunDecision {
  readonly scheduled: readonly string[];
  readonly skipped: readonly string[];
  readonly upstreamFailed: readonly string[];
  readonly state: "running" | "success" | "failed";
}

/**
 * Looks at a running run once. A run with a live task stays running, also when that task waits for a person: it is
 * neither finished nor deadlocked.
 */
export function decideRun(dag: Dag, tasks: readonly RunTask[]): RunDecision {
  const decided = { scheduled: [] as string[], skipped: [] as string[], upstreamFailed: [] as string[] };
  for (const task of tasks) {
    if (task.state === "up_for_retry") decided.scheduled.push(task.id);
    if (task.state !== null) continue;
    const upstream = upstreamStates(dag, task, tasks);
    if (upstream.some((state) => state === "failed" || state === "upstream_failed")) {
      decided.upstreamFailed.push(task.id);
    } else if (upstream.includes("skipped")) decided.skipped.push(task.id);
    else if (upstream.every((state) => state === "success")) decided.scheduled.push(task.id);
  }
  const moved = decided.scheduled.length + decided.skipped.length + decided.upstreamFailed.length > 0;
  return { ...decided, state: moved ? "running" : stateOfRun(tasks) };
}

function upstreamStates(
  dag: Dag,
  { taskId }: RunTask,
  tasks: readonly RunTask[],
): readonly (string | null)[] {
  const upstream = dag.tasks.find((task) => task.taskId === taskId)?.upstream ?? [];
  return tasks.filter((other) => upstream.includes(other.taskId)).map(({ state }) => state);
}

function stateOfRun(tasks: readonly RunTask[]): RunDecision["state"] {
  const states = tasks.map(({ state }) => state);
  if (states.some((state) => state !== null && LIVE_STATES.includes(state))) return "running";
  const finished = states.every((state) => state !== null && FINISHED_STATES.includes(state));
  const failed = states.some((state) => state === "failed" || state === "upstream_failed");
  return finished && !failed ? "success" : "failed";
}
