/**
 * An engine that outlives those who were given it.
 */
import type { Engine } from "../../sim/engine/port.ts";

/** `engine`, whose `close` does nothing. */
export function keptOpen(engine: Engine): Promise<Engine> {
  return Promise.resolve(
    new Proxy(engine, {
      get(target, key: keyof Engine) {
        if (key === "close") return () => Promise.resolve();
        const value = target[key];
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
  );
}
