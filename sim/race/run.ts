/**
 * Runs a race once under a schedule: lets one actor go from one statement to the next, looks at every commit, and keeps
 * the trace.
 */
import type { Engine, Move, Outcome } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { toPlain } from "../trace/canonical-json.ts";
import { runHash } from "../trace/run-hash.ts";
import type { RunResult } from "../trace/trace.ts";
import { actorContext, queryable, type RunState } from "./actor-context.ts";
import { ActorTask, type Request } from "./actor-task.ts";
import { heldSession, type OnStep } from "./held-run.ts";
import { Judge } from "./judge.ts";
import type { OperationRecord, Race } from "./race.ts";
import type { Scheduler } from "./scheduler.ts";
import { Recorder, type StepBegin } from "./recorder.ts";
import { setUp } from "./set-up.ts";
import type { RunWatch } from "./watch.ts";

/** How to run. */
export interface RunOptions {
  /** 32-bit seed of all randomness in the run. */
  readonly seed: number;
  /** What the race varies on, plain JSON data. */
  readonly data: unknown;
  /** Runs the race's mutant of this number in place of the reference. */
  readonly mutant?: number | undefined;
  readonly schedule: Scheduler;
  /**
   * "steps" (default): every step takes a millisecond. "still": only sleeps and timeouts move the clock, so that steps which have
   * nothing to do with each other give the same in either order.
   */
  readonly clock?: "steps" | "still" | undefined;
  /** Is told what each step touches, if the engine can look at rows. */
  readonly watch?: RunWatch | undefined;
  /** Holds the run before its first step and after every step (see held-run.ts). */
  readonly onStep?: OnStep | undefined;
}

/** Steps after which a run is given up, with a violation "step-bound". */
export const MAX_STEPS = 1_000;

const NO_VALUES: readonly never[] = [];

