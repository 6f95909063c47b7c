/**
 * The statements that are on their way: sent, and not yet reported as finished. A statement in flight either runs or
 * waits; settling goes on until each of them has finished or waits for a session that will not move by itself.
 *
 * The server is asked again and again with short pauses, which the arrival of a statement's result ends; nothing hangs on
 * how long they are.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Statement, Wait } from "../engine/port.ts";
import { atMostMs, startStopwatch } from "../real-time.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Connection, Finished } from "./connection.ts";
import { hasCycle } from "./deadlocks.ts";
import { inWakeOrder, isVictim } from "./wake-order.ts";
import { readWaits } from "./waits.ts";
import type { Deadlines, TimeoutKind } from "./timeouts.ts";
import type { BackendWait } from "./waits.ts";

/** Real time for which a statement may run, or stand in a deadlock, before the harness gives it up; milliseconds. */
const statementBoundMs = 120_000;

/**
 * Real time given to a statement before the server is asked about it, in milliseconds: nearly all statements end within it,
 * and asking would only slow them down. `free` is for one that has nobody to wait for.
 */
const graceMs = { contended: 2, free: 50 } as const;

/** Real time until the server is asked again who waits, in milliseconds. */
const askAgainMs = 1;

/** One statement on its way. */
export interface Flight {
  /** Counts the engine's statements. */
  readonly number: number;
  readonly session: string;
  readonly pid: number;
  readonly statement: Statement;
  /** What it was last seen waiting for. */
  wait: Wait | undefined;
  /** Its transaction's number, where it had one when it waited. */
  xid: string | undefined;
  finished: Finished | undefined;
  /** Set when the connection failed instead of answering. */
  fault: unknown;
  /** Its timeouts, when it has any. */
  readonly deadlines: Deadlines | undefined;
  /** Set when the harness let it time out. */
  timedOut: TimeoutKind | undefined;
  /** False where nobody holds what it could wait for; the server is then asked about it only after a long time. */
  readonly mayWait: boolean;
  /** Commits what the statement did; of a statement that was not held back for that, nothing. */
  readonly commit: (() => Promise<Finished>) | undefined;
}

/** What a flight begins with. */
export interface Launch extends Pick<
  Flight,
  "session" | "pid" | "statement" | "deadlines" | "mayWait" | "commit"
> {
  readonly run: () => Promise<Finished>;
}

/** All flights of an engine, at most one a session. */
export class Flights {
  readonly #control: Connection;
  readonly #sessionOf: (pid: number) => string | undefined;
  readonly #inAir = new Map<string, Flight>();
  readonly #landed: Flight[] = [];
  #launched = 0;
  #onAllLanded: (() => void) | undefined;
  #onLanding: (() => void) | undefined;

  /** `control` is asked who waits; `sessionOf` names the session of a backend. */
  constructor(control: Connection, sessionOf: (pid: number) => string | undefined) {
    this.#control = control;
    this.#sessionOf = sessionOf;
  }

