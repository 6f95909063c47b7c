/**
 * Several backends of one Postgres server in one WebAssembly memory.
 *
 * They share what processes of a server share (buffers, locks, the array of processes) and, unlike processes, the C heap.
 * Only one of them is "in place" at a time: its statics are. Its statement runs on a lane; if it sleeps, its stack stays
 * there, its statics are put aside, and another backend runs.
 */
import { SwitchyardError } from "../../switchyard-error.ts";
import { proveProgram } from "../proofs/program-facts.ts";
import { LATCH, PGPROC, PROCESS_ID, SIGNAL_ACTIONS } from "../build-facts.ts";
import { bootNext, FirstBoot } from "./boot-next.ts";
import { Lane, type LaneStep } from "./lane.ts";
import { MAILBOX } from "./lane-protocol.ts";
import { machineDoors } from "./machine-doors.ts";
import { MainInstance } from "./main-instance.ts";
import { loadProgram } from "./program.ts";
import type { SharedClock } from "./shared-clock.ts";
import type { ServerMemory } from "./server-memory.ts";
import { programStatics, Statics, type AddressRange, type StaticsImage } from "./statics.ts";

/** What the backends start from. */
export interface BackendsStart {
  /** The data directory, a tar archive that is all of its buffer. */
  readonly image: Uint8Array<ArrayBuffer>;
  readonly settings: Readonly<Record<string, string>>;
  /** PGlite's own parameters. */
  readonly defaultParams: readonly string[];
  readonly randomByte: () => number;
  readonly clock: SharedClock;
  /** See turn-bound.ts. */
  readonly turnBoundMs: number;
}

/** One backend. */
export interface Backend {
  readonly pid: number;
  /** Address of its PGPROC. */
  readonly proc: number;
  readonly image: StaticsImage;
  /** The lane on which its statement sleeps. */
  lane: Lane | undefined;
}

/** The backends of one server. */
export class Backends {
  readonly main: MainInstance;
  readonly #statics: Statics;
  readonly #serverMemory: ServerMemory;
  readonly #params: string[];
  readonly #clock: SharedClock;
  readonly #all: Backend[] = [];
  readonly #lanes: Lane[] = [];
  #inPlace: Backend;
  /** Why the server cannot be used any more: a backend ended by itself, or left its work in the middle. */
  #lost: unknown;

  static async open(start: BackendsStart): Promise<Backends> {
    const { image, settings, defaultParams, randomByte, clock, turnBoundMs } = start;
    const main = new MainInstance(await loadProgram(), machineDoors(clock, randomByte), turnBoundMs);
    const statics = new Statics(main.memory, (bytes) => main.allocate(bytes));
    const params = [
      ...defaultParams,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ];
    const first = new FirstBoot(main, FIRST_PID);
    await main.boot(image, params);
    proveProgram(main);
    for (const range of programStatics(main)) statics.add(range);
    for (const { memoryBase, memorySize } of main.libraries)
      statics.add({ start: memoryBase, end: memoryBase + memorySize });
    return new Backends(main, statics, first.memory, params, clock);
  }

  private constructor(
    main: MainInstance,
    statics: Statics,
    serverMemory: ServerMemory,
    params: string[],
    clock: SharedClock,
  ) {
    this.main = main;
    this.#statics = statics;
    this.#serverMemory = serverMemory;
    this.#params = params;
    this.#clock = clock;
    statics.begin();
    this.#inPlace = this.#adopt(FIRST_PID);
    this.#lanes.push(new Lane(main, clock.buffer));
  }

  /** The first backend, which booted the server. */
  get first(): Backend {
    return this.#all[0] as Backend;
  }

  /** The server's shared memory. */
  get segment(): { readonly start: number; readonly length: number } {
    return this.#serverMemory.parts[0] as { readonly start: number; readonly length: number };
  }

