/**
 * An engine that notes how long its calls take: what of a schedule's time is the database's, and what the run loop's.
 */
import type { Engine } from "../../sim/engine/port.ts";
import { startStopwatch } from "../../sim/real-time.ts";

/** Milliseconds by what was called. */
export type EngineTimes = Record<EnginePart, number>;

/** What takes time in an engine. */
export type EnginePart = "reset" | "sessions" | "statements" | "observing";

const METHODS = {
  install: "reset",
  startRun: "reset",
  open: "sessions",
  disconnect: "sessions",
  execute: "statements",
  expire: "statements",
  observe: "observing",
} as const satisfies Partial<Record<keyof Engine, EnginePart>>;

/** Nothing so far. */
export function noTimes(): EngineTimes {
  return { reset: 0, sessions: 0, statements: 0, observing: 0 };
}

/** `engine`, with the time of its calls added to `times`; what it calls back (onCommit) while it works counts as its own, except observing. */
export function timedEngine(engine: Engine, times: EngineTimes): Engine {
  // One call inside another (observe inside execute) is taken out of the outer one.
  let inside = 0;
  return new Proxy(engine, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      const part = METHODS[property as keyof typeof METHODS] as EnginePart | undefined;
      if (part === undefined) return value.bind(target);
      return async (...args: readonly unknown[]) => {
        const outer = inside;
        inside = 0;
        const elapsedMs = startStopwatch();
        try {
          return (await value.apply(target, args)) as unknown;
        } finally {
          const ms = elapsedMs();
          times[part] += ms - inside;
          inside = outer + ms;
        }
      };
    },
  });
}
