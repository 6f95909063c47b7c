/**
 * Clauses of the reference whose loss no interleaving can show, each with the reason. They stay in the reference where they cost
 * nothing and say what is meant, or where a later writer would need them.
 */

const UNDER_THE_TASK =
  "the detail rows are locked by who holds their task rows already, and who locks a detail alone (record) asks for nothing more";

/** Reasons by the mutant's title. */
export const EQUIVALENT_CLAUSES: Readonly<Record<string, string>> = {
  "ask.lockDetail decided before the lock":
    "record, the only one who writes the detail without the task's lock, changes neither of the columns that are read",
  "clear.lockDetail decided before the lock":
    "only whether there is a row is looked at, and nobody makes or removes one without the task's lock",
  "sweep.lockTasks without ORDER BY":
    "rows that are held are skipped, not waited for, so no order can close a circle; every order has taken n rows after ceil(n / limit) sweeps",
  "sweep.lockDetails without ORDER BY": UNDER_THE_TASK,
  "schedule.lockRuns without SKIP LOCKED":
    "the second scheduler waits instead of going on, and then decides on what the first has left; whoever locks several runs does so in one order",
  "schedule.lockRuns without ORDER BY":
    "runs that are held are skipped, not waited for; which of them come first under the limit is a matter of fairness",
  "queue.lockPools without ORDER BY":
    "whoever locks a pool locks all of them in this one statement, and a schedule switches between statements, not inside one; on a server two of them could meet midway, so the clause stays",
  "queue.lockPools decided before the lock":
    "pools are not written by any operation, so the rows from before the lock are the same",
  "queue.lockTasks without OF":
    "it locks the runs of the tasks too, but skips what is held, and asks for no lock afterwards that it does not have",
  "queue.lockTasks without ORDER BY":
    "tasks that are held are skipped, not waited for; who gets the last slot is a matter of fairness",
  "deleteRun.lockTasks decided before the lock":
    "which ids a run has changes only under the run's lock (clear, deleteRun), and nothing but the ids is read",
  "deleteRun.lockDetails without FOR UPDATE": `the DELETE locks the same rows; ${UNDER_THE_TASK}`,
  "deleteRun.lockDetails without ORDER BY": UNDER_THE_TASK,
  "deleteRun.lockDetails decided before the lock": "nothing of these rows is looked at",
  "fire.lockTask without the state predicate":
    "trigger_id is set only in DEFERRED: whoever takes a task out of it clears trigger_id under the same lock",
};
