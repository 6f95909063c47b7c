/**
 * examples/write-skew: two doctors are on call and each may leave if another stays. Both look, both see the other, both leave
 * (Cahill, Röhm, Fekete, "Serializable Isolation for Snapshot Databases", SIGMOD 2008). They write different rows, so that REPEATABLE
 * READ sees no conflict; SERIALIZABLE does, and ends one of them with 40001.
 *
 * The fix is SERIALIZABLE with a retry: the second try sees that the other has left.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transactRetrying } from "../transact.ts";

interface State {
  readonly onCall: number;
}

/** Over the mended code. */
export const writeSkew: Race<State, null> = example<State, { readonly level: string }>({
  name: "write-skew",
  source: "textbook",
  description: "Two doctors on call leave, if another stays, while a clerk corrects a telephone number.",
  schema: "create table doctor (name text primary key, on_call boolean not null, phone text)",
  setup: ["insert into doctor values ('ann', true), ('ben', true)"],
  reference: { level: "serializable" },
  wrong: [
    {
      title: "REPEATABLE READ in place of SERIALIZABLE",
      violates: ["somebody-on-call"],
      variant: { level: "repeatable read" },
    },
    {
      title: "READ COMMITTED in place of SERIALIZABLE",
      violates: ["somebody-on-call"],
      variant: { level: "read committed" },
    },
  ],
  actors: ({ level }) => ({
    ann: (context) => leave(context, level),
    ben: (context) => leave(context, level),
    clerk,
  }),
  observe: `select count(*) filter (where on_call)::int as "onCall" from doctor`,
  invariants: [
    {
      name: "somebody-on-call",
      promise: "Somebody is on call.",
      check: ({ after: { onCall }, actor }) =>
        onCall > 0 ? undefined : `${actor} was the last to leave; nobody is on call.`,
    },
  ],
  liveness: {
    promise: "One of them may leave.",
    check: ({ after: { onCall } }) => (onCall < 2 ? undefined : "Both stayed."),
  },
  mustSee: ["leave 200", "leave 409"],
});

async function leave(context: ActorContext, level: string): Promise<void> {
  await transactRetrying(
    context,
    "leave",
    async (db) => {
      const { rows } = await db.query<{ others: number }>(
        "select count(*)::int as others from doctor where on_call and name <> $1",
        [context.name],
      );
      if (rows[0]?.others === 0) return { status: 409 };
      await db.query("update doctor set on_call = false where name = $1", [context.name]);
      return { status: 200 };
    },
    `begin isolation level ${level}`,
  );
}

/** Has nothing to do with it, but may have to wait for ann. */
async function clerk({ db, operation }: ActorContext): Promise<void> {
  await operation("correct", null, async () => {
    await db.query("update doctor set phone = '17' where name = 'ann'");
    return { status: 200 };
  });
}
