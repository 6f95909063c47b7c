/**
 * The doors between the program and the machine: clock, entropy, timer and sleep, answered by the harness.
 */
import type { ImportFunction, MainInstance } from "./main-instance.ts";
import { WAIT_LATCH_HOOK } from "./program.ts";
import type { SharedClock } from "./shared-clock.ts";

const CLOCK_MONOTONIC = 1;

/** What the main instance imports in place of the machine's own functions. */
export interface MachineDoors {
  readonly replacements: (main: MainInstance) => Readonly<Record<string, ImportFunction>>;
}

/** Doors to `clock`; `randomByte` gives the entropy. */
export function machineDoors(clock: SharedClock, randomByte: () => number): MachineDoors {
  return {
    replacements: (main) => {
      const { memory } = main;
      return {
        emscripten_date_now: () => clock.nowMs,
        emscripten_get_now: () => {
          clock.look();
          return clock.nowMs;
        },
        clock_time_get: (id, _precision, pointer) => {
          if (id === CLOCK_MONOTONIC) clock.look();
          memory.setU64(Number(pointer), BigInt(clock.nowUs) * 1000n);
          return 0;
        },
        random_get: (pointer, length) => {
          const start = Number(pointer);
          for (let at = start; at < start + Number(length); at++) memory.setU8(at, randomByte());
          return 0;
        },
        _setitimer_js: () => 0,
        [WAIT_LATCH_HOOK]: (latch) => {
          if (latch !== 0 && memory.u32(Number(latch)) === 0) main.sleptHere(Number(latch));
          return 0;
        },
      };
    },
  };
}
