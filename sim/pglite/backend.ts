/**
 * The one backend: runs a statement at a given time with given entropy, and notices when it would sleep on a lock.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import type { DatabaseError } from "../engine/database-error.ts";
import type { Field } from "../engine/port.ts";
import type { BackendMemory } from "./backend-memory.ts";
import { bootBackend, type BackendFileSystem, type BootedBackend } from "./boot.ts";
import { PGPROC, TRANSAM } from "./build-facts.ts";
import { Entropy } from "./entropy.ts";
import { ProgressTally, type Progress } from "./progress-tally.ts";
import { readLockWait, type LockWait, type WaitTimeouts } from "./lock-wait.ts";
import { messagePump, type Pump } from "./message-pump.ts";
import { StaticsDoor, type SessionStatics } from "./session-statics.ts";
import { StatementCache } from "./statement-cache.ts";
import { addressesOf, littleEndian, prngStateAfterSetseed } from "./statics-search.ts";
import { snapshotDoor, type SnapshotDoor } from "./transaction-snapshot.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { executeMessages, hasError, readReply, simpleMessages, splitReplies } from "./wire.ts";

/** What surrounds a statement: its time and randomness, so that it can be run again alike. */
export interface Surroundings {
  readonly nowUs: number;
  readonly entropySeed: number;
  readonly statics: SessionStatics;
}

/** The raw outcome of one statement. */
export interface Execution {
  readonly reply: Buffer;
  readonly fields: readonly Field[];
  /** Set where the statement was about to sleep on a lock; it was cancelled then, and `reply` holds the cancellation. */
  readonly wait: (LockWait & WaitTimeouts & { readonly progress: Progress }) | undefined;
  /** Whether a transaction with an id ended in it: an autocommit statement that changed something. */
  readonly completed: boolean;
  /** The error of a statement of `before`, which had to succeed. */
  readonly refusal?: DatabaseError | undefined;
}

/** Microseconds between 1970 and 2000, where PostgreSQL's timestamps start. */
const POSTGRES_EPOCH_US = 946_684_800_000_000n;
/** PostgreSQL's default deadlock_timeout, after which the timer of a lock wait is due. */
const DEADLOCK_TIMEOUT_US = 1_000_000n;
const FAR_FUTURE_US = 2n ** 62n;
/** Bind, Execute, Sync. */
const MESSAGES_PER_STATEMENT = 3;
const NOTHING: Buffer = Buffer.alloc(0);

/** The in-process Postgres. */
export class Backend {
  readonly clock: VirtualClock;
  readonly memory: BackendMemory;
  readonly fileSystem: BackendFileSystem;
  readonly statements: StatementCache;
  readonly snapshots: SnapshotDoor;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly #entropy: Entropy;
  readonly #pump: Pump;
  readonly #booted: BootedBackend;
  readonly #addresses = new Map<string, number>();
  readonly #transam: number;
  readonly #statics: StaticsDoor;
  readonly #settingNames: { readonly lockTimeout: number; readonly statementTimeout: number };
  #dueAddresses: readonly number[] = [];
  #wait: Execution["wait"];
  readonly #tally: ProgressTally;

  /** Boots, takes the doors over and finds what is not exported. */
  static async boot(): Promise<Backend> {
    const clock = new VirtualClock();
    const entropy = new Entropy();
    const tally = new ProgressTally();
    clock.set(Date.UTC(2026, 0, 1) * 1000);
    const started: { backend?: Backend } = {};
    const machine = {
      clock,
      tally,
      randomByte: () => entropy.byte(),
      onTimerArmed: () => started.backend?.onTimerArmed(),
    };
    started.backend = new Backend(await bootBackend(machine), clock, entropy, tally);
    started.backend.#learnTimer();
    return started.backend;
  }

