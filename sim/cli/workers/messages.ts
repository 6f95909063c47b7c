/**
 * What the main thread and a searching thread say to each other; plain data.
 */
import type { BrokenInvariant } from "../../search/failures.ts";
import type { RunSummary } from "../../search/run-summary.ts";
import type { SearchTask } from "../../search/searcher.ts";
import type { Counterexamples } from "../../search/shrink-each.ts";
import { SwitchyardError, type SwitchyardErrorCode } from "../../switchyard-error.ts";
import type { EngineName } from "../with-engine.ts";

/** What a thread is started with (its `workerData`). */
export interface ThreadStart {
  /** Tells a searching thread from any other. */
  readonly purpose: typeof SEARCHING_THREAD;
  readonly race: string;
  readonly engine: EngineName;
  readonly task: SearchTask;
  /** The processor to which the thread binds itself, if to any. */
  readonly processor: number | undefined;
}

/** See ThreadStart. */
export const SEARCHING_THREAD = "switchyard-search";

/** One at a time, answered by one reply; only "close" may come before the reply to another one. */
export type ThreadRequest =
  | { readonly kind: "open" }
  | { readonly kind: "run"; readonly indices: readonly number[] }
  | { readonly kind: "shrink"; readonly broken: readonly BrokenInvariant[] }
  | { readonly kind: "close" };

/** The answer to a request. */
export type ThreadReply =
  | { readonly kind: "opened" }
  | { readonly kind: "closed" }
  | { readonly kind: "runs"; readonly runs: readonly RunSummary[] }
  | { readonly kind: "shrunk"; readonly counterexamples: Counterexamples }
  | { readonly kind: "failed"; readonly error: PlainError };

/** An error as it travels. */
export interface PlainError {
  /** Undefined where it is none of the harness' own. */
  readonly code: SwitchyardErrorCode | undefined;
  readonly message: string;
  readonly remedy: string;
  readonly stack: string | undefined;
}

/** `error` as plain data. */
export function plainError(error: unknown): PlainError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const own = error instanceof SwitchyardError ? error : undefined;
  return { code: own?.code, message, remedy: own?.remedy ?? "", stack };
}

/** The error that `plainError` was made of. */
export function errorFrom({ code, message, remedy, stack }: PlainError): Error {
  const error = code === undefined ? new Error(message) : new SwitchyardError(code, message, remedy);
  if (stack !== undefined) error.stack = stack;
  return error;
}
