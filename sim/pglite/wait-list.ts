/**
 * The sessions whose statements sleep: who waits for whom, who is woken, and which deadlocks are broken.
 *
 * Postgres itself queues, grants and finds deadlocks. What is decided here is what time and the operating system decide
 * elsewhere: in which order those who have been woken go on (first come, first served, unless the run chooses), and whose deadlock timer fires
 * first, which makes that session the victim.
 */
import { DatabaseError } from "../engine/database-error.ts";
import type { DeadlockEdge, Outcome, RunStart, Wait } from "../engine/port.ts";
import { entangledWith } from "../engine/wait-graph.ts";
import { describeWait } from "./describe-wait.ts";
import { moveToQueueFront, readBlockers, readLockWait } from "./lock-wait.ts";
import type { MoveRecord } from "./move-record.ts";
import { deadlockDetected, readDeadlockDetail } from "./postgres-errors.ts";
import { DEADLOCK_TIMEOUT_MS } from "./server-settings.ts";
import type { Server } from "./server.ts";
import type { Flight, Session } from "./session.ts";
import type { Landing, StatementRunner } from "./statement-runner.ts";

/** What the list works with during one run. */
export interface WaitListParts {
  readonly server: Server;
  readonly start: RunStart;
  readonly runner: StatementRunner;
  /** Where a request joins its lock's queue; anything but "end" is wrong, for tests that must find it. */
  readonly joinsQueueAt: "end" | "front";
  /** The name of the session whose PGPROC, or whose process id, this is. */
  readonly nameOfProc: (proc: number) => string;
  readonly nameOfPid: (pid: number) => string;
}

/** The sleeping sessions of one run, in the order in which they fell asleep first. */
export class WaitList {
  readonly #parts: WaitListParts;
  readonly #sleeping: Session[] = [];

  constructor(parts: WaitListParts) {
    this.#parts = parts;
  }