  private constructor(booted: BootedBackend, clock: VirtualClock, entropy: Entropy, tally: ProgressTally) {
    this.#booted = booted;
    this.clock = clock;
    this.#entropy = entropy;
    this.#tally = tally;
    this.memory = booted.memory;
    this.exports = booted.exports;
    this.fileSystem = booted.module.FS;
    this.#pump = messagePump(booted.module, booted.memory, tally);
    this.statements = new StatementCache(this.#pump);
    this.fileSystem.unlink("/dev/urandom");
    this.fileSystem.createDevice("/dev", "urandom", () => entropy.byte(), null);
    this.#transam = this.memory.u32(this.addressOf("TransamVariables"));
    this.#settingNames = {
      lockTimeout: this.#cString("lock_timeout"),
      statementTimeout: this.#cString("statement_timeout"),
    };
    this.#statics = this.#findStatics();
    this.control("begin");
    const takeSnapshot = this.exports["GetTransactionSnapshot"] as () => number;
    this.snapshots = snapshotDoor(this.memory, takeSnapshot(), this.#transam);
    this.control("rollback");
  }

  /** The address of an exported C global. */
  addressOf(name: string): number {
    let address = this.#addresses.get(name);
    if (address === undefined) this.#addresses.set(name, (address = this.#exportedAddress(name)));
    return address;
  }

  #exportedAddress(name: string): number {
    const exported = this.exports[name] as { readonly value?: number } | undefined;
    if (typeof exported?.value === "number") return exported.value;
    throw new SwitchyardError(
      "harness",
      `The installed PGlite does not export "${name}".`,
      "Install the version of @electric-sql/pglite that package.json pins.",
    );
  }

