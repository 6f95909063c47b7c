/**
 * Makes the server choose the victims of deadlocks that a token names.
 *
 * Postgres has the session fail whose deadlock_timeout is over first while the cycle stands (manual, deadlock_timeout). So the
 * wanted victim is given a short one, long enough for the cycle to close, and all others a long one. A server that does not
 * let the role set it, or a cycle that takes longer to close, has another victim.
 */
import type { ServerSession } from "./session-pool.ts";

/** Real time for which the wanted victim waits before it looks for a deadlock, in milliseconds. */
const victimTimeoutMs = 600;

/** Real time for which all others wait, in milliseconds: the cost of a deadlock in which the wanted victim is not. */
const othersTimeoutMs = 5_000;

/** The victims that are still wanted. */
export class WantedVictims {
  #forNextRun: readonly string[] = [];
  #left: readonly string[] = [];

  /** Names the victims of the next run's deadlocks, in their order. */
  want(sessions: readonly string[]): void {
    this.#forNextRun = sessions;
  }

  /** A run begins. */
  startRun(): void {
    this.#left = this.#forNextRun;
    this.#forNextRun = [];
  }

  /** A deadlock has been broken. */
  found(): void {
    this.#left = this.#left.slice(1);
  }

  /** Sets deadlock_timeout of a session before each of its statements: a rollback would undo it. */
  async prepare(session: ServerSession): Promise<void> {
    const [next] = this.#left;
    if (next === undefined || session.connection.status === "failed") return;
    session.marked = true;
    const ms = session.name === next ? victimTimeoutMs : othersTimeoutMs;
    await session.connection.rows({ text: `set deadlock_timeout = ${ms}` });
  }
}
