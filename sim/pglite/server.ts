/**
 * The server as the harness sees it: its backends, and a backend of the harness's own to look at what is committed, to set
 * tables back and to install schemas.
 */
import { PGlite } from "@electric-sql/pglite";
import { SwitchyardError } from "../switchyard-error.ts";
import { TRANSAM } from "./build-facts.ts";
import { Backends, type Backend } from "./machine/backends.ts";
import type { BackendFileSystem } from "./machine/main-instance.ts";
import { loadProgram } from "./machine/program.ts";
import type { SharedMemory } from "./machine/shared-memory.ts";
import { SharedClock } from "./machine/shared-clock.ts";
import { TURN_BOUND_MS } from "./machine/turn-bound.ts";
import { Entropy } from "./entropy.ts";
import { cachedImage, dropCachedImage } from "./image-cache.ts";
import { PreparedStatements, type Sending } from "./prepared-statements.ts";
import { SERVER_SETTINGS } from "./server-settings.ts";
import { sessionRanges, type SessionStatics } from "./session-statics.ts";
import { addressesOf, littleEndian, prngStateAfterSetseed } from "./statics-search.ts";
import type { Berth } from "./session.ts";
import { readReply, simpleMessages, type Reply } from "./wire.ts";

/** Virtual time at which the server starts. */
const BOOT_US = Date.UTC(2026, 0, 1) * 1000;

/** The server. */
export class Server {
  readonly backends: Backends;
  readonly clock: SharedClock;
  readonly entropy: Entropy;
  readonly sessionStatics: SessionStatics;
  readonly #statements: PreparedStatements = new PreparedStatements();
  readonly #transam: number;

  /** Boots: a second or two; some more on the very first start, which makes the cached image. */
  static async boot(turnBoundMs: number = TURN_BOUND_MS): Promise<Server> {
    await loadProgram();
    try {
      return await Server.#bootFrom(await cachedImage(buildImage), turnBoundMs);
    } catch (error) {
      if (error instanceof SwitchyardError) throw error;
      // The cached image may be damaged.
      await dropCachedImage();
      return await Server.#bootFrom(await cachedImage(buildImage), turnBoundMs);
    }
  }

  static async #bootFrom(image: Uint8Array<ArrayBuffer>, turnBoundMs: number): Promise<Server> {
    const clock = new SharedClock();
    const entropy = new Entropy();
    clock.set(BOOT_US);
    const start = { image, clock, settings: SERVER_SETTINGS, defaultParams: PGlite.defaultStartParams };
    const backends = await Backends.open({ ...start, turnBoundMs, randomByte: () => entropy.byte() });
    return new Server(backends, clock, entropy);
  }

  private constructor(backends: Backends, clock: SharedClock, entropy: Entropy) {
    this.backends = backends;
    this.clock = clock;
    this.entropy = entropy;
    const { main } = backends;
    main.module.FS.unlink("/dev/urandom");
    main.module.FS.createDevice("/dev", "urandom", () => entropy.byte(), null);
    this.#transam = main.memory.u32(main.addressOf("TransamVariables"));
    this.sessionStatics = this.#findStatics();
    for (const range of sessionRanges(this.sessionStatics)) backends.expect(range);
  }

  get memory(): SharedMemory {
    return this.backends.main.memory;
  }

  get fileSystem(): BackendFileSystem {
    return this.backends.main.module.FS;
  }

  /** The address of an exported C global. */
  addressOf(name: string): number {
    return this.backends.main.addressOf(name);
  }

  /** The harness's own backend, which never holds a lock for longer than a statement. */
  get own(): Backend {
    return this.backends.first;
  }

  /**
   * Runs a statement on the harness's own backend.
   * @param mayWait whether somebody may have locked what it reads; it fails then
   */
  read(text: string, values: readonly unknown[] = [], mayWait: boolean = false): Reply {
    if (!mayWait) return this.readOn({ backend: this.own, statements: this.#statements }, text, values);
    const sending = this.#statements.messages(text, values);
    return this.#readReply(this.#statements, text, this.#readOrFail(text, sending.messages), sending);
  }

  /** Runs a statement that waits for nobody on a backend that is idle. */
  readOn({ backend, statements }: Berth, text: string, values: readonly unknown[]): Reply {
    const sending = statements.messages(text, values);
    return this.#readReply(statements, text, this.backends.runHere(backend, sending.messages), sending);
  }

  /** The first row that a statement gives, as `read`. */
  lookup(text: string, values: readonly unknown[] = []): readonly (string | null)[] | undefined {
    return this.read(text, values).rows[0];
  }

  /**
   * Runs a script of statements without values on the harness's own backend.
   * @throws DatabaseError of the first statement that fails.
   */
  script(text: string): void {
    const { error } = readReply(this.backends.runHere(this.own, simpleMessages(text)));
    this.backends.learn();
    if (error) throw error;
  }

  /** Forgets the prepared statements of the harness's own backend, as after a change of the schema. */
  forgetStatements(): void {
    this.#statements.forget();
  }

  /** Counts transactions with an id that ended; a change tells that something was committed or rolled back. */
  completionCount(): bigint {
    return this.memory.u64(this.#transam + TRANSAM.completionCount);
  }

  /** The value of a numeric setting of the backend in place, in its base unit. */
  setting(name: `${string}_timeout`): number {
    const { main } = this.backends;
    const value = main.call("GetConfigOption")(this.#settingName(name), 0, 0);
    return Number(main.memory.cString(value));
  }

  #readReply(statements: PreparedStatements, text: string, bytes: Buffer, sent: Sending): Reply {
    if (sent.isNew) {
      statements.note(text, bytes);
      this.backends.learn();
    }
    const { rows, tag, error, fields, status, hasMessages } = readReply(bytes);
    return { rows, tag, error, fields: sent.fields ?? fields, status, hasMessages };
  }

  #readOrFail(text: string, messages: Buffer): Buffer {
    const step = this.backends.run(this.own, messages);
    if (step.kind === "done") return step.reply;
    if (step.kind === "ended") throw backendEnded(step.told);
    this.backends.cancel(this.own);
    throw new SwitchyardError(
      "harness",
      `The committed state cannot be read, because somebody has locked it: ${text}`,
      "Let no session keep a table locked against readers at a commit, or read other tables.",
    );
  }

  readonly #settingNames = new Map<string, number>();

  #settingName(name: string): number {
    let address = this.#settingNames.get(name);
    if (address === undefined) this.#settingNames.set(name, (address = this.backends.main.cString(name)));
    return address;
  }

  #findStatics(): SessionStatics {
    const find = (needle: Uint8Array, what: string): number =>
      addressesOf(this.memory, needle, what)[0] as number;
    this.script("select setseed(0.5)");
    const randomState = find(prngStateAfterSetseed(0.5), "the state of random()");
    this.script("select uuidv7()");
    const lastUuidv7 = find(littleEndian(BigInt(this.clock.nowUs) * 1000n), "the last uuidv7()");
    return { randomState, globalRandomState: this.addressOf("pg_global_prng_state"), lastUuidv7 };
  }
}

async function buildImage(): Promise<Uint8Array> {
  const pg = await PGlite.create({ initDbStartParams: ["--no-data-checksums", "--wal-segsize=1"] });
  try {
    const archive = await pg.dumpDataDir("none");
    return new Uint8Array(await archive.arrayBuffer());
  } finally {
    await pg.close();
  }
}

/** What a backend that ended by itself means. */
export function backendEnded(told: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `A backend of the in-process Postgres ended: ${told.split("\n", 1)[0]}.`,
    "Run the command again; if it stops at the same place, report the token.",
    { cause: told },
  );
}
