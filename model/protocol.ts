/**
 * The protocol as one value: every operation by name, so that a variant can replace one of them.
 */
import { ask, type AskInput, type AskResult } from "./ask.ts";
import { enqueue, type EnqueueInput, type EnqueueResult } from "./enqueue.ts";
import { finish, type FinishInput, type FinishResult } from "./finish.ts";
import { mark, type MarkInput, type MarkResult } from "./mark.ts";
import { park, type ParkInput, type ParkResult } from "./park.ts";
import type { Queryable } from "./query-port.ts";
import { respond, type RespondInput, type RespondResult } from "./respond.ts";
import { start, type StartInput, type StartResult } from "./start.ts";
import { sweep, type SweepInput, type SweepResult } from "./sweep.ts";
import type { TransactionOptions } from "./transaction.ts";

/** One operation: its transactions on `db`, its input, and its answer as plain data. */
export type Operation<Input, Result> = (
  db: Queryable,
  input: Input,
  options?: TransactionOptions,
) => Promise<Result>;

/** Every operation of the protocol. */
export interface Protocol {
  readonly ask: Operation<AskInput, AskResult>;
  readonly park: Operation<ParkInput, ParkResult>;
  readonly respond: Operation<RespondInput, RespondResult>;
  readonly sweep: Operation<SweepInput, SweepResult>;
  readonly enqueue: Operation<EnqueueInput, EnqueueResult>;
  readonly start: Operation<StartInput, StartResult>;
  readonly finish: Operation<FinishInput, FinishResult>;
  readonly mark: Operation<MarkInput, MarkResult>;
}

/** The reference: what the harness must not be able to break. */
export const reference: Protocol = { ask, park, respond, sweep, enqueue, start, finish, mark };
