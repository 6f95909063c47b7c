/**
 * A schedule as an order of sessions that a run need not be able to follow: what shrinking tries.
 */
import type { Scheduler } from "../../race/scheduler.ts";

/**
 * A scheduler that lets the first of the names that are left go that can ("!name" chooses a deadlock's victim), and strikes it
 * out. Where none can, the choice is 0.
 */
export function sessionsSchedule(sessions: readonly string[]): Scheduler {
  const left = [...sessions];
  return {
    next({ enabled, kind }) {
      const names = kind === "victim" ? enabled.map((name) => `!${name}`) : enabled;
      const place = left.findIndex((name) => names.includes(name));
      if (place < 0) return 0;
      const [name] = left.splice(place, 1);
      return names.indexOf(name as string);
    },
  };
}