  /** Flights that have not finished, in the order in which they began. */
  inAir(): readonly Flight[] {
    return [...this.#inAir.values()];
  }

  /** The unfinished flight of a session. */
  of(session: string): Flight | undefined {
    return this.#inAir.get(session);
  }

  /** Sends a statement: calls `run`. */
  launch({ run, ...launch }: Launch): void {
    const { session } = launch;
    this.#launched += 1;
    const flight: Flight = {
      ...launch,
      number: this.#launched,
      wait: undefined,
      xid: undefined,
      finished: undefined,
      fault: undefined,
      timedOut: undefined,
    };
    this.#inAir.set(session, flight);
    const land = () => {
      if (this.#inAir.get(session) !== flight) return;
      this.#inAir.delete(session);
      this.#landed.push(flight);
      this.#onLanding?.();
      if (this.#inAir.size === 0) this.#onAllLanded?.();
    };
    run().then(
      (finished) => {
        flight.finished = finished;
        land();
      },
      (fault: unknown) => {
        flight.fault = fault;
        land();
      },
    );
  }

  /** Resolves when the statement of a session, which has been cancelled, has landed. */
  async landing(session: string): Promise<void> {
    const elapsedMs = startStopwatch();
    while (this.#inAir.has(session)) {
      if (elapsedMs() > statementBoundMs) throw boundReached(this.inAir());
      await nextTurn();
    }
  }

  /** Forgets the flight of a session that ends; its result is nobody's any more. */
  drop(session: string): void {
    this.#inAir.delete(session);
  }

  /** Forgets all flights. */
  clear(): void {
    this.#inAir.clear();
    this.#landed.length = 0;
  }

  /**
   * Lets things come to rest; resolves with the flights that landed since the last call, in the order in which they
   * ended. Throws SwitchyardError "harness" when `statementBoundMs` is reached.
   */
  async settle(): Promise<readonly Flight[]> {
    const elapsedMs = startStopwatch();
    const allLanded = new Promise<void>((resolve) => (this.#onAllLanded = resolve));
    const untilMs = this.inAir().some(({ mayWait }) => mayWait) ? graceMs.contended : graceMs.free;
    if (this.#inAir.size > 0 && this.#landed.length === 0) await this.#landingWithin(untilMs);
    while (this.#inAir.size > 0) {
      const flying = this.inAir();
      const asked = readWaits(
        this.#control,
        flying.map(({ pid }) => pid),
      );
      // Where nobody needs the answer any more, nobody hears of its failure either.
      asked.catch(() => undefined);
      const waits = await Promise.race([asked, allLanded]);
      if (waits !== undefined && this.#atRest(flying, waits)) break;
      if (elapsedMs() > statementBoundMs) throw boundReached(this.inAir());
      if (this.#inAir.size > 0) await this.#landingWithin(askAgainMs);
    }
    const landed = inSendingOrder(this.#landed.splice(0));
    return landed.length < 2 ? landed : inWakeOrder(this.#control, landed);
  }

  /** Until something lands, or so long. */
  #landingWithin(ms: number): Promise<void> {
    return atMostMs(ms, new Promise((resolve) => (this.#onLanding = resolve)));
  }

  /** Notes who waits for whom. True when all wait, and for sessions only, and not in a circle. */
  #atRest(flying: readonly Flight[], waits: readonly BackendWait[]): boolean {
    let rest = true;
    const graph = new Map<string, readonly string[]>();
    for (const flight of flying) {
      const wait = waits.find(({ pid }) => pid === flight.pid);
      const names = wait?.blockers.map((pid) => this.#sessionOf(pid));
      if (wait === undefined || !names?.every((name) => name !== undefined)) {
        rest = false;
      } else {
        flight.wait = { for: names, lock: wait.lock };
        flight.xid = wait.xid;
        graph.set(flight.session, names);
      }
    }
    return rest && flying.every((flight) => this.#inAir.has(flight.session)) && !hasCycle(graph);
  }
}

/**
 * Which of two results arrives first is chance where one commit let both go on; who of them was sent first is not. The victims of
 * deadlocks fail by their own timers, one after the other: they stay where they are.
 */
function inSendingOrder(landed: readonly Flight[]): readonly Flight[] {
  const ordered: Flight[] = [];
  let together: Flight[] = [];
  const takeTogether = (): void => {
    ordered.push(...together.toSorted((one, other) => one.number - other.number));
    together = [];
  };
  for (const flight of landed) {
    if (!isVictim(flight)) together.push(flight);
    else {
      takeTogether();
      ordered.push(flight);
    }
  }
  takeTogether();
  return ordered;
}

function boundReached(flights: readonly Flight[]): SwitchyardError {
  const [flight] = flights;
  return new SwitchyardError(
    "harness",
    `A statement of ${flight?.session} neither ended nor waited for a session within ${statementBoundMs} ms: ${flight?.statement.text}`,
    "Look for a statement that sleeps, or for a lock held outside of the race; deadlock_timeout must be shorter than the bound.",
  );
}
