/**
 * A lane: a thread with an instance of the program of its own, which runs one statement at a time of whatever backend's
 * statics are in place. A statement that waits for a lock sleeps here, on its own stack, while other lanes run other
 * backends.
 *
 * Clock and sleep are answered here; everything else that a backend asks of the machine is answered by the main thread.
 * Plain JavaScript, because a thread is started from a file as it is.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";

const { module, memory, control, mailbox, clock, fileEnds, pulse, turnBoundMs, protocol } = workerData;
const { build, callbacks, stackTop } = workerData;
const { WORD, HANDOVER, CONTROL, MAILBOX, CLOCK, FILE_ENDS, PULSE } = protocol;

const words = new Int32Array(control, CONTROL.words, CONTROL.wordCount);
const numbers = new Float64Array(control, CONTROL.numbers, CONTROL.values);
const bigints = new BigInt64Array(control, CONTROL.bigints, CONTROL.values);
const input = Buffer.from(mailbox, 0, MAILBOX.input);
const output = Buffer.from(mailbox, MAILBOX.input, MAILBOX.output);
const time = new Float64Array(clock);
const ends = new Float64Array(fileEnds);

let bytes = Buffer.from(memory.buffer);
let heap = new Int32Array(memory.buffer);
/** When the timer that the backend armed is due, in virtual microseconds. */
let timerDueUs = Infinity;
let seenUpdates = 0;
/** Looks at the main thread within the bound of a statement. */
const LOOKS = 12;
/** The statement that the main thread worked on at the last look, and at how many looks before that. */
let seenStatement = 0;
let looks = 0;
let tempRet = 0;
/** Bytes of the message that the backend has read. */
let inputAt = 0;
const libraries = [];
/** What `table` holds, as far as it was called: to read it takes longer than to call it. Emptied where the table changes. */
let entries = [];

/** The program's way out of C frames: an error of Postgres, or the end of the backend. */
class ExitStatus extends Error {
  constructor(status) {
    super(`exit ${status}`);
    this.status = status;
  }
}

const program = instantiateOrTell();
/** Address of MyProcPid. */
const processId = program.MyProcPid.value;
/** Addresses of statics that point into frames: those of a turn of the main loop have to be as they were when it began. */
const unwound = [program.PG_exception_stack.value, program.error_context_stack.value];
const table = program.__indirect_function_table;
program._emscripten_stack_restore(stackTop);
handOver(HANDOVER.ready);
for (let begun = false; ;) {
  try {
    if (!begun) begin();
    begun = true;
    runStatement();
    handOver(HANDOVER.done);
  } catch (error) {
    words[WORD.outputLength] = output.write(String(error?.stack ?? error));
    program._emscripten_stack_restore(stackTop);
    handOver(HANDOVER.failed);
  }
}

/** The first statement has come: the function table gets what the main instance's has. */
function begin() {
  applyUpdates();
  table.set(callbacks.read, asWasmFunction(readInput));
  table.set(callbacks.write, asWasmFunction(writeOutput));
}

/** Gives the turn to the main thread and sleeps until it comes back. */
function handOver(reason) {
  words[WORD.reason] = reason;
  Atomics.store(words, WORD.laneTurn, 0);
  Atomics.store(words, WORD.mainTurn, 1);
  Atomics.notify(words, WORD.mainTurn);
  while (Atomics.load(words, WORD.laneTurn) === 0)
    if (Atomics.wait(words, WORD.laneTurn, 0, turnBoundMs / LOOKS) === "timed-out") watchMain();
  if (bytes.buffer !== memory.buffer) {
    bytes = Buffer.from(memory.buffer);
    heap = new Int32Array(memory.buffer);
  }
}

/**
 * While a statement works on the main thread, that thread can do nothing else: one that does not end is cancelled from here, as
 * pg_cancel_backend does, and the main thread gives up when it is back.
 */
function watchMain() {
  const statement = Atomics.load(pulse, PULSE.statement);
  looks = statement % 2 === 1 && statement === seenStatement ? looks + 1 : 0;
  seenStatement = statement;
  if (looks < LOOKS) return;
  Atomics.store(pulse, PULSE.cancelled, 1);
  heap[program.QueryCancelPending.value / 4] = 1;
  heap[program.InterruptPending.value / 4] = 1;
}

