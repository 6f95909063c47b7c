/**
 * Runs a race once under a schedule: lets the actor whose turn it is go from one statement to the next, looks at every commit,
 * and keeps the trace.
 */
import type { Engine, Move, Outcome } from "../engine/port.ts";
import { isBegin } from "../sql/transaction-control.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { toPlain } from "../trace/canonical-json.ts";
import type { RunResult } from "../trace/trace.ts";
import { actorContext, queryable } from "./actor-context.ts";
import {
  ActorTask,
  type ConnectRequest,
  type DisconnectRequest,
  type Lane,
  type Request,
  type StatementRequest,
} from "./actor-task.ts";
import { inActorScope } from "./actor-scope.ts";
import { Connections, NOT_CONNECTED, sessionOf, type ConnectionWait } from "./connections.ts";
import { heldRun } from "./held-run.ts";
import { Judge } from "./judge.ts";
import type { Race } from "./race.ts";
import { Recorder, type StepBegin } from "./recorder.ts";
import type { RunOptions } from "./run-options.ts";
import { tellRun } from "./run-result.ts";
import { createRunState, type RunState } from "./run-state.ts";
import { setUp } from "./set-up.ts";
import { noteTransaction } from "./transaction-blocks.ts";
import { Turns, type Turn } from "./turns.ts";

/** Steps after which a run is given up, with a violation "step-bound". */
export const MAX_STEPS = 1_000;

const NO_VALUES: readonly never[] = [];

/** Virtual milliseconds that one step takes. */
const STEP_MS = 1;

/** Virtual time at which every run starts: 2026-01-01, in milliseconds since 1970. */
export const RUN_START_MS: number = Date.UTC(2026, 0, 1);

/**
 * Runs `race` once on `engine`.
 * @throws SwitchyardError "race" if the race's own code fails outside an actor; "token" from a replaying schedule;
 * "unsupported" and "harness" from the engine
 */
export async function runRace(engine: Engine, race: Race<any, any>, options: RunOptions): Promise<RunResult> {
  const variant = options.mutant === undefined ? race : race.mutate(options.mutant);
  return await new Run(engine, variant, options).play();
}

class Run {
  readonly #engine: Engine;
  readonly #race: Race<any, any>;
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  readonly #state: RunState;
  readonly #judge: Judge;
  readonly #tasks: Lane[] = [];
  /** Statements that wait in the engine, by lane. */
  readonly #waiting = new Map<string, StatementRequest>();
  readonly #connections: Connections;
  /** Sessions inside a transaction block. */
  readonly #inTransaction = new Set<string>();
  readonly #turns: Turns;

