/**
 * The main thread's side of a lane (lane.mjs): gives it statements, serves the imports that it asks for, and learns whether
 * the statement ended or sleeps.
 */
import { Worker } from "node:worker_threads";
import { startStopwatch } from "../../real-time.ts";
import { SwitchyardError } from "../../switchyard-error.ts";
import { LANE_BUILD } from "./lane-build.ts";
import {
  CLOCK,
  CONTROL,
  FILE_ENDS,
  HANDOVER,
  LANE_STACK_BYTES,
  MAILBOX,
  PULSE,
  WORD,
} from "./lane-protocol.ts";
import type { ImportFunction, MainInstance } from "./main-instance.ts";
import { tookTooLong, WORKED } from "./turn-bound.ts";

/** What became of a statement that was given to a lane. */
export type LaneStep =
  | { readonly kind: "done"; readonly reply: Buffer }
  | { readonly kind: "asleep"; readonly said: Buffer }
  | { readonly kind: "ended"; readonly told: string };

/** One lane. It is busy from the start of a statement until that is done. */
export class Lane {
  readonly #main: MainInstance;
  readonly #worker: Worker;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #numbers: Float64Array;
  readonly #bigints: BigInt64Array;
  readonly #input: Buffer;
  readonly #output: Buffer;
  readonly #imports: readonly ImportFunction[];
  #pieces: Buffer[] = [];
  #started = false;
  #failure: unknown;
  busy = false;

  /** Starts the thread, which makes its instance while this one goes on. */
  constructor(main: MainInstance, clock: SharedArrayBuffer) {
    this.#main = main;
    const control = new SharedArrayBuffer(CONTROL.size);
    const mailbox = new SharedArrayBuffer(MAILBOX.input + MAILBOX.output);
    this.#words = new Int32Array(control, CONTROL.words, CONTROL.wordCount);
    this.#numbers = new Float64Array(control, CONTROL.numbers, CONTROL.values);
    this.#bigints = new BigInt64Array(control, CONTROL.bigints, CONTROL.values);
    this.#input = Buffer.from(mailbox, 0, MAILBOX.input);
    this.#output = Buffer.from(mailbox, MAILBOX.input, MAILBOX.output);
    this.#imports = main.importList();
    const stack = main.allocate(LANE_STACK_BYTES);
    this.#worker = new Worker(new URL("./lane.mjs", import.meta.url), {
      execArgv: [],
      resourceLimits: { stackSizeMb: NATIVE_STACK_MB },
      workerData: {
        module: main.program.module,
        memory: main.memory.wasm,
        control,
        mailbox,
        clock,
        fileEnds: main.fileEnds.buffer,
        pulse: main.pulse,
        turnBoundMs: main.turnBoundMs,
        protocol: { WORD, HANDOVER, CONTROL, MAILBOX, CLOCK, FILE_ENDS, PULSE },
        build: LANE_BUILD,
        callbacks: main.callbacks,
        stackTop: stack + LANE_STACK_BYTES,
      },
    });
    this.#worker.on("error", (error) => (this.#failure = error));
    this.#worker.unref();
  }

  /** Runs one statement (MAILBOX.input bytes at most) of the backend whose statics are in place, until it ends or sleeps. */
  start(messages: Uint8Array): LaneStep {
    if (!this.#started) this.#awaitStart();
    this.#input.set(messages);
    this.#words[WORD.inputLength] = messages.length;
    this.busy = true;
    return this.resume();
  }

  /** Lets the statement that sleeps go on; the statics of its backend are in place. */
  resume(): LaneStep {
    const elapsedMs = startStopwatch();
    const { turnBoundMs } = this.#main;
    for (;;) {
      if (elapsedMs() > turnBoundMs) throw tookTooLong(WORKED, turnBoundMs);
      this.#update();
      switch (this.#handOver()) {
        case HANDOVER.call:
          this.#serve();
          break;
        case HANDOVER.outputFull:
          this.#takeOutput();
          break;
        case HANDOVER.asleep:
          return { kind: "asleep", said: Buffer.concat([...this.#pieces, this.#piece()]) };
        case HANDOVER.done:
          this.busy = false;
          return { kind: "done", reply: this.#takeAll() };
        default:
          this.busy = false;
          return { kind: "ended", told: this.#takeAll().toString() };
      }
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Gives the turn to the lane and waits until it comes back; returns why it did. */
  #handOver(): number {
    Atomics.store(this.#words, WORD.mainTurn, 0);
    Atomics.store(this.#words, WORD.laneTurn, 1);
    Atomics.notify(this.#words, WORD.laneTurn);
    return this.#await();
  }

  #await(): number {
    const { turnBoundMs } = this.#main;
    while (Atomics.load(this.#words, WORD.mainTurn) === 0) {
      if (Atomics.wait(this.#words, WORD.mainTurn, 0, turnBoundMs) !== "timed-out") continue;
      const what = this.#started ? WORKED : "A thread took to start";
      throw tookTooLong(what, turnBoundMs, this.#failure);
    }
    return this.#words[WORD.reason] as number;
  }

  #awaitStart(): void {
    if (this.#await() !== HANDOVER.ready) {
      throw notStarted(this.#takeAll().toString());
    }
    this.#started = true;
  }

  #serve(): void {
    const call = this.#imports[this.#words[WORD.importIndex] as number] as ImportFunction;
    const values = Array.from({ length: this.#words[WORD.argumentCount] as number }, (_, at) =>
      this.#words[WORD.isBigint + at] === 1 ? (this.#bigints[at] as bigint) : (this.#numbers[at] as number),
    );
    const result = call(...values) ?? 0;
    const isBigint = typeof result === "bigint";
    this.#words[WORD.isBigint] = isBigint ? 1 : 0;
    if (isBigint) this.#bigints[0] = result;
    else this.#numbers[0] = result;
  }

  #piece(): Buffer {
    return Buffer.from(this.#output.subarray(0, this.#words[WORD.outputLength]));
  }

  #takeOutput(): void {
    this.#pieces.push(this.#piece());
  }

  #takeAll(): Buffer {
    this.#takeOutput();
    const all = this.#pieces.length === 1 ? this.#pieces[0] : undefined;
    const reply = all ?? Buffer.concat(this.#pieces);
    this.#pieces = [];
    return reply;
  }

  /** Posts what the main instance has loaded since the lane was told last. */
  #update(): void {
    const update = this.#main.updateFor(this);
    if (!update) return;
    this.#worker.postMessage(update);
    this.#words[WORD.updates] = (this.#words[WORD.updates] as number) + 1;
  }
}

/** The thread's own stack: enough that Postgres finds its C stack too deep (54001) before this one is full. */
const NATIVE_STACK_MB = 64;

function notStarted(told: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `A thread did not start: ${told.split("\n", 1)[0]}; the in-process Postgres is given up.`,
    "Run the command again when the machine is less busy; if it stops at the same place, report the token.",
    { cause: told },
  );
}
