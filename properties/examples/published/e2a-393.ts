/**
 * examples/e2a-393: a sweep sends the e-mails that nobody reviewed in time, one after the other. A gate (send_attempts) that is committed
 * before each send keeps anybody from sending twice. The sweep moved to a job queue that cancels a job after 60 s: a message whose
 * e-mail was just going out then stays in review with its gate closed, and only a person can help it. Published in Mnexa-AI/e2a#393
 * and mended there. Our model of it.
 *
 * The fix lets the job run as long as it takes. Mutant 2, ours, shows what the gate is for.
 */
import fc from "fast-check";
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly sentTwice: number;
  readonly stuck: number;
}

interface Variant {
  /** Milliseconds after which the sweep's job is cancelled. */
  readonly jobTimeoutMs: number;
  readonly hasGate: boolean;
}

interface Data {
  /** Milliseconds that the mail server takes for a message. */
  readonly sendMs: number;
}

/** Over the mended code. */
export const e2a393: Race<State, Data> = example<State, Variant, Data>({
  name: "e2a-393",
  source: "Mnexa-AI/e2a#393",
  description: "A sweep sends two e-mails whose review expired while a person approves one of them.",
  schema: `
    create table message (id int primary key, status text not null default 'pending_review',
      send_attempts int not null default 0);
    create table outbox (id int generated always as identity primary key, message_id int not null)`,
  setup: ["insert into message (id) values (1), (2)"],
  data: fc.record({ sendMs: fc.constantFrom(1_000, 40_000) }),
  exhaustive: { "a slow mail server": { sendMs: 40_000 } },
  reference: { jobTimeoutMs: Infinity, hasGate: true },
  wrong: [
    {
      title: "the sweep's job is cancelled after 60 s",
      violates: ["nothing-stuck"],
      variant: { jobTimeoutMs: 60_000, hasGate: true },
    },
    {
      title: "no gate before sending",
      violates: ["sent-once"],
      variant: { jobTimeoutMs: Infinity, hasGate: false },
    },
  ],
  actors: (variant, { sendMs }) => ({
    sweep: async (context) => {
      const cancelledAtMs = context.now().getTime() + variant.jobTimeoutMs;
      for (const id of [1, 2]) {
        if (context.now().getTime() < cancelledAtMs) await send(context, id, sendMs, variant, cancelledAtMs);
      }
    },
    person: (context) => send(context, 2, sendMs, variant, Infinity),
  }),
  observe: `select (select count(*)::int from (select 1 from outbox group by message_id having count(*) > 1) m) as "sentTwice",
    (select count(*)::int from message where status = 'pending_review' and send_attempts > 0) as stuck`,
  invariants: [
    {
      name: "sent-once",
      promise: "A message is sent once.",
      check: ({ after: { sentTwice } }) => (sentTwice === 0 ? undefined : "A message went out twice."),
    },
  ],
  atEnd: [
    {
      name: "nothing-stuck",
      promise: "No message stays in review with its gate closed.",
      check: ({ after: { stuck } }) => (stuck === 0 ? undefined : `${stuck} messages need a person.`),
    },
  ],
  liveness: { promise: "The sweep ends.", check: () => undefined },
  mustSee: ["gate 200", "gate 409", "send 200"],
});

/** Sends a message that is still in review; after `cancelledAtMs` no statement is made any more. */
async function send(
  context: ActorContext,
  id: number,
  sendMs: number,
  { hasGate }: Variant,
  cancelledAtMs: number,
): Promise<void> {
  const open = hasGate ? "and send_attempts = 0" : "";
  const { status } = await transact(context, "gate", async (db) => {
    const gate = `update message set send_attempts = send_attempts + 1 where id = $1 and status = 'pending_review' ${open}`;
    return { status: (await db.query(gate, [id])).rowCount === 1 ? 200 : 409 };
  });
  if (status === 409) return;
  await context.sleep(sendMs);
  if (context.now().getTime() >= cancelledAtMs) return;
  await transact(context, "send", async (db) => {
    await db.query("insert into outbox (message_id) values ($1)", [id]);
    await db.query("update message set status = 'sent' where id = $1", [id]);
    return { status: 200 };
  });
}
