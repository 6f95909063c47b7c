/**
 * A hand-made recorded run for the tests of the page: two sessions, a wait, a row that one of them has changed, and texts that
 * would be markup or script if they were not taken as text.
 */
import type { RecordedRun } from "../../../sim/report/views/record-run.ts";
import { done, runResult, traceStep, waitingFor } from "../run-result.ts";

/** What would do harm if it became markup, script, or the end of an element. */
export const HOSTILE = `</script><script>window.hacked = true</script><img src=x onerror="window.hacked = true">'"&\u2028`;

/** The token of the run; nothing reads it here. */
export const TOKEN = "sy1:test/race:seed=1:c=00000000";

const LOCK = "select label from task where id = $1 for update";
const UPDATE = `update task set label = '${HOSTILE.replaceAll("'", "''")}' where id = $1`;

/** See above; every text that comes from data is or contains HOSTILE. */
export const recordedRun: RecordedRun = {
  run: runResult({
    race: `test/${HOSTILE}`,
    data: { note: HOSTILE },
    steps: [
      traceStep(1, "alice", LOCK, {
        operation: HOSTILE,
        action: { kind: "statement", text: LOCK, values: ["t7"] },
        outcome: { kind: "done", command: "SELECT", rowCount: 1, rows: [{ label: HOSTILE }] },
        enabled: ["alice", "bob"],
      }),
      traceStep(2, "alice", UPDATE, { action: { kind: "statement", text: UPDATE, values: ["t7"] } }),
      traceStep(3, "bob", LOCK, {
        action: { kind: "statement", text: LOCK, values: ["t7"] },
        outcome: waitingFor("alice", "task"),
        preemption: true,
        enabled: ["alice", "bob"],
      }),
      traceStep(4, "alice", "commit", {
        timeMs: 4,
        outcome: done("COMMIT", null),
        commits: ["alice"],
        settled: [{ session: "bob", wokenBy: "alice", text: LOCK, outcome: done("SELECT", 1) }],
      }),
      traceStep(5, "bob", "select count(*) from other", { timeMs: 5 }),
    ],
    violations: [{ invariant: "I1", promise: HOSTILE, message: HOSTILE, step: 4 }],
  }),
  looks: {
    tables: [
      { name: "task", columns: ["id", "label", "constant"], key: [0] },
      { name: "other", columns: ["id"], key: [0] },
    ],
    pool: {
      rows: [["t7", "old", "c"], ["t7", HOSTILE, "c"], ["t8", null, "c"], ["o1"]],
      contents: [[0, 2], [1, 2], [3]],
    },
    looks: [
      { committed: [0, 2], sessions: { alice: "committed", bob: "committed" } },
      { committed: [0, 2], sessions: { alice: [0, 2], bob: "committed" } },
      { committed: [0, 2], sessions: { alice: [1, 2], bob: "committed" } },
      { committed: [0, 2], sessions: { alice: [1, 2], bob: "waiting" } },
      { committed: [1, 2], sessions: { alice: "committed", bob: [1, 2] } },
      { committed: [1, 2], sessions: { alice: "committed", bob: [1, 2] } },
    ],
  },
};