  /**
   * Runs one statement; the clock stands at `nowUs` when it starts. Statements of transaction control in `before` go out
   * in the same call of the backend. `after.do` is done at the first call after the moment
   * `after.progress`.
   */
  execute(
    text: string,
    values: readonly unknown[],
    surroundings: Surroundings,
    before: readonly string[] = [],
    after?: { readonly progress: Progress; readonly do: () => void },
  ): Execution {
    this.clock.set(surroundings.nowUs);
    this.#entropy.restart(surroundings.entropySeed);
    this.#statics.write(surroundings.statics);
    this.#wait = undefined;
    if (before.length > 0 && !this.statements.has(text)) {
      const refusal = this.tryControl(...before);
      if (refusal) return { reply: NOTHING, fields: [], wait: undefined, completed: false, refusal };
      return this.execute(text, values, surroundings, [], after);
    }
    const prepared = this.statements.prepare(text);
    if (Buffer.isBuffer(prepared)) return { reply: prepared, fields: [], wait: this.#wait, completed: false };
    const completions = this.completionCount();
    const own = values.length === 0 ? prepared.withoutValues : executeMessages(prepared.name, values);
    this.#tally.begin(before.length * MESSAGES_PER_STATEMENT);
    if (after) this.#tally.afterwards(after.progress, after.do);
    const answer = this.#pump(
      before.length === 0 ? own : Buffer.concat([...this.#controlMessages(before), own]),
    );
    const completed = this.completionCount() !== completions;
    const { head, reply } = splitReplies(answer, before.length);
    const refusal = head.length > 0 && hasError(head) ? readReply(head).error : undefined;
    return { reply, fields: prepared.fields, wait: this.#wait, completed, refusal };
  }

  /** Bytes of entropy drawn so far; unchanged by statements that are free of randomness. */
  get entropyDrawn(): number {
    return this.#entropy.drawn;
  }

  /** The session state that the last statement left. */
  statics(): SessionStatics {
    return this.#statics.read();
  }

  /**
   * Runs statements without values in one go, each on its own, as transaction control needs it.
   * @throws SwitchyardError "harness" if one fails.
   */
  control(...texts: readonly string[]): void {
    const failed = this.tryControl(...texts);
    if (failed) {
      throw new SwitchyardError(
        "harness",
        `The in-process Postgres refused "${texts.join("; ")}": ${failed.message}.`,
        "Report the token and this line.",
        { cause: failed },
      );
    }
  }

  /** Like `control`, but returns the first error. */
  tryControl(...texts: readonly string[]): DatabaseError | undefined {
    const reply = this.#pump(Buffer.concat(this.#controlMessages(texts)));
    return hasError(reply) ? readReply(reply).error : undefined;
  }

  #controlMessages(texts: readonly string[]): Buffer[] {
    return texts.map((text) => {
      const prepared = this.statements.prepare(text);
      if (!Buffer.isBuffer(prepared)) return prepared.withoutValues;
      throw readReply(prepared).error ?? new Error(`"${text}" could not be prepared.`);
    });
  }

  /**
   * Runs a script of statements without values (simple protocol).
   * @throws DatabaseError of the first statement that fails.
   */
  script(text: string): void {
    const { error } = readReply(this.#pump(simpleMessages(text)));
    if (error) throw error;
  }

  /** Transaction id of the open transaction, 0 while it has none. */
  currentXid(): number {
    return this.memory.u32(this.memory.u32(this.addressOf("MyProc")) + PGPROC.xid);
  }

  /** The transaction id that will be given out next. */
  nextXid(): number {
    return this.memory.u32(this.#transam + TRANSAM.nextXid);
  }

  /** Counts transactions with an id that ended; a change tells that something was committed or rolled back. */
  completionCount(): bigint {
    return this.memory.u64(this.#transam + TRANSAM.completionCount);
  }

  close(): Promise<void> {
    return this.#booted.close();
  }

  /** Postgres armed its timer. If it is about to sleep on a lock, note for whom and cancel the statement instead. */
  onTimerArmed(): void {
    // An armed timer that is still due would keep the next one from being armed (timeout.c): make it due never.
    for (const address of this.#dueAddresses) this.memory.setU64(address, FAR_FUTURE_US);
    const wait = readLockWait(this.memory, this.memory.u32(this.addressOf("MyProc")));
    if (!wait) return;
    this.#wait = {
      ...wait,
      progress: this.#tally.now(),
      ...this.timeouts(),
    };
    // A set latch ends the sleep before it begins; the pending cancel then ends the statement.
    this.memory.setU32(this.memory.u32(this.addressOf("MyLatch")), 1);
    this.memory.setU32(this.addressOf("QueryCancelPending"), 1);
    this.memory.setU32(this.addressOf("InterruptPending"), 1);
  }

  /** lock_timeout and statement_timeout as they are in force. */
  timeouts(): WaitTimeouts {
    return {
      lockTimeoutMs: this.#setting(this.#settingNames.lockTimeout),
      statementTimeoutMs: this.#setting(this.#settingNames.statementTimeout),
    };
  }

  /** The value of a numeric setting in its base unit; `name` is the address of its C string. */
  #setting(name: number): number {
    const getConfigOption = this.exports["GetConfigOption"] as (
      name: number,
      missing: number,
      restrict: number,
    ) => number;
    const value = getConfigOption(name, 0, 0);
    const bytes = this.memory.bytes();
    return Number(Buffer.from(bytes.subarray(value, bytes.indexOf(0, value))).toString());
  }

  /** Puts a C string into the backend's heap, for good. */
  #cString(text: string): number {
    const address = (this.exports["malloc"] as (size: number) => number)(text.length + 1);
    this.memory.write(address, Buffer.from(`${text}\0`));
    return address;
  }

  #findStatics(): StaticsDoor {
    const find = (needle: Uint8Array, what: string): number =>
      addressesOf(this.memory, needle, what)[0] as number;
    this.script("select setseed(0.5)");
    const randomState = find(prngStateAfterSetseed(0.5), "the state of random()");
    this.script("select uuidv7()");
    const lastUuidv7 = find(littleEndian(BigInt(this.clock.nowUs) * 1000n), "the last uuidv7()");
    const globalRandomState = this.addressOf("pg_global_prng_state");
    return new StaticsDoor(this.memory, { randomState, globalRandomState, lastUuidv7 });
  }

  /** One wait at a known time shows where timeout.c keeps the moment at which its timer is due. */
  #learnTimer(): void {
    const key = "select pg_advisory_xact_lock(8302, 1)";
    this.control("begin", key, "prepare transaction 'calibration'");
    const surroundings = { nowUs: this.clock.nowUs, entropySeed: 0, statics: this.statics() };
    const { wait } = this.execute(key, [], surroundings);
    const due = littleEndian(BigInt(this.clock.nowUs) - POSTGRES_EPOCH_US + DEADLOCK_TIMEOUT_US);
    this.#dueAddresses = addressesOf(this.memory, due, "the due time of its timer");
    for (const address of this.#dueAddresses) this.memory.setU64(address, FAR_FUTURE_US);
    this.control("rollback prepared 'calibration'");
    if (!wait) {
      throw new SwitchyardError(
        "harness",
        "A statement that had to wait was not noticed in the installed PGlite.",
        "Install the version of @electric-sql/pglite that package.json pins.",
      );
    }
  }
}
