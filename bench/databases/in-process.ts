/**
 * The in-process engine as a database for drivers: its sessions take one statement at a time, in the order in which they ask,
 * so that several of them interleave statement by statement, the same in every run.
 */
import type { Queryable } from "../../model/query-port.ts";
import { schema } from "../../model/schema.ts";
import type { DatabaseError } from "../../sim/engine/database-error.ts";
import type { Engine, Outcome, StatementResult } from "../../sim/engine/port.ts";
import { openEngine } from "../../sim/pglite/index.ts";
import { queryable } from "../../sim/race/actor-context.ts";
import type { BenchDatabase } from "./database.ts";

/** Time at which its clock stands. */
const START_MS = Date.UTC(2026, 0, 1);

/** The in-process database, which counts. */
export interface InProcess extends BenchDatabase {
  readonly name: "in process";
  /** Statements of all sessions so far. */
  readonly steps: () => number;
  /** Statements that had to wait, with who waited for whom. */
  readonly waits: () => readonly StatementWait[];
}

/** A statement that had to wait for a lock. */
export interface StatementWait {
  readonly session: string;
  readonly text: string;
}

interface Pending {
  readonly resolve: (result: StatementResult) => void;
  readonly reject: (error: DatabaseError) => void;
}

/** Starts the engine with the protocol's tables, empty. Sessions are called s1, s2, ... */
export async function openInProcess(): Promise<InProcess> {
  const engine = await openEngine();
  await engine.install(schema);
  await engine.startRun({
    seed: 1,
    startMs: START_MS,
    chooseVictim: () => 0,
    onCommit: () => Promise.resolve(),
  });
  return new Sessions(engine);
}

class Sessions implements InProcess {
  readonly name = "in process";
  readonly #engine: Engine;
  readonly #waiting = new Map<string, Pending>();
  readonly #waits: StatementWait[] = [];
  #steps = 0;
  #sessions = 0;
  /** The engine takes one call at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  steps = (): number => this.#steps;
  waits = (): readonly StatementWait[] => this.#waits;

  async session(): Promise<Queryable> {
    const name = `s${(this.#sessions += 1)}`;
    await this.#inTurn(() => this.#engine.open(name));
    return queryable(
      ({ text, values }) =>
        new Promise((resolve, reject) => {
          const begun = this.#inTurn(() => this.#execute(name, text, values, { resolve, reject }));
          begun.catch(reject);
        }),
    );
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#engine.close();
  }

  async #execute(
    session: string,
    text: string,
    values: readonly unknown[] | undefined,
    pending: Pending,
  ): Promise<void> {
    this.#steps += 1;
    const { outcome, settled } = await this.#engine.execute(session, { text, values });
    if (outcome.kind === "waiting") this.#waits.push({ session, text });
    this.#land(session, outcome, pending);
    for (const end of settled) {
      const waiting = this.#waiting.get(end.session);
      if (waiting) this.#land(end.session, end.outcome, waiting);
    }
  }

  #land(session: string, outcome: Outcome, pending: Pending): void {
    this.#waiting.delete(session);
    if (outcome.kind === "done") pending.resolve(outcome.result);
    else if (outcome.kind === "failed") pending.reject(outcome.error);
    else this.#waiting.set(session, pending);
  }

  #inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(call);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
