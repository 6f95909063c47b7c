/**
 * Looks at the committed state after every commit and at the end, and collects the promises that do not hold.
 */
import type { TableImage } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Violation } from "../trace/trace.ts";
import type { Invariant, OperationRecord, Queryable, Race, View } from "./race.ts";
import type { RunState } from "./run-state.ts";
import type { RunWatch } from "./watch.ts";
import { watchedOperation } from "./watched-history.ts";

/** The judge of one run. */
export class Judge {
  /** The first violation of each invariant, in the order in which they were found. */
  readonly violations: Violation[] = [];
  readonly #race: Race<any, any>;
  readonly #data: unknown;
  readonly #observer: Queryable;
  readonly #run: RunState;
  readonly #watch: RunWatch | undefined;
  #committed: unknown;
  #started = false;

  constructor(race: Race<any, any>, data: unknown, observer: Queryable, run: RunState, watch?: RunWatch) {
    this.#race = race;
    this.#data = data;
    this.#observer = observer;
    this.#run = run;
    this.#watch = watch;
  }

  /** The committed state, as the race observed it last. */
  get committed(): unknown {
    return this.#committed;
  }

  /** Reads the state that the setup left; what was read of the same `image` of the tables is known. */
  async begin(image: TableImage | undefined): Promise<void> {
    const known = image === undefined ? undefined : statesOf(image);
    this.#committed = known?.get(this.#race.observe) ?? (await this.#observe());
    known?.set(this.#race.observe, this.#committed);
    this.#started = true;
  }

  /** Checks the invariants after a commit of `actor` in step `step`. */
  async atCommit(actor: string, step: number): Promise<void> {
    if (!this.#started) return;
    const before = this.#committed;
    this.#committed = await this.#observe();
    const open = this.#run.openOperations.get(actor);
    const operation = open && this.#watch ? watchedOperation(open, this.#watch) : open;
    this.#check(this.#race.invariants, before, actor, operation, step);
  }

  /** Checks what must hold when everybody has finished. */
  atEnd(step: number): void {
    this.#check([...this.#race.atEnd, this.#race.liveness], this.#committed, undefined, undefined, step);
  }

  /** An actor let an error escape. */
  actorFailed(actor: string, error: unknown, step: number): void {
    this.#add("actor", "No actor fails.", `Actor "${actor}" failed: ${messageOf(error)}.`, step);
  }

  /** Whether the run ended because nobody could go on. */
  get isStuck(): boolean {
    return this.violations.some(({ invariant }) => invariant === "stuck");
  }

  /** Nobody can go on, and the database lets nobody go on: `waits` says who waits for what. Returns false. */
  stuck(waits: string, step: number): false {
    this.#add("stuck", "Somebody can always go on.", `Nobody can: ${waits}.`, step);
    return false;
  }

  /** The run was given up. */
  reachedBound(maxSteps: number): void {
    const message = `The run was given up after ${maxSteps} steps; look for an actor that repeats for ever.`;
    this.#add("step-bound", `A run ends within ${maxSteps} steps.`, message, maxSteps);
  }

  /** Runs the race's own code; what it throws becomes a SwitchyardError "race". */
  async inRaceCode<Result>(what: string, body: () => Promise<Result>): Promise<Result> {
    try {
      return await body();
    } catch (error) {
      throw this.#raceError(what, error);
    }
  }

  /** Like `inRaceCode`, for code that does not wait. */
  inRaceCodeSync<Result>(what: string, body: () => Result): Result {
    try {
      return body();
    } catch (error) {
      throw this.#raceError(what, error);
    }
  }

  #raceError(what: string, error: unknown): SwitchyardError {
    if (error instanceof SwitchyardError) return error;
    return new SwitchyardError(
      "race",
      `The race "${this.#race.name}" fails in its ${what}: ${messageOf(error)}.`,
      `Correct the ${what} of the race.`,
      { cause: error },
    );
  }

  #history(): readonly OperationRecord[] {
    const { history } = this.#run;
    const watch = this.#watch;
    return watch === undefined ? history : history.map((record) => watchedOperation(record, watch));
  }

  #observe(): Promise<unknown> {
    return this.inRaceCode("observe", () => this.#race.observe(this.#observer));
  }

  #check(
    invariants: readonly Invariant<any, any>[],
    before: unknown,
    actor: string | undefined,
    operation: OperationRecord | undefined,
    step: number,
  ): void {
    const view: View<unknown, unknown> = {
      before,
      actor,
      operation,
      step,
      data: this.#data,
      after: this.#committed,
      nowMs: this.#run.nowMs(),
      history: this.#history(),
    };
    for (const { name, promise, check } of invariants) {
      let message: string | undefined;
      try {
        message = check(view);
      } catch (error) {
        throw this.#raceError(`invariant ${name}`, error);
      }
      if (message !== undefined) this.#add(name, promise, message, step);
    }
  }

  #add(invariant: string, promise: string, message: string, step: number): void {
    if (this.violations.some((known) => known.invariant === invariant)) return;
    this.violations.push({ invariant, promise, message, step });
  }
}

const statesByImage = new WeakMap<TableImage, Map<Observe, unknown>>();

/** States that were read of tables, by who read them. */
function statesOf(image: TableImage): Map<Observe, unknown> {
  let states = statesByImage.get(image);
  if (states === undefined) statesByImage.set(image, (states = new Map()));
  return states;
}

type Observe = Race<any, any>["observe"];

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