/** Lets the backend read its messages and work until it wants more. */
function runStatement() {
  applyUpdates();
  timerDueUs = Infinity;
  inputAt = 0;
  words[WORD.outputLength] = 0;
  heap[build.stackBase / 4] = stackTop;
  while (inputAt < words[WORD.inputLength] || program.pq_buffer_remaining_data() > 0) {
    const stack = program.emscripten_stack_get_current();
    const handlers = unwound.map((address) => heap[address / 4]);
    try {
      program.PostgresMainLoopOnce();
    } catch (error) {
      program._emscripten_stack_restore(stack);
      if (isStackOverflow(error)) raiseTooDeep(stack, handlers);
      else if (error?.status !== build.longjmpStatus) throw error;
      program.PostgresMainLongJmp();
    }
  }
  program.PostgresSendReadyForQueryIfNecessary();
  program.pgl_pq_flush();
}

function isStackOverflow(error) {
  return error instanceof RangeError && error.message.includes("call stack");
}

/** See MainInstance: raises 54001 where JavaScript's stack was full before Postgres found its own to be. */
function raiseTooDeep(stack, handlers) {
  for (const [index, address] of unwound.entries()) heap[address / 4] = handlers[index];
  heap[build.stackBase / 4] = build.beyondAnyDepth;
  try {
    program.check_stack_depth();
  } catch (error) {
    if (error?.status !== build.longjmpStatus) throw error;
  }
  heap[build.stackBase / 4] = stackTop;
  program._emscripten_stack_restore(stack);
}

function readInput(pointer, capacity) {
  const length = Math.min(capacity, words[WORD.inputLength] - inputAt);
  input.copy(bytes, pointer, inputAt, inputAt + length);
  inputAt += length;
  return length;
}

function writeOutput(pointer, length) {
  for (let written = 0; written < length;) {
    if (words[WORD.outputLength] === output.length) {
      handOver(HANDOVER.outputFull);
      words[WORD.outputLength] = 0;
    }
    const at = words[WORD.outputLength];
    const part = Math.min(length - written, output.length - at);
    bytes.copy(output, at, pointer + written, pointer + written + part);
    words[WORD.outputLength] = at + part;
    written += part;
  }
  return length;
}

/** The main thread sleeps until this one is ready, so that an error has to go the same way. */
function instantiateOrTell() {
  try {
    return instantiate();
  } catch (error) {
    words[WORD.outputLength] = output.write(String(error?.stack ?? error));
    handOver(HANDOVER.failed);
    throw error;
  }
}

function instantiate() {
  const imports = {};
  for (const [index, { module: from, name, kind }] of WebAssembly.Module.imports(module).entries()) {
    imports[from] ??= {};
    imports[from][name] = kind === "memory" ? memory : importedFunction(name, () => asked(index));
  }
  return new WebAssembly.Instance(module, imports).exports;
}

function importedFunction(name, otherwise) {
  if (name === "fd_seek") return seek(otherwise());
  return name.startsWith("invoke_") ? invoke(name) : (answeredHere(name) ?? otherwise());
}

/** To the end of a file that is known, or as the main thread says. */
function seek(ask) {
  return (descriptor, offset, whence, pointer) => {
    const end = whence === FILE_ENDS.seekEnd && offset === 0n ? ends[descriptor] : undefined;
    if (end === undefined || end === FILE_ENDS.unknown) return ask(descriptor, offset, whence, pointer);
    heap[pointer / 4] = end % 2 ** 32;
    heap[pointer / 4 + 1] = Math.floor(end / 2 ** 32);
    return 0;
  };
}

/** Imports that need nothing of the main thread. */
function answeredHere(name) {
  switch (name) {
    case "emscripten_date_now":
      return () => time[CLOCK.nowUs] / 1000;
    case "emscripten_get_now":
      return () => {
        look();
        return time[CLOCK.nowUs] / 1000;
      };
    case "clock_time_get":
      return (id, _precision, pointer) => {
        if (id === build.clockMonotonic) look();
        const nanoseconds = BigInt(time[CLOCK.nowUs]) * 1000n;
        heap[pointer / 4] = Number(BigInt.asIntN(32, nanoseconds));
        heap[pointer / 4 + 1] = Number(BigInt.asIntN(32, nanoseconds >> 32n));
        return 0;
      };
    case build.waitLatchHook:
      return beforeWaitLatch;
    case "_setitimer_js":
      return (_which, delayMs) => {
        timerDueUs = delayMs > 0 ? time[CLOCK.nowUs] + delayMs * 1000 : Infinity;
        return 0;
      };
    case "__call_sighandler":
      return (handler, signal) => table.get(handler)(signal);
    case "exit":
    case "proc_exit":
      return (status) => {
        throw new ExitStatus(status);
      };
    case "_emscripten_throw_longjmp":
      return () => {
        throw Infinity;
      };
    case "_emscripten_runtime_keepalive_clear":
      return () => undefined;
    case "setTempRet0":
      return (value) => {
        tempRet = value;
      };
    case "getTempRet0":
      return () => tempRet;
    default:
      return undefined;
  }
}

