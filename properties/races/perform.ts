/**
 * Calls an operation of the protocol as an operation of the race.
 */
import type { Operation } from "../../model/protocol.ts";
import type { RetryableError } from "../../model/transaction.ts";
import type { ActorContext } from "../../sim/race/race.ts";

/** The operation's answer; `retries` tells the errors after which it was tried again, and is absent without any. */
export type Performed<Result> = Result & {
  readonly retries?: readonly Pick<RetryableError, "code" | "message" | "detail">[];
};

/** Runs `operation` on the actor's session under `name`, with its retries in the history. */
export function perform<Input, Result extends object>(
  context: ActorContext,
  name: string,
  operation: Operation<Input, Result>,
  input: Input,
): Promise<Performed<Result>> {
  return context.operation(name, input, async () => {
    const retries: Pick<RetryableError, "code" | "message" | "detail">[] = [];
    const onRetry = ({ code, message, detail }: RetryableError): void => {
      retries.push({ code, message, ...(detail === undefined ? {} : { detail }) });
    };
    const result = await operation(context.db, input, { onRetry });
    return retries.length === 0 ? result : { ...result, retries };
  });
}
