/**
 * Commits one after another, so that each can be looked at before the next one happens.
 *
 * A COMMIT may wake statements of other sessions, and those that run outside of a transaction block would commit in the same
 * moment. Therefore such a statement runs in a block of ours. It commits by itself a moment after its end; here that moment
 * lasts until it is its turn. A COMMIT that may itself have to wait, because of deferred constraints, is split in two in the same way:
 * the constraints are checked first.
 */
import type { Statement } from "../engine/port.ts";
import type { Connection, Finished } from "./connection.ts";

/** A statement in two parts. `commit` must not run before `run` has succeeded; it does not wait for other sessions. */
export interface TwoPhases {
  readonly run: () => Promise<Finished>;
  readonly commit: () => Promise<Finished>;
}

/** A statement in a block of its own; `runIt` runs it on `connection`, which is outside of a transaction. */
export function inOwnBlock(
  connection: Connection,
  defersConstraints: boolean,
  runIt: () => Promise<Finished>,
): TwoPhases {
  let ended: Finished | undefined;
  return {
    async run() {
      await connection.rows({ text: "begin" });
      ended = await runIt();
      if (ended.kind === "failed" || !defersConstraints) return ended;
      const checked = await connection.run(checkConstraints);
      return checked.kind === "failed" ? checked : ended;
    },
    async commit() {
      const committed = await commitBlock(connection, "commit");
      if (committed.kind === "failed" || ended?.kind !== "done") return committed;
      return { ...ended, committed: committed.committed };
    },
  };
}

/** The COMMIT `text` of a block in which constraints may be deferred. */
export function checkedCommit(connection: Connection, text: string): TwoPhases {
  return {
    run: () => connection.run(checkConstraints),
    commit: () => commitBlock(connection, text),
  };
}

/** Runs the COMMIT `text`; `committed` tells whether the transaction had a number, which it has once it writes or locks a row. */
export async function commitBlock(connection: Connection, text: string): Promise<Finished> {
  if (connection.status !== "in block") return connection.run({ text });
  const finished = await connection.run({ text: `${askWhetherWritten}; ${text}` });
  if (finished.kind === "failed") {
    await rollBack(connection);
    return finished;
  }
  return { ...finished, committed: finished.committed && finished.results[0]?.rowCount === 1 };
}

/** Ends the block of a connection in which a statement failed. */
export async function rollBack(connection: Connection): Promise<void> {
  if (!connection.lost && connection.inTransaction) await connection.rows({ text: "rollback" });
}

const checkConstraints: Statement = { text: "set constraints all immediate" };

const askWhetherWritten = "select 1 where txid_current_if_assigned() is not null";
