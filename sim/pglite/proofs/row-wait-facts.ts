/**
 * Proves ROW_WAIT: what a backend that waits for a transaction notes of the row because of which it does.
 */
import { ROW_WAIT } from "../build-facts.ts";
import { describeWait } from "../describe-wait.ts";
import { readLockWait } from "../lock-wait.ts";
import { PROOF_TABLE, say, start, type ProofBench } from "./bench.ts";
import { prove } from "./prove.ts";

const UPDATE = `update ${PROOF_TABLE} set id = id where id = 3`;
/** Its third row's place: page, then position. */
const THIRD_PLACE = "tuple (2,1)";

/** Proves them; both backends are idle afterwards. The table must be there. */
export function proveRowWait(bench: ProofBench): void {
  const { server, holder, waiter } = bench;
  const { memory } = server;
  const table = Number(server.lookup(`select '${PROOF_TABLE}'::regclass::oid`)?.[0]);
  say(bench, holder, `begin; ${UPDATE}`);
  const wait = start(bench, waiter, UPDATE);
  prove("WAIT_LATCH_HOOK", () => wait.kind === "asleep");
  // A look at the catalog on another backend's behalf would put other statics in place.
  server.backends.use(waiter);
  const context = memory.u32(server.addressOf("error_context_stack"));
  prove(
    "ROW_WAIT.callback or ROW_WAIT.stackCallback",
    () => memory.u32(context + ROW_WAIT.stackCallback) === ROW_WAIT.callback,
  );
  const noted = memory.u32(context + ROW_WAIT.stackArgument);
  const form = memory.u32(memory.u32(noted + ROW_WAIT.relation) + ROW_WAIT.relationForm);
  prove(
    "ROW_WAIT.stackArgument, ROW_WAIT.relation or ROW_WAIT.relationForm",
    () => memory.u32(form) === table,
  );
  prove("ROW_WAIT.formName", () => memory.cString(form + ROW_WAIT.formName) === PROOF_TABLE);
  prove("ROW_WAIT.rowId", () => describeWait(server, readLockWait(memory, waiter.proc)).row === THIRD_PLACE);
  say(bench, holder, "rollback");
  prove("LATCH.isSet", () => server.backends.wake(waiter).kind === "done");
}
