/**
 * examples/preloop-510: an execution is parked until a person decides. The decision and a periodic sweep both may resume it: who turns it
 * from "waiting" to "resuming" starts a new execution. Two findings of the review in preloop/preloop#510: if starting it fails after
 * its row is there, giving the claim back makes the sweep start a second one; and a claim whose holder dies stays for ever. Our
 * model of both.
 *
 * The fix: the new execution and the link to it are one transaction, a failed dispatch gives nothing back, and a claim has a
 * lease after which the sweep takes it. With a lease, a holder who is only slow must look whether it still is the one (mutant 3, ours).
 */
import fc from "fast-check";
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly state: string;
  readonly resumes: number;
}

interface Variant {
  /** A failed dispatch gives the claim back. */
  readonly givesBack: boolean;
  readonly hasLease: boolean;
  /** Looks under the lock that nobody else has resumed it. */
  readonly looksAgain: boolean;
}

interface Data {
  readonly fault: "none" | "dispatch fails" | "crash";
}

const LEASE_S = 30;

/** Over the mended code. */
export const preloop510: Race<State, Data> = example<State, Variant, Data>({
  name: "preloop-510",
  source: "preloop/preloop#510",
  description: "A decision and a sweep resume a parked execution; the decision's process may fail.",
  schema: `
    create table execution (id int primary key, state text not null, resumed_by int, claimed_at timestamptz);
    create table resume (id int generated always as identity primary key)`,
  setup: ["insert into execution values (1, 'waiting')"],
  data: fc.record({ fault: fc.constantFrom("none", "dispatch fails", "crash") }),
  exhaustive: {
    "dispatch fails": { fault: "dispatch fails" },
    crash: { fault: "crash" },
  },
  reference: { givesBack: false, hasLease: true, looksAgain: true },
  wrong: [
    {
      title: "a failed dispatch gives the claim back, though the new execution is there",
      violates: ["resumed-once"],
      variant: { givesBack: true, hasLease: true, looksAgain: true },
    },
    {
      title: "a claim has no lease",
      violates: ["liveness"],
      variant: { givesBack: false, hasLease: false, looksAgain: true },
    },
    {
      title: "a holder whose lease has lapsed goes on",
      violates: ["resumed-once"],
      variant: { givesBack: false, hasLease: true, looksAgain: false },
    },
  ],
  actors: (variant, { fault }) => ({
    decision: (context) => resume(context, variant, fault),
    sweep: async (context) => {
      await resume(context, variant, "none");
      await context.sleep(2 * LEASE_S * 1000);
      await resume(context, variant, "none");
    },
  }),
  observe: "select state, (select count(*)::int from resume) as resumes from execution",
  invariants: [
    {
      name: "resumed-once",
      promise: "A parked execution is resumed once.",
      check: ({ after: { resumes } }) => (resumes <= 1 ? undefined : `It was resumed ${resumes} times.`),
    },
  ],
  liveness: {
    promise: "A parked execution that was decided is resumed.",
    check: ({ after: { state, resumes } }) =>
      resumes > 0 ? undefined : `It is ${state}, and nobody resumes it.`,
  },
  mustSee: ["claim 200", "claim 409", "link 200"],
});

async function resume(
  context: ActorContext,
  { givesBack, hasLease, looksAgain }: Variant,
  fault: Data["fault"],
): Promise<void> {
  const lapsed = `or state = 'resuming' and resumed_by is null and claimed_at < now() - interval '${LEASE_S} s'`;
  const claimed = await transact(context, "claim", async (db) => {
    const { rowCount } = await db.query(
      `update execution set state = 'resuming', claimed_at = now() where state = 'waiting' ${hasLease ? lapsed : ""}`,
    );
    return { status: rowCount === 1 ? 200 : 409 };
  });
  if (claimed.status === 409 || fault === "crash") return;
  const linked = await transact(context, "link", async (db) => {
    const known = await db.query<{ by: number | null }>("select resumed_by as by from execution for update");
    if (looksAgain && known.rows[0]?.by !== null) return { status: 409 };
    const { rows } = await db.query<{ id: number }>("insert into resume default values returning id");
    await db.query("update execution set resumed_by = $1", [rows[0]?.id]);
    return { status: 200 };
  });
  if (linked.status === 409 || fault === "none" || !givesBack) return;
  await transact(context, "give back", async (db) => {
    await db.query("update execution set state = 'waiting', resumed_by = null");
    return { status: 200 };
  });
}