  /** Boots one more. @throws SwitchyardError "harness" beyond MAX_BACKENDS */
  boot(): Backend {
    if (this.#all.length >= MAX_BACKENDS) throw tooMany();
    this.#statics.save(this.#inPlace.image);
    const pid = FIRST_PID + this.#all.length;
    bootNext(this.main, this.#serverMemory, this.#params, pid);
    this.#inPlace = this.#adopt(pid);
    this.learn();
    return this.#inPlace;
  }

  /** Puts the statics of `backend` in place. */
  use(backend: Backend): void {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#inPlace === backend) return;
    this.#statics.save(this.#inPlace.image);
    this.#statics.load(backend.image);
    this.#inPlace = backend;
  }

  /** Where the static at `address`, one that `expect` was told of, is kept for `backend` now: in place, or in its image. */
  addressFor(backend: Backend, address: number): number {
    return backend === this.#inPlace ? address : this.#statics.addressIn(backend.image, address);
  }

  /** Runs messages that cannot make `backend` wait, on the main thread. The answer is good until the next one. */
  runHere(backend: Backend, messages: Uint8Array): Buffer {
    this.use(backend);
    return this.#orLost(() => this.main.pump(messages));
  }

  /** Runs messages on a lane, until they are done or `backend` sleeps. */
  run(backend: Backend, messages: Uint8Array): LaneStep {
    this.use(backend);
    if (messages.length > MAILBOX.input) throw tooLong(messages.length);
    const lane = this.#freeLane();
    return this.#after(backend, lane, () => lane.start(messages));
  }

  /** Lets the sleeping statement of `backend` go on: it looks at its latch, and sleeps again if there is nothing for it. */
  wake(backend: Backend): LaneStep {
    const { lane } = backend;
    if (!lane)
      throw new SwitchyardError("harness", "A backend was woken that does not sleep.", "Report the token.");
    this.use(backend);
    return this.#after(backend, lane, () => lane.resume());
  }

  /** Whether somebody has set the latch of a sleeping backend, or granted the lock that it sleeps for. */
  hasNews({ proc, lane }: Backend): boolean {
    if (!lane) return false;
    const { memory } = this.main;
    const waitsForLock = memory.u32(proc + PGPROC.waitLock) !== 0;
    return (
      memory.u32(proc + PGPROC.latch + LATCH.isSet) !== 0 ||
      (waitsForLock && !isWaiting(memory.u32(proc + PGPROC.waitStatus)))
    );
  }

  /** Lets the timers of a backend that are due at `nowUs` fire. */
  fireTimers(backend: Backend, nowUs: number): void {
    this.use(backend);
    const present = this.#clock.nowUs;
    this.#clock.set(nowUs);
    // A signal handler of Postgres does nothing in a process that is not its own.
    const { memory } = this.main;
    const ownPid = this.main.addressOf("MyProcPid");
    memory.setU32(ownPid, PROCESS_ID);
    this.main.call("_emscripten_timeout")(0, nowUs / 1000);
    memory.setU32(ownPid, backend.pid);
    this.#clock.set(present);
  }

  /** Lets a backend notice what others have signalled (notifications), which it looks at when it is idle next. */
  deliverSignals(backend: Backend): void {
    this.use(backend);
    const { memory } = this.main;
    const { start, size, userSignal1 } = SIGNAL_ACTIONS;
    const handler = this.main.tableEntry(memory.u32(start + size * userSignal1));
    const ownPid = this.main.addressOf("MyProcPid");
    memory.setU32(ownPid, PROCESS_ID);
    handler(userSignal1);
    memory.setU32(ownPid, backend.pid);
  }

  /** Cancels the statement of a sleeping backend, as pg_cancel_backend does. */
  cancel(backend: Backend): LaneStep {
    this.use(backend);
    this.main.memory.setU32(this.main.addressOf("QueryCancelPending"), 1);
    this.main.memory.setU32(this.main.addressOf("InterruptPending"), 1);
    return this.wake(backend);
  }

  /** Looks for statics that changed for the first time; to be called after a statement of a new kind. */
  learn(): void {
    this.#statics.learn(this.#imagesNotInPlace());
  }

  /** Like `learn` for the next part of the statics, for moments that come often. */
  learnPart(): void {
    this.#statics.learnPart(this.#imagesNotInPlace());
  }

  /** Counts a range of addresses among the statics that change. */
  expect(range: AddressRange): void {
    this.#statics.expect(range);
  }

  async close(): Promise<void> {
    this.#lost ??= closed();
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #adopt(pid: number): Backend {
    const { main } = this;
    const proc = main.memory.u32(main.addressOf("MyProc"));
    const backend = { pid, proc, image: this.#statics.captureAll(), lane: undefined };
    this.#all.push(backend);
    return backend;
  }

  #imagesNotInPlace(): StaticsImage[] {
    return this.#all.filter((backend) => backend !== this.#inPlace).map(({ image }) => image);
  }

  #freeLane(): Lane {
    let lane = this.#lanes.find(({ busy }) => !busy);
    if (!lane) this.#lanes.push((lane = new Lane(this.main, this.#clock.buffer)));
    return lane;
  }

  /** Whatever is thrown in the middle of a backend's work leaves the memory that all share as it is. */
  #orLost<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      this.#lost = lost(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #after(backend: Backend, lane: Lane, go: () => LaneStep): LaneStep {
    const step = this.#orLost(go);
    if (step.kind === "ended") this.#lost = lost(step.told);
    backend.lane = step.kind === "asleep" ? lane : undefined;
    return step;
  }
}

/** Process id of the first backend; the others count on. */
const FIRST_PID = PROCESS_ID + 1;

/** Backends at most, the harness's own included; the server's max_connections leaves room for them. */
const MAX_BACKENDS = 110;

/** PROC_WAIT_STATUS_WAITING. */
const WAITING = 1;

function isWaiting(status: number): boolean {
  return status === WAITING;
}

function tooMany(): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `The in-process Postgres serves ${MAX_BACKENDS - 1} sessions at once, not more.`,
    "Let the race open fewer sessions, or run it with --engine postgres.",
  );
}

function tooLong(bytes: number): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `A statement with its values takes ${bytes} bytes; the in-process Postgres takes ${MAILBOX.input}.`,
    "Make it smaller, or run the race with --engine postgres.",
  );
}

function closed(): SwitchyardError {
  return new SwitchyardError(
    "harness",
    "The in-process Postgres is asked for something after it was closed.",
    "Close an engine when nothing runs on it any more.",
  );
}

function lost(why: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `The in-process Postgres cannot be used any more since this happened: ${why.split("\n", 1)[0]}`,
    "Close the engine and open another one.",
  );
}
