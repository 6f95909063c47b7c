/**
 * Proves the facts of build-facts.ts on a server that has just started. (Those that a start itself depends on are
 * proven on the way: program-facts.ts, machine/server-memory.ts.)
 */
import { createProofTable, PROOF_TABLE, type ProofBench } from "./bench.ts";
import { proveBuffers } from "./buffer-facts.ts";
import { proveLocks } from "./lock-facts.ts";
import { proveRowWait } from "./row-wait-facts.ts";
import { proveServer } from "./server-facts.ts";

/** Proves them; both backends are idle, and nothing is left in the database. @throws SwitchyardError "harness" naming the fact */
export function proveFacts(bench: ProofBench): void {
  const { server } = bench;
  createProofTable(server);
  // Before anything else that lays hands on its pages.
  proveBuffers(server);
  proveServer(bench);
  proveLocks(bench);
  proveRowWait(bench);
  server.script(`drop table ${PROOF_TABLE}`);
}
