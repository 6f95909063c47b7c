/**
 * Two backends of a server that has just started, on which facts are proven, before any engine uses it.
 */
import type { Backend } from "../machine/backends.ts";
import type { LaneStep } from "../machine/lane.ts";
import type { Server } from "../server.ts";
import { readReply, simpleMessages, type Reply } from "../wire.ts";

/** Where facts are proven. */
export interface ProofBench {
  readonly server: Server;
  readonly holder: Backend;
  readonly waiter: Backend;
}

/** The table on which they are proven: its three rows lie on three pages. */
export const PROOF_TABLE = "switchyard_proof";

/** What the third row holds. */
export const THIRD_ROW: string = "three".repeat(1_000);

/** Creates the table. */
export function createProofTable(server: Server): void {
  server.script(`
    create table ${PROOF_TABLE} (id int, filler text);
    alter table ${PROOF_TABLE} alter filler set storage plain;
    insert into ${PROOF_TABLE} values (1, repeat('one', 2000)), (2, repeat('two', 2000)), (3, '${THIRD_ROW}')`);
}

/** Runs a statement that cannot wait. @throws DatabaseError if it fails */
export function say({ server }: ProofBench, backend: Backend, text: string): Reply {
  const reply = readReply(server.backends.runHere(backend, simpleMessages(text)));
  server.backends.learn();
  if (reply.error) throw reply.error;
  return reply;
}

/** Runs a statement that may wait. */
export function start({ server }: ProofBench, backend: Backend, text: string): LaneStep {
  const step = server.backends.run(backend, simpleMessages(text));
  server.backends.learn();
  return step;
}

/** Ends whatever the two are in. */
export function setBack(bench: ProofBench): void {
  const { server, holder, waiter } = bench;
  if (waiter.lane) server.backends.cancel(waiter);
  for (const backend of [holder, waiter]) say(bench, backend, "rollback; unlisten *");
}
