/**
 * Whose step is next: asks the schedule, and notes what it chose.
 */
import type { Lane, StatementRequest } from "./actor-task.ts";
import type { Connections } from "./connections.ts";
import { enabledTasks } from "./enabled-tasks.ts";
import type { Recorder } from "./recorder.ts";
import type { Scheduler } from "./scheduler.ts";

/** A step that is about to be made. */
export interface Turn {
  readonly task: Lane;
  /** Names of all who could have made it, in the order in which the schedule counts them. */
  readonly enabled: readonly string[];
  /** It takes the turn from a session that could have gone on with a statement. */
  readonly preemption: boolean;
}

/** What is chosen from. */
export interface TurnsParts {
  /** All lanes of the run. */
  readonly tasks: readonly Lane[];
  /** Statements that wait in the engine, by lane. */
  readonly waiting: ReadonlyMap<string, StatementRequest>;
  readonly connections: Connections;
  readonly schedule: Scheduler;
  readonly recorder: Recorder;
}

/** The choices of one run. */
export class Turns {
  readonly #parts: TurnsParts;
  #current: string | undefined;
  /** Who can make the next step. */
  #enabled: readonly Lane[] = [];

  constructor(parts: TurnsParts) {
    this.#parts = parts;
  }

  /** The next step; undefined if nobody can make one. */
  next(): Turn | undefined {
    const { tasks, connections, schedule, recorder } = this.#parts;
    const current = this.#current;
    const lanes = enabledTasks(tasks, current, connections);
    if (lanes.length === 0) return undefined;
    this.#enabled = lanes;
    const enabled = lanes.map(({ name }) => name);
    const index = schedule.next({ current, enabled, pending: this.#pending, kind: "step" });
    const task = lanes[index % lanes.length] as Lane;
    const left = lanes[0];
    const preemption = left !== task && left?.name === current && left?.requests[0]?.kind === "statement";
    recorder.take(task.name);
    this.#current = task.name;
    return { task, enabled, preemption };
  }

  /** Which member of a deadlock fails, by its place in `sessions`. */
  chooseVictim(sessions: readonly string[]): number {
    const { connections, schedule, recorder } = this.#parts;
    const members = sessions.map(connections.nameOf);
    const index = schedule.next({ current: this.#current, enabled: members, kind: "victim" });
    recorder.take(`!${members[index % members.length]}`);
    return index;
  }

  /** Text of the statement that is the next step of the session at `index`, if it is one: what schedulers may ask. */
  readonly #pending = (index: number): string | undefined => {
    const { name, requests } = this.#enabled[index] as Lane;
    const request = this.#parts.waiting.has(name) ? undefined : requests[0];
    return request?.kind === "statement" ? request.statement.text : undefined;
  };
}