  /** Takes note of how a session's statement came down; of one that sleeps, the outcome tells for whom. */
  land(session: Session, landing: Landing, move: MoveRecord): Outcome {
    if (landing.kind === "landed") {
      const outcome = this.#tellDeadlock(session, landing.outcome, move);
      this.leave(session);
      return outcome;
    }
    const { server } = this.#parts;
    const { flight } = landing;
    const { proc } = session.berth.backend;
    const known = session.waiting;
    const asked = readLockWait(server.memory, proc);
    const goesOn = known && JSON.stringify(asked) === JSON.stringify(known.asked);
    if (this.#parts.joinsQueueAt === "front" && !goesOn) moveToQueueFront(server.memory, proc);
    const sinceUs = goesOn ? known.sinceUs : server.clock.nowUs;
    // The settings and the error context are those of the backend in place; a look at the catalog changes that.
    const timeoutAtUs = goesOn ? known.timeoutAtUs : this.#timeoutAt(flight);
    const deadlockMs = server.setting("deadlock_timeout");
    const deadlockCheck = { atUs: sinceUs + deadlockMs * 1000, isChosen: deadlockMs !== DEADLOCK_TIMEOUT_MS };
    const lock = describeWait(server, asked);
    const wait: Wait = { for: this.#blockers(session), lock };
    session.waiting = { flight, asked, wait, sinceUs, timeoutAtUs, deadlockCheck, checkedForDeadlock: false };
    if (!this.#sleeping.includes(session)) this.#sleeping.push(session);
    return { kind: "waiting", wait };
  }

  /** Forgets a session that does not sleep any more. */
  leave(session: Session): void {
    session.waiting = undefined;
    const at = this.#sleeping.indexOf(session);
    if (at >= 0) this.#sleeping.splice(at, 1);
  }

  /** Whether anybody sleeps. */
  get hasSleepers(): boolean {
    return this.#sleeping.length > 0;
  }

  /** Who waits for whom. */
  waits(): ReadonlyMap<string, Wait> {
    if (this.#sleeping.length === 0) return NOBODY;
    return new Map(this.#sleeping.flatMap(({ name, waiting }) => (waiting ? [[name, waiting.wait]] : [])));
  }

  /**
   * Lets everybody go on who has been woken, and breaks deadlocks, until all who are left sleep for good; `landed` is told of
   * each end of a statement.
   */
  async settle(move: MoveRecord, landed: (session: Session, outcome: Outcome) => void): Promise<void> {
    for (;;) {
      const woken = this.#chooseWoken();
      const next = woken ? await this.#goOn(woken, move) : await this.#breakDeadlock(move);
      if (!next) break;
      if (next.outcome.kind !== "waiting") landed(next.session, next.outcome);
    }
    for (const session of this.#sleeping) this.#renew(session);
  }

  /** Who goes on first of those who have been woken, if anybody has. */
  #chooseWoken(): Session | undefined {
    const { server, start } = this.#parts;
    const woken = this.#sleeping.filter(({ berth }) => server.backends.hasNews(berth.backend));
    if (woken.length < 2 || !start.chooseWoken) return woken[0];
    return woken[start.chooseWoken(woken.map(({ name }) => name)) % woken.length];
  }

  async #goOn(session: Session, move: MoveRecord): Promise<Step> {
    return { session, outcome: this.land(session, await this.#parts.runner.wake(session, move), move) };
  }

  /**
   * Lets the deadlock timer of one session in a cycle fire; undefined if nobody is in one (any more). Where cycles overlap, the timer of
   * any session in any of them may be first, also of one whose end leaves a cycle of the others.
   */
  async #breakDeadlock(move: MoveRecord): Promise<Step | undefined> {
    for (const session of this.#sleeping) this.#renew(session);
    for (const closer of this.#sleeping.toReversed()) {
      const cycle = this.#entangled(closer);
      const candidates = cycle?.filter(({ waiting }) => waiting?.checkedForDeadlock === false) ?? [];
      if (!cycle || candidates.length === 0) continue;
      return await this.#checkForDeadlock(this.#chooseVictim(cycle, candidates), move);
    }
    return undefined;
  }

  /** The schedule's choice; where the sessions themselves have set deadlock_timeout, the one whose timer is due first. */
  #chooseVictim(cycle: readonly Session[], candidates: readonly Session[]): Session {
    const timed = candidates.some(({ waiting }) => waiting?.deadlockCheck.isChosen);
    const byTime = candidates.toSorted((a, b) => dueUs(a) - dueUs(b));
    if (timed) return byTime[0] as Session;
    const chosen = cycle[
      this.#parts.start.chooseVictim(cycle.map(({ name }) => name)) % cycle.length
    ] as Session;
    return candidates.includes(chosen) ? chosen : (candidates[0] as Session);
  }

  /** It need not fail: Postgres may find that to let others wait in another order is enough. */
  async #checkForDeadlock(session: Session, move: MoveRecord): Promise<Step> {
    this.#parts.server.backends.fireTimers(session.berth.backend, session.waiting?.deadlockCheck.atUs ?? 0);
    const asked = JSON.stringify(session.waiting?.asked);
    const step = await this.#goOn(session, move);
    // Let past others, it may have got its lock and wait for another one by now, with a timer of its own.
    if (session.waiting && JSON.stringify(session.waiting.asked) === asked)
      session.waiting.checkedForDeadlock = true;
    return step;
  }

  /** Of a session that failed as a deadlock's victim, notes the cycle and names the sessions in the error. */
  #tellDeadlock(session: Session, outcome: Outcome, move: MoveRecord): Outcome {
    if (outcome.kind !== "failed" || outcome.error.code !== DEADLOCK) return outcome;
    const { nameOfPid } = this.#parts;
    const waits = this.waits();
    const statements = new Map(
      this.#sleeping.map(({ name, waiting }) => [name, waiting?.flight.statement.text]),
    );
    const edges: DeadlockEdge[] = readDeadlockDetail(outcome.error.detail ?? "").map((edge) => {
      const name = nameOfPid(edge.pid);
      const lock = waits.get(name)?.lock ?? edge.lock;
      const statement = statements.get(name) ?? session.lastStatement;
      return { session: name, waitsFor: nameOfPid(edge.blockerPid), statement, lock };
    });
    move.deadlocks.push({ victim: session.name, edges });
    const { detail } = deadlockDetected(edges);
    const error = new DatabaseError(outcome.error.message, { ...outcome.error, detail, hint: undefined });
    return { kind: "failed", error };
  }

  /** Reads anew whom a sleeping session waits for. */
  #renew(session: Session): void {
    const { waiting } = session;
    if (!waiting) return;
    const names = this.#blockers(session);
    if (names.length === 0 || names.join() === waiting.wait.for.join()) return;
    session.waiting = { ...waiting, wait: { ...waiting.wait, for: names } };
  }

  #blockers(session: Session): string[] {
    const { server, nameOfProc, nameOfPid } = this.#parts;
    const { proc, pid } = session.berth.backend;
    if (readLockWait(server.memory, proc))
      return [...new Set(readBlockers(server.memory, proc).map(nameOfProc))];
    const safe =
      server.lookup("select array_to_string(pg_safe_snapshot_blocking_pids($1), ',')", [pid])?.[0] ?? "";
    return safe === "" ? [] : safe.split(",").map((blocker) => nameOfPid(Number(blocker)));
  }

  #timeoutAt({ startUs }: Flight): number | undefined {
    const { server } = this.#parts;
    const lockMs = server.setting("lock_timeout");
    const statementMs = server.setting("statement_timeout");
    const lockUs = lockMs > 0 ? server.clock.nowUs + lockMs * 1000 : Infinity;
    const atUs = Math.min(lockUs, statementMs > 0 ? startUs + statementMs * 1000 : Infinity);
    return atUs === Infinity ? undefined : atUs;
  }

  #entangled(session: Session): Session[] | undefined {
    const byName = new Map(this.#sleeping.map((known) => [known.name, known]));
    const names = entangledWith(session.name, (name) => byName.get(name)?.waiting?.wait.for ?? []);
    return names?.map((name) => byName.get(name) as Session);
  }
}

const NOBODY: ReadonlyMap<string, Wait> = new Map();

interface Step {
  readonly session: Session;
  readonly outcome: Outcome;
}

function dueUs({ waiting }: Session): number {
  return waiting?.deadlockCheck.atUs ?? Infinity;
}

/** SQLSTATE deadlock_detected. */
const DEADLOCK = "40P01";