/** A backend that looks at the clock again and again sleeps on it: let its time come. */
function look() {
  time[CLOCK.looks]++;
  if (time[CLOCK.looks] <= build.freeLooks) return;
  const elapsedUs = time[CLOCK.nowUs] - time[CLOCK.statementStartUs];
  time[CLOCK.nowUs] += Math.max(10, Math.round(elapsedUs / 100));
}

/** WaitLatch is about to sleep: until a moment, which comes at once, or until somebody sets the latch. */
function beforeWaitLatch(latch, events, timeoutMs) {
  if (latch !== 0 && heap[latch / 4] !== 0) return 0;
  if ((events & build.waitsWithTimeout) === 0) handOver(HANDOVER.asleep);
  else sleep(timeoutMs);
  if (latch !== 0) heap[latch / 4] = 1;
  return 0;
}

function sleep(durationMs) {
  const untilUs = time[CLOCK.nowUs] + durationMs * 1000;
  time[CLOCK.nowUs] = Math.min(untilUs, Math.max(time[CLOCK.nowUs], timerDueUs));
  if (timerDueUs > untilUs) return;
  timerDueUs = Infinity;
  // A signal handler of Postgres does nothing in a process that is not its own.
  const pid = heap[processId / 4];
  heap[processId / 4] = build.processId;
  program._emscripten_timeout(0, time[CLOCK.nowUs] / 1000);
  heap[processId / 4] = pid;
}

/** Calls through the function table that may end by a longjmp, which is an exception here. */
function invoke(name) {
  const nothing = name.startsWith("invoke_j") ? 0n : undefined;
  return (index, ...values) => {
    const stack = program.emscripten_stack_get_current();
    try {
      return (entries[index] ??= table.get(index))(...values);
    } catch (error) {
      program._emscripten_stack_restore(stack);
      if (error !== Infinity) throw error;
      program.setThrew(1, 0);
      return nothing;
    }
  };
}

/** An import that the main thread answers. */
function asked(index) {
  return (...values) => {
    words[WORD.importIndex] = index;
    words[WORD.argumentCount] = values.length;
    for (const [at, value] of values.entries()) {
      const isBigint = typeof value === "bigint";
      words[WORD.isBigint + at] = isBigint ? 1 : 0;
      if (isBigint) bigints[at] = value;
      else numbers[at] = value;
    }
    handOver(HANDOVER.call);
    applyUpdates();
    return words[WORD.isBigint] === 1 ? bigints[0] : numbers[0];
  };
}

/** Takes over libraries and table entries that the main instance has got in the meantime. */
function applyUpdates() {
  for (; seenUpdates < words[WORD.updates]; seenUpdates++) {
    entries = [];
    const { message } = receiveMessageOnPort(parentPort) ?? { message: undefined };
    if (message === undefined) throw new Error("an update of the function table is missing");
    for (const library of message.libraries) libraries.push(instantiateLibrary(library));
    if (table.length < message.tableLength) table.grow(message.tableLength - table.length);
    for (const { index, library, name } of message.entries) {
      table.set(index, library < 0 ? program[name] : libraries[library][name]);
    }
  }
}

/** Its statics are in memory already, and stay as they are. */
function instantiateLibrary({ module, memoryBase, memorySize, tableBase, tableSize, offsets }) {
  if (table.length < tableBase + tableSize) table.grow(tableBase + tableSize - table.length);
  const fixed = (value) => new WebAssembly.Global({ value: "i32", mutable: false }, value);
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = importOf();
    function importOf() {
      if (kind === "memory") return memory;
      if (kind === "table") return table;
      if (name === "__memory_base") return fixed(memoryBase);
      if (name === "__table_base") return fixed(tableBase);
      if (name === "__stack_pointer") return program.__stack_pointer;
      if (kind === "global") {
        return new WebAssembly.Global({ value: "i32", mutable: true }, offsets[`${from}.${name}`] ?? 0);
      }
      return program[name] ?? importedFunction(name, () => unknownImport(name));
    }
  }
  const statics = Buffer.from(bytes.subarray(memoryBase, memoryBase + memorySize));
  const { exports } = new WebAssembly.Instance(module, imports);
  statics.copy(bytes, memoryBase);
  return exports;
}

function unknownImport(name) {
  return () => {
    throw new Error(`a library needs "${name}", which a lane does not have`);
  };
}

/** A JavaScript function of two i32 to one i32, as an entry of the function table has to be: exported by a module. */
function asWasmFunction(callback) {
  const wrapper = new WebAssembly.Module(Uint8Array.from(build.wrapper));
  return new WebAssembly.Instance(wrapper, { e: { f: callback } }).exports.f;
}