const BEGIN = /^\s*(begin|start\s+transaction)\b/i;

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
  readonly #tasks: ActorTask[] = [];
  /** Statements that wait in the engine, by session. */
  readonly #waiting = new Map<string, Request & { readonly kind: "statement" }>();
  /** Sessions inside a transaction block. */
  readonly #inTransaction = new Set<string>();
  #current: string | undefined;

  constructor(engine: Engine, race: Race<any, any>, options: RunOptions) {
    this.#engine = engine;
    this.#race = race;
    this.#options = options;
    this.#recorder = new Recorder(RUN_START_MS);
    this.#state = {
      seed: options.seed,
      nowMs: () => engine.nowMs(),
      stepCount: () => this.#recorder.steps.length,
      history: [] as OperationRecord[],
      openOperations: new Map(),
    };
    const observer = queryable((statement) => engine.observe(statement));
    const { watch } = options;
    if (watch !== undefined) watchState(this.#state, watch);
    this.#judge = new Judge(race, options.data, observer, this.#state, watch);
  }

  async play(): Promise<RunResult> {
    const { seed } = this.#options;
    await this.#engine.install(this.#race.schema);
    await this.#engine.startRun({
      seed,
      startMs: RUN_START_MS,
      chooseVictim: (members) => this.#chooseVictim(members),
      onCommit: (session) => this.#judge.atCommit(session, this.#recorder.steps.length + 1),
      watchRows: this.#options.watch !== undefined,
    });
    await this.#setUp();
    await this.#startActors();
    await this.#hold();
    while (await this.#step()) await this.#hold();
    if (this.#recorder.steps.length >= MAX_STEPS) this.#judge.reachedBound(MAX_STEPS);
    else this.#judge.atEnd(this.#recorder.steps.length);
    this.#options.watch?.({ kind: "finished", state: this.#judge.committed });
    return this.#result();
  }

  /** The race's setup runs in one transaction of its own, unobserved. */
  async #setUp(): Promise<void> {
    const session = "setup";
    await this.#engine.open(session);
    await this.#judge.inRaceCode("setup", () =>
      setUp(this.#engine, session, this.#race.schema, (db) =>
        this.#race.setup(db, this.#options.data, new Date(RUN_START_MS)),
      ),
    );
    await this.#judge.begin();
  }

  async #startActors(): Promise<void> {
    const actors = this.#judge.inRaceCodeSync("actors", () => this.#race.actors(this.#options.data));
    for (const [name, actor] of Object.entries(actors)) {
      await this.#engine.open(name);
      const task = new ActorTask(name);
      this.#tasks.push(task);
      task.start(() => actor(actorContext(task, this.#state)));
    }
    for (const task of this.#tasks) await this.#goOn(task);
  }

  /** One step; false when nobody is left or the bound is reached. */
  async #step(): Promise<boolean> {
    if (this.#recorder.steps.length >= MAX_STEPS) return false;
    const choice = this.#enabled();
    if (choice.length === 0) {
      if (this.#waiting.size === 0) return false;
      throw new SwitchyardError("harness", "Every session waits and nobody can go on.", "Report the token.");
    }
    const enabled = choice.map(({ name }) => name);
    const pending = choice.map((task) => this.#pendingText(task));
    const index = this.#options.schedule.next({ current: this.#current, enabled, pending, kind: "step" });
    const task = choice[index % choice.length] as ActorTask;
    const left = choice[0];
    const preemption =
      left !== task && left?.name === this.#current && left?.requests[0]?.kind === "statement";
    this.#recorder.take(task.name);
    this.#current = task.name;
    await this.#makeStep(task, enabled, preemption);
    return true;
  }

  async #makeStep(task: ActorTask, enabled: readonly string[], preemption: boolean): Promise<void> {
    const operation = this.#state.openOperations.get(task.name)?.name;
    const begin = (timeMs: number): StepBegin => ({
      session: task.name,
      operation,
      enabled,
      preemption,
      timeMs,
    });
    if (this.#options.clock !== "still") this.#engine.advanceTo(this.#engine.nowMs() + STEP_MS);
    const waiting = this.#waiting.get(task.name);
    if (waiting) {
      this.#moveClock(this.#engine.timeoutAt(task.name) ?? 0);
      const timeMs = this.#engine.nowMs();
      const move = await this.#engine.expire(task.name);
      this.#noteMove(task.name, waiting.statement.text, move);
      const action = { kind: "timeout", text: waiting.statement.text } as const;
      this.#recorder.step(begin(timeMs), action, move, this.#waitingText);
      this.#waiting.delete(task.name);
      settle(waiting, move.outcome);
      await this.#settleAll(task, move);
      return;
    }
    const request = task.requests.shift() as Request;
    if (request.kind !== "statement") {
      if (request.kind === "sleep") this.#moveClock(request.untilMs);
      else this.#options.watch?.({ kind: "joined" });
      const durationMs = request.kind === "sleep" ? request.durationMs : 0;
      this.#recorder.sleep(begin(this.#engine.nowMs()), durationMs);
      request.resolve();
      await this.#goOn(task);
      return;
    }
    const timeMs = this.#engine.nowMs();
    const { statement } = request;
    const move = await this.#engine.execute(task.name, statement);
    this.#noteMove(task.name, statement.text, move);
    if (this.#engine.nowMs() > timeMs) this.#options.watch?.({ kind: "clock-moved" });
    const action = {
      kind: "statement",
      text: statement.text,
      values: statement.values === undefined ? NO_VALUES : toPlain(statement.values),
    } as const;
    this.#recorder.step(begin(timeMs), action, move, this.#waitingText);
    this.#noteTransaction(task.name, move.outcome);
    if (move.outcome.kind === "waiting") this.#waiting.set(task.name, request);
    else settle(request, move.outcome);
    await this.#settleAll(task, move);
  }

  /** A sleep or a timeout: the clock is at least at `untilMs` now. */
  #moveClock(untilMs: number): void {
    const moves = untilMs > this.#engine.nowMs();
    this.#engine.advanceTo(untilMs);
    this.#options.watch?.({ kind: moves ? "clock-moved" : "clock-read" });
  }

  #noteMove(session: string, text: string, move: Move): void {
    const { watch } = this.#options;
    if (watch === undefined) return;
    if (move.outcome.kind === "waiting" && this.#engine.timeoutAt(session) !== undefined)
      watch({ kind: "clock-read" });
    watch({ kind: "move", session, text, move });
  }

  /** Text of the statement with which a session waits. */
  readonly #waitingText = (session: string): string | undefined => this.#waiting.get(session)?.statement.text;

  /** Hands out what the move settled, and lets every actor that got something go on to its next request. */
  async #settleAll(stepped: ActorTask, move: Move): Promise<void> {
    if (move.settled.length === 0) return await this.#goOn(stepped);
    const moved = new Set<ActorTask>([stepped]);
    for (const { session, outcome } of move.settled) {
      const request = this.#waiting.get(session);
      const task = this.#tasks.find(({ name }) => name === session);
      if (!request || !task || outcome.kind === "waiting") continue;
      this.#waiting.delete(session);
      this.#noteTransaction(session, outcome);
      settle(request, outcome);
      moved.add(task);
    }
    for (const task of this.#tasks) if (moved.has(task)) await this.#goOn(task);
  }

  async #goOn(task: ActorTask): Promise<void> {
    if (this.#waiting.has(task.name)) return;
    await task.settle();
    await this.#passBegin(task);
    await this.#afterActor(task);
  }

  /** BEGIN takes no lock and no snapshot: it is no step of its own, but goes with the statement after it. */
  async #passBegin(task: ActorTask): Promise<void> {
    const request = task.requests[0];
    if (request?.kind !== "statement" || !BEGIN.test(request.statement.text)) return;
    if (this.#inTransaction.has(task.name)) return;
    task.requests.shift();
    const move = await this.#engine.execute(task.name, request.statement);
    const { outcome } = move;
    this.#noteMove(task.name, request.statement.text, move);
    this.#noteTransaction(task.name, outcome);
    settle(request, outcome);
    await task.settle();
  }

  /** An actor that has finished gives its session back: what it left open is rolled back. */
  async #afterActor(task: ActorTask): Promise<void> {
    if (!task.finished || task.requests.length > 0) return;
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
    const move = await this.#engine.execute(task.name, { text });
    this.#noteMove(task.name, text, move);
    const action = { kind: "statement", text, values: [] } as const;
    const begin = { session: task.name, operation: undefined, enabled: [], preemption: false, timeMs };
    this.#recorder.step(begin, action, move, this.#waitingText);
    await this.#settleAll(task, move);
  }

  /**
   * Who can make the next step: the current session if it has a statement, the others that have one, those who sleep by
   * the time at which they wake, and those whose waiting statement can time out.
   */
  #enabled(): ActorTask[] {
    const ready: ActorTask[] = [];
    const sleeping: { readonly task: ActorTask; readonly untilMs: number }[] = [];
    const expiring: ActorTask[] = [];
    const last: ActorTask[] = [];
    for (const task of this.#tasks) {
      const request = task.requests[0];
      if (this.#waiting.has(task.name)) {
        if (this.#engine.timeoutAt(task.name) !== undefined) expiring.push(task);
      } else if (request?.kind === "sleep") sleeping.push({ task, untilMs: request.untilMs });
      else if (request?.kind === "after-others") last.push(task);
      else if (request && task.name === this.#current) ready.unshift(task);
      else if (request) ready.push(task);
    }
    sleeping.sort((a, b) => a.untilMs - b.untilMs);
    const others = [...ready, ...sleeping.map(({ task }) => task), ...expiring];
    return others.length > 0 || this.#waiting.size > 0 ? others : last;
  }

  /** Shows the run to whoever wants to see it, or to step in. */
  async #hold(): Promise<void> {
    const [tasks, waiting] = [this.#tasks, this.#waiting];
    await this.#options.onStep?.({
      steps: this.#recorder.steps,
      violations: this.#judge.violations,
      get sessions() {
        return tasks.map((task) => heldSession(task, waiting.has(task.name)));
      },
      execute: async (session, statement) => {
        const task = this.#tasks.find(({ name }) => name === session);
        if (task === undefined || this.#waiting.has(session))
          throw new SwitchyardError(
            "usage",
            `${session} cannot run a statement now.`,
            "Ask for the sessions.",
          );
        const ignore = (): void => {};
        task.requests.unshift({ kind: "statement", statement, resolve: ignore, reject: ignore });
        await this.#makeStep(task, [], false);
      },
    });
  }

  /** Text of the statement that is the actor's next step, if it is one. */
  #pendingText({ name, requests }: ActorTask): string | undefined {
    const request = this.#waiting.has(name) ? undefined : requests[0];
    return request?.kind === "statement" ? request.statement.text : undefined;
  }

  #chooseVictim(members: readonly string[]): number {
    const index = this.#options.schedule.next({ current: this.#current, enabled: members, kind: "victim" });
    this.#recorder.take(`!${members[index % members.length]}`);
    return index;
  }

  #noteTransaction(session: string, outcome: Outcome): void {
    if (outcome.kind !== "done") return;
    const { command } = outcome.result;
    if (command === "BEGIN" || command === "START") this.#inTransaction.add(session);
    if (command === "COMMIT" || command === "ROLLBACK") this.#noteEnd(session);
  }

  /** ROLLBACK is also the tag of ROLLBACK TO SAVEPOINT, after which the transaction is still open. */
  #noteEnd(session: string): void {
    const text = this.#recorder.steps.at(-1)?.action;
    const toSavepoint = text?.kind === "statement" && /^\s*rollback\b.*\bto\b/i.test(text.text);
    if (!toSavepoint) this.#inTransaction.delete(session);
  }

  #result(): RunResult {
    const { history } = this.#state;
    const told = {
      race: this.#race.name,
      mutant: this.#options.mutant,
      seed: this.#options.seed,
      ...(this.#options.clock === "still" ? { clock: this.#options.clock } : {}),
      data: toPlain(this.#options.data),
      steps: this.#recorder.steps,
      history,
      violations: this.#judge.violations,
      taken: this.#recorder.taken,
      ...this.#recorder.counts(),
      labels: history.flatMap((operation) =>
        operation.endStep === undefined ? [] : this.#race.labels(operation),
      ),
    };
    return { ...told, traceHash: runHash(told) };
  }
}

function settle(request: Request & { readonly kind: "statement" }, outcome: Outcome): void {
  if (outcome.kind === "done") request.resolve(outcome.result);
  else if (outcome.kind === "failed") request.reject(outcome.error);
}

/** Tells `watch` whenever time is read and whenever an operation ends. */
function watchState(state: Writable<RunState>, watch: RunWatch): void {
  const { nowMs } = state;
  state.nowMs = () => {
    watch({ kind: "clock-read" });
    return nowMs();
  };
  state.noteOperationEnd = ({ actor, beginStep }) => watch({ kind: "operation-ended", actor, beginStep });
}

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };
