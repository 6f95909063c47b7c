/**
 * The protocol as one value: every operation by name, so that a variant can replace one of them.
 */
import { ask, type AskInput, type AskResult } from "./ask.ts";
import { clear, type ClearInput, type ClearResult } from "./clear.ts";
import { defer, type DeferInput, type DeferResult } from "./defer.ts";
import { deleteRun, type DeleteRunInput, type DeleteRunResult } from "./delete-run.ts";
import { enqueue, type EnqueueInput, type EnqueueResult } from "./enqueue.ts";
import { finish, type FinishInput, type FinishResult } from "./finish.ts";
import { fire, type FireInput, type FireResult } from "./fire.ts";
import { mark, type MarkInput, type MarkResult } from "./mark.ts";
import { park, type ParkInput, type ParkResult } from "./park.ts";
import { poll, type PollInput, type PollResult } from "./poll.ts";
import { queue, type QueueInput, type QueueResult } from "./queue.ts";
import { record, type RecordResult } from "./record.ts";
import type { Queryable } from "./query-port.ts";
import { respond, type RespondInput, type RespondResult } from "./respond.ts";
import { schedule, type ScheduleInput, type ScheduleResult } from "./schedule.ts";
import { skip, type SkipInput, type SkipResult } from "./skip.ts";
import { start, type StartInput, type StartResult } from "./start.ts";
import { sweep, type SweepInput, type SweepResult } from "./sweep.ts";
import { timeoutRun, type TimeoutRunInput, type TimeoutRunResult } from "./timeout-run.ts";
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
  readonly schedule: Operation<ScheduleInput, ScheduleResult>;
  readonly queue: Operation<QueueInput, QueueResult>;
  readonly clear: Operation<ClearInput, ClearResult>;
  readonly timeoutRun: Operation<TimeoutRunInput, TimeoutRunResult>;
  readonly deleteRun: Operation<DeleteRunInput, DeleteRunResult>;
  readonly defer: Operation<DeferInput, DeferResult>;
  readonly poll: Operation<PollInput, PollResult>;
  readonly fire: Operation<FireInput, FireResult>;
  readonly record: Operation<RespondInput, RecordResult>;
  readonly skip: Operation<SkipInput, SkipResult>;
}

/** The reference: what the harness must not be able to break. */
export const reference: Protocol = {
  ask,
  park,
  respond,
  sweep,
  enqueue,
  start,
  finish,
  mark,
  schedule,
  queue,
  clear,
  timeoutRun,
  deleteRun,
  defer,
  poll,
  fire,
  record,
  skip,
};
