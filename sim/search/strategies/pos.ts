/**
 * POS: random priorities for the next step of every session, drawn again where a conflicting step went first.
 *
 * Yuan, Yang and Gu, "Partial order aware concurrency sampling", CAV 2018: independent steps keep their priorities, so
 * that the sampling goes over partial orders and not over the many interleavings of each. Conflicts are observed by relation
 * (see relation-footprint.ts), of the statement that a session is about to send. A sleep has a low priority: most often time passes when
 * nobody has anything else to do.
 */
import { deriveSeed, randomStream } from "../../random.ts";
import { createFootprintReader, mayDepend } from "../relation-footprint.ts";
import type { Strategy } from "./strategy.ts";

/** Priorities of statements go from 0 to 1, those of sleeps from 0 to this. */
const MAX_SLEEP_PRIORITY = 0.25;

/** POS over conflicts by relation. */
export const partialOrderSampling: Strategy = {
  name: "pos",
  plan({ seed }) {
    const random = randomStream(deriveSeed(seed, "pos"));
    const footprints = createFootprintReader();
    const priorities = new Map<string, number>();
    return {
      strategy: "pos",
      scheduler: {
        next({ enabled, pending, kind }) {
          if (kind === "victim") return random.u32() % enabled.length;
          enabled.forEach((name, at) => {
            const isSleep = pending !== undefined && pending(at) === undefined;
            const highest = isSleep ? MAX_SLEEP_PRIORITY : 1;
            if (!priorities.has(name)) priorities.set(name, random.fraction() * highest);
          });
          const order = enabled.map((name) => priorities.get(name) ?? 0);
          const index = order.indexOf(Math.max(...order));
          const chosen = enabled[index] as string;
          const footprint = footprints.next(chosen, pending?.(index));
          enabled.forEach((name, at) => {
            const depends = mayDepend(footprint, footprints.peek(name, pending?.(at)));
            if (name === chosen || depends) priorities.delete(name);
          });
          return index;
        },
      },
    };
  },
};
