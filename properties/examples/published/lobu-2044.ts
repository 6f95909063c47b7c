/**
 * examples/lobu-2044: an operation that needs a person's approval is a run with status "pending" that no worker may claim yet. The
 * reaper of stale runs does not know that: 120 s after the run was created it times it out as one that no worker wanted, and the
 * approval that is shown to the person can no longer be given. Published in lobu-ai/lobu#2044, mended in #2055. Our model of it.
 *
 * The guard alone leaves a second trap in this model (mutant 2, ours): an approval that came late is reaped at once, before a worker
 * can claim it, if the clock still runs from the run's creation. The reference lets it run from the approval.
 */
import fc from "fast-check";
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { countOf, example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly status: string;
  readonly approval: string;
}

interface Variant {
  readonly guard: string;
  readonly since: "created_at" | "queued_at";
}

interface Data {
  /** When the person approves, in seconds after the run was created. */
  readonly approvedAfterS: number;
}

/** Seconds without a claim after which a run is stale. */
const STALE_S = 120;

const GUARD = "and approval <> 'pending'";

/** Over the mended code. */
export const lobu2044: Race<State, Data> = example<State, Variant, Data>({
  name: "lobu-2044",
  source: "lobu-ai/lobu#2044",
  description: "Two people approve a run that waits for one of them, while a reaper looks for stale runs.",
  schema: `create table run (id int primary key, status text not null, approval text not null,
    created_at timestamptz not null default now(), queued_at timestamptz not null default now())`,
  setup: ["insert into run values (1, 'pending', 'pending')"],
  data: fc.record({ approvedAfterS: fc.constantFrom(60, STALE_S + 1, 180) }),
  exhaustive: { late: { approvedAfterS: STALE_S + 1 } },
  reference: { guard: GUARD, since: "queued_at" },
  wrong: [
    {
      title: "the reaper takes a run that waits for a person for a stale one (the issue)",
      violates: ["person-has-time"],
      variant: { guard: "", since: "created_at" },
    },
    {
      title: "the reaper counts from the run's creation, not from its approval",
      violates: ["worker-has-time"],
      variant: { guard: GUARD, since: "created_at" },
    },
  ],
  actors: ({ guard, since }, { approvedAfterS }) => ({
    ann: (context) => approve(context, approvedAfterS),
    ben: (context) => approve(context, approvedAfterS),
    reaper: (context) => reap(context, `status = 'pending' ${guard}`, since),
  }),
  observe: "select status, approval from run",
  invariants: [
    {
      name: "person-has-time",
      promise: "A run that waits for a person does not time out.",
      check: ({ after: { status, approval } }) =>
        status === "timeout" && approval === "pending"
          ? "The run timed out, the approval is open."
          : undefined,
    },
    {
      name: "worker-has-time",
      promise: `An approved run has ${STALE_S} s to be claimed.`,
      check: ({ after: { status, approval } }) =>
        status === "timeout" && approval === "approved"
          ? "It was reaped when it was just approved."
          : undefined,
    },
  ],
  liveness: {
    promise: "Who approves is served.",
    check: ({ after: { status }, history }) =>
      countOf(history, "approve", 200) > 0 && status === "running" ? undefined : `The run is ${status}.`,
  },
  mustSee: ["approve 200", "approve 404", "claim 200", "reap 204"],
});

/** Approves, and is the worker as well that claims what was approved. */
async function approve(context: ActorContext, afterS: number): Promise<void> {
  await context.sleep(afterS * 1000);
  const { status } = await transact(context, "approve", async (db) => {
    const { rowCount } = await db.query(
      "update run set approval = 'approved', queued_at = now() where status = 'pending' and approval = 'pending'",
    );
    return { status: rowCount === 1 ? 200 : 404 };
  });
  if (status !== 200) return;
  await transact(context, "claim", async (db) => {
    const { rowCount } = await db.query("update run set status = 'running' where status = 'pending'");
    return { status: rowCount === 1 ? 200 : 404 };
  });
}

async function reap(context: ActorContext, where: string, since: string): Promise<void> {
  await context.sleep((STALE_S + 1) * 1000);
  await transact(context, "reap", async (db) => {
    const { rowCount } = await db.query(
      `update run set status = 'timeout' where ${where} and ${since} < now() - interval '${STALE_S} s'`,
    );
    return { status: rowCount === 1 ? 200 : 204 };
  });
}