  constructor(engine: Engine, race: Race<any, any>, options: RunOptions) {
    this.#engine = engine;
    this.#race = race;
    this.#options = options;
    this.#connections = new Connections(engine, this.#tasks, this.#waiting);
    this.#recorder = new Recorder(RUN_START_MS);
    this.#turns = new Turns({
      tasks: this.#tasks,
      waiting: this.#waiting,
      connections: this.#connections,
      schedule: options.schedule,
      recorder: this.#recorder,
    });
    const { seed, watch } = options;
    const stepCount = (): number => this.#recorder.steps.length;
    this.#state = createRunState(seed, () => engine.nowMs(), stepCount, watch);
    const observer = queryable((statement) => engine.observe(statement));
    this.#judge = new Judge(race, options.data, observer, this.#state, watch);
  }

  async play(): Promise<RunResult> {
    const { seed } = this.#options;
    await this.#engine.install(this.#race.schema);
    await this.#engine.startRun({
      seed,
      startMs: RUN_START_MS,
      chooseVictim: (members) => this.#turns.chooseVictim(members),
      onCommit: (session) =>
        this.#judge.atCommit(this.#connections.actorOf(session), this.#recorder.steps.length + 1),
      watchRows: this.#options.watch !== undefined,
    });
    await this.#setUp();
    await this.#startActors();
    await this.#hold();
    while (await this.#step()) await this.#hold();
    if (this.#recorder.steps.length >= MAX_STEPS) this.#judge.reachedBound(MAX_STEPS);
    else if (!this.#judge.isStuck) this.#judge.atEnd(this.#recorder.steps.length);
    this.#options.watch?.({ kind: "finished", state: this.#judge.committed });
    return tellRun(this.#race, this.#options, this.#state.history, this.#recorder, this.#judge.violations);
  }

  /** The race's setup runs in one transaction of its own, unobserved. */
  async #setUp(): Promise<void> {
    const session = "setup";
    await this.#engine.open(session);
    const image = await this.#judge.inRaceCode("setup", () =>
      setUp(this.#engine, session, this.#race.schema, (db) =>
        this.#race.setup(db, this.#options.data, new Date(RUN_START_MS)),
      ),
    );
    await this.#judge.begin(image);
  }

  async #startActors(): Promise<void> {
    const actors = this.#judge.inRaceCodeSync("actors", () => this.#race.actors(this.#options.data));
    for (const [name, actor] of Object.entries(actors)) {
      await this.#engine.open(name);
      const task = new ActorTask(name);
      this.#tasks.push(task);
      const scope = { actor: task, connections: this.#connections, nowMs: this.#state.nowMs };
      task.start(() => inActorScope(scope, () => actor(actorContext(task, this.#state))));
    }
    for (const task of Array.from(this.#tasks)) await this.#goOn(task);
  }

  /** One step; false when nobody is left or the bound is reached. */
  async #step(): Promise<boolean> {
    if (this.#recorder.steps.length >= MAX_STEPS) return false;
    const turn = this.#turns.next();
    if (turn === undefined) {
      if (this.#waiting.size === 0 && this.#connections.waiting.size === 0) return false;
      if (this.#connections.inUse)
        return this.#judge.stuck(this.#connections.waits(), this.#recorder.steps.length);
      throw new SwitchyardError("harness", "Every session waits and nobody can go on.", "Report the token.");
    }
    await this.#makeStep(turn);
    return true;
  }

  #makeStep({ task, enabled, preemption }: Turn): Promise<void> {
    const operation = this.#state.openOperations.get(task.actor.name)?.name;
    const begin = { session: task.name, operation, enabled, preemption };
    if (this.#options.clock !== "still") this.#engine.advanceTo(this.#engine.nowMs() + STEP_MS);
    const waiting = this.#waiting.get(task.name);
    if (waiting) return this.#expire(task, waiting, begin);
    const connecting = this.#connections.waiting.get(task);
    if (connecting) return this.#expireConnect(task, connecting, begin);
    const request = task.requests.shift() as Request;
    if (request.kind === "statement") return this.#execute(task, request, begin);
    if (request.kind === "connect") return this.#connect(task, request, begin);
    if (request.kind === "disconnect") return this.#disconnect(task, request, begin);
    return this.#passTime(task, request, begin);
  }

  /** The statement with which `task` waits times out. */
  async #expire(task: Lane, waiting: StatementRequest, begin: StepBegin): Promise<void> {
    const { text } = waiting.statement;
    this.#moveClock(this.#connections.timeoutAt(task) ?? 0);
    const timeMs = this.#engine.nowMs();
    const move = await this.#connections.expire(task, waiting);
    this.#noteMove(task, text, move);
    this.#recorder.step(begin, timeMs, { kind: "timeout", text }, move, this.#waitingText);
    this.#waiting.delete(task.name);
    settle(waiting, move.outcome);
    await this.#settleAll(task, move);
  }

  /** `task` wakes from its sleep, or has waited for everybody else to finish. */
  async #passTime(
    task: Lane,
    request: Request & { readonly kind: "sleep" | "after-others" },
    begin: StepBegin,
  ): Promise<void> {
    if (request.kind === "sleep") this.#moveClock(request.untilMs);
    else this.#options.watch?.({ kind: "joined" });
    const durationMs = request.kind === "sleep" ? request.durationMs : 0;
    this.#recorder.sleep(begin, this.#engine.nowMs(), durationMs);
    request.resolve();
    await this.#goOn(task);
  }

  async #execute(task: Lane, request: StatementRequest, begin: StepBegin): Promise<void> {
    const timeMs = this.#engine.nowMs();
    const { text, values } = request.statement;
    const move = await this.#connections.execute(task, request);
    this.#noteMove(task, text, move);
    if (this.#engine.nowMs() > timeMs) this.#options.watch?.({ kind: "clock-moved" });
    const plainValues = values === undefined ? NO_VALUES : toPlain(values);
    const action = { kind: "statement", text, values: plainValues } as const;
    this.#recorder.step(begin, timeMs, action, move, this.#waitingText);
    noteTransaction(this.#inTransaction, sessionOf(task, request), text, move.outcome);
    if (move.outcome.kind === "waiting") this.#waiting.set(task.name, request);
    else settle(request, move.outcome);
    await this.#settleAll(task, move);
  }

  /** A pool gives `task` a connection, or lets it wait for one. */
  async #connect(task: Lane, request: ConnectRequest, begin: StepBegin): Promise<void> {
    const outcome = this.#connections.ask(task, request);
    this.#recorder.connect(begin, this.#engine.nowMs(), outcome);
    this.#dependOnAll();
    request.resolve();
    await this.#goOn(task);
  }

  /** `task` has waited for a connection as long as it wanted to. */
  async #expireConnect(task: Lane, wait: ConnectionWait, begin: StepBegin): Promise<void> {
    this.#moveClock(wait.untilMs ?? 0);
    this.#recorder.connect(begin, this.#engine.nowMs(), NOT_CONNECTED);
    wait.request.expire();
    await this.#goOn(task);
  }

  /** A connection is closed; Postgres rolls back what was open on it. */
  async #disconnect(task: Lane, request: DisconnectRequest, begin: StepBegin): Promise<void> {
    const timeMs = this.#engine.nowMs();
    const move = this.#connections.named(await this.#engine.disconnect(request.session));
    this.#inTransaction.delete(request.session);
    this.#noteMove(task, "rollback", move);
    const action = { kind: "connection", text: "disconnect" } as const;
    this.#recorder.step(begin, timeMs, action, move, this.#waitingText);
    request.resolve();
    await this.#settleAll(task, move);
  }

  /** Who asks a pool for a connection, and when, concerns everybody: such steps are never taken for independent. */
  #dependOnAll(): void {
    this.#options.watch?.({ kind: "clock-moved" });
  }

  /** A sleep or a timeout: the clock is at least at `untilMs` now. */
  #moveClock(untilMs: number): void {
    const moves = untilMs > this.#engine.nowMs();
    this.#engine.advanceTo(untilMs);
    this.#options.watch?.({ kind: moves ? "clock-moved" : "clock-read" });
  }

  #noteMove(task: Lane, text: string, move: Move): void {
    const { watch } = this.#options;
    if (watch === undefined) return;
    if (this.#connections.inUse) this.#dependOnAll();
    else if (move.outcome.kind === "waiting" && this.#engine.timeoutAt(task.name) !== undefined)
      watch({ kind: "clock-read" });
    watch({ kind: "move", session: task.name, text, move });
  }

  /** Text of the statement with which a session waits. */
  readonly #waitingText = (session: string): string | undefined => this.#waiting.get(session)?.statement.text;

  /** Hands out what the move settled, and lets every actor that got something go on to its next request. */
  async #settleAll(stepped: Lane, move: Move): Promise<void> {
    if (move.settled.length === 0) return await this.#goOn(stepped);
    const moved = new Set<Lane>([stepped]);
    for (const { session, outcome } of move.settled) {
      const request = this.#waiting.get(session);
      const task = this.#tasks.find(({ name }) => name === session);
      if (!request || !task || outcome.kind === "waiting") continue;
      this.#waiting.delete(session);
      noteTransaction(this.#inTransaction, sessionOf(task, request), request.statement.text, outcome);
      settle(request, outcome);
      moved.add(task);
    }
    for (const task of Array.from(this.#tasks)) if (moved.has(task)) await this.#goOn(task);
  }

  async #goOn({ actor }: Lane): Promise<void> {
    if (this.#waiting.has(actor.name) && actor.lanes.length === 1) return;
    await actor.settle(this.#connections);
    const { length } = actor.lanes;
    for (let at = 0; at < length; at += 1) {
      const lane = actor.lanes[at] as Lane;
      const begin = this.#beginOf(lane);
      if (begin) await this.#passBegin(lane, begin);
    }
    if (actor.finished) await this.#afterActor(actor);
    for (const lane of this.#connections.takeGranted()) await this.#goOnConnected(lane, actor);
  }

  /** `lane` had waited for a connection, which `actor` has given back. */
  async #goOnConnected(lane: Lane, { name: wokenBy }: ActorTask): Promise<void> {
    this.#recorder.connected(lane.name, wokenBy);
    await this.#goOn(lane);
  }

  /** The BEGIN that `task` wants to be run next, if it is one. */
  #beginOf(task: Lane): StatementRequest | undefined {
    const request = task.requests[0];
    if (request?.kind !== "statement" || !isBegin(request.statement.text)) return undefined;
    if (this.#waiting.has(task.name) || this.#inTransaction.has(sessionOf(task, request))) return undefined;
    return request;
  }

  /** BEGIN takes no lock and no snapshot: it is no step of its own, but goes with the statement after it. */
  async #passBegin(task: Lane, request: StatementRequest): Promise<void> {
    task.requests.shift();
    const move = await this.#connections.execute(task, request);
    const { text } = request.statement;
    this.#noteMove(task, text, move);
    noteTransaction(this.#inTransaction, sessionOf(task, request), text, move.outcome);
    settle(request, move.outcome);
    await task.actor.settle(this.#connections);
  }

  /** An actor that has finished gives its session back: what it left open is rolled back. */
  async #afterActor(task: ActorTask): Promise<void> {
    if (task.lanes.some(({ requests }) => requests.length > 0)) return;
    if (task.failure) {
      const { error } = task.failure;
      if (error instanceof SwitchyardError) throw error;
      this.#judge.actorFailed(task.name, error, this.#recorder.steps.length);
    }
    if (!this.#inTransaction.has(task.name)) return;
    await this.#hold();
    if (!this.#inTransaction.delete(task.name)) return;
    const text = "rollback";
    const timeMs = this.#engine.nowMs();
    const move = this.#connections.named(await this.#engine.execute(task.name, { text }));
    this.#noteMove(task, text, move);
    const action = { kind: "statement", text, values: [] } as const;
    const begin = { session: task.name, operation: undefined, enabled: [], preemption: false };
    this.#recorder.step(begin, timeMs, action, move, this.#waitingText);
    await this.#settleAll(task, move);
  }

  /** Shows the run to whoever wants to see it, or to step in. */
  async #hold(): Promise<void> {
    const { onStep } = this.#options;
    if (onStep === undefined) return;
    const { steps } = this.#recorder;
    const run = { steps, violations: this.#judge.violations, lanes: this.#tasks, waiting: this.#waiting };
    const makeStep = (task: Lane): Promise<void> => this.#makeStep({ task, enabled: [], preemption: false });
    await onStep(heldRun({ ...run, connections: this.#connections, makeStep }));
  }
}

function settle(request: StatementRequest, outcome: Outcome): void {
  if (outcome.kind === "done") request.resolve(outcome.result);
  else if (outcome.kind === "failed") request.reject(outcome.error);
}
