/**
 * The doors between the WebAssembly backend and the machine: clock, entropy and the timer that announces a lock wait.
 *
 * Given to PGlite as an extension whose `setup` wraps `instantiateWasm`; `imports.env` and the WASI namespace are one
 * object, so each import is replaced once.
 */
import type { PGlite } from "@electric-sql/pglite";
import { SwitchyardError } from "../switchyard-error.ts";
import { BackendMemory, type GrowingMemory } from "./backend-memory.ts";
import type { ProgressTally } from "./progress-tally.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What the backend asks of the machine, answered by the harness. */
export interface Machine {
  readonly clock: VirtualClock;
  /** The next byte of entropy. */
  randomByte(): number;
  /** Told of every call through an `invoke_*` import. */
  readonly tally: ProgressTally;
  /** Called when Postgres arms its one timer (`setitimer`) with a delay above zero. */
  onTimerArmed(): void;
}

type ImportFunction = (...values: number[]) => number;
type Imports = Readonly<Record<string, Record<string, ImportFunction>>>;
type InstantiateDone = (
  instance: { readonly exports: Readonly<Record<string, unknown>> },
  module: unknown,
) => void;

interface EmscriptenOptions {
  readonly wasmMemory: GrowingMemory;
  readonly instantiateWasm: (imports: Imports, done: InstantiateDone) => unknown;
}

/** The instance, once it runs. */
export interface HookedInstance {
  readonly memory: BackendMemory;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The extension to pass to `PGlite.create`, and what it caught while the instance was made. */
export interface MachineExtension {
  readonly extension: {
    readonly name: string;
    readonly setup: (pg: PGlite, options: EmscriptenOptions) => Promise<object>;
  };
  instance(): HookedInstance;
}

/** Wraps the imports of the backend so that it sees `machine` and nothing else. */
export function machineExtension(machine: Machine): MachineExtension {
  let instance: HookedInstance | undefined;
  const setup = (_pg: PGlite, options: EmscriptenOptions): Promise<object> => {
    const memory = new BackendMemory(options.wasmMemory);
    const instantiateWasm = (imports: Imports, done: InstantiateDone): unknown => {
      replaceImports(imports["env"] ?? {}, machine, memory);
      return options.instantiateWasm(imports, (started, module) => {
        instance = { memory, exports: started.exports };
        done(started, module);
      });
    };
    return Promise.resolve({ emscriptenOpts: { ...options, instantiateWasm } });
  };
  return {
    extension: { name: "switchyard", setup },
    instance: () => {
      if (!instance)
        throw new SwitchyardError("harness", "The backend has not started.", "Boot it before use.");
      return instance;
    },
  };
}

/** Counts the calls through `invoke_*`; the arities are spelled out because this is the hottest path of all. */
function counted(invoke: ImportFunction, tally: ProgressTally): ImportFunction {
  switch (invoke.length) {
    case 1:
      return (a) => {
        tally.call();
        return invoke(a);
      };
    case 2:
      return (a, b) => {
        tally.call();
        return invoke(a, b);
      };
    case 3:
      return (a, b, c) => {
        tally.call();
        return invoke(a, b, c);
      };
    case 4:
      return (a, b, c, d) => {
        tally.call();
        return invoke(a, b, c, d);
      };
    case 5:
      return (a, b, c, d, e) => {
        tally.call();
        return invoke(a, b, c, d, e);
      };
    case 6:
      return (a, b, c, d, e, f) => {
        tally.call();
        return invoke(a, b, c, d, e, f);
      };
    default:
      return (...values) => {
        tally.call();
        return invoke(...values);
      };
  }
}

const CLOCK_MONOTONIC = 1;

function replaceImports(env: Record<string, ImportFunction>, machine: Machine, memory: BackendMemory): void {
  const { clock } = machine;
  const replace = (name: string, replacement: (...values: never[]) => number): void => {
    if (typeof env[name] !== "function") {
      throw new SwitchyardError(
        "harness",
        `The installed PGlite does not import "${name}".`,
        "Install the version of @electric-sql/pglite that package.json pins.",
      );
    }
    env[name] = replacement as ImportFunction;
  };
  for (const [name, original] of Object.entries(env)) {
    if (name.startsWith("invoke_")) env[name] = counted(original, machine.tally);
  }
  replace("emscripten_date_now", () => clock.nowMs);
  replace("emscripten_get_now", () => {
    clock.glance();
    return clock.nowMs;
  });
  replace("clock_time_get", (id: number, _precision: bigint, pointer: number) => {
    if (id === CLOCK_MONOTONIC) clock.glance();
    memory.refresh();
    memory.setU64(pointer, BigInt(clock.nowUs) * 1000n);
    return 0;
  });
  replace("random_get", (pointer: number, length: number) => {
    memory.refresh();
    for (let index = 0; index < length; index++) memory.setU8(pointer + index, machine.randomByte());
    return 0;
  });
  replace("_setitimer_js", (_which: number, delayMs: number) => {
    memory.refresh();
    if (delayMs > 0) machine.onTimerArmed();
    return 0;
  });
}
