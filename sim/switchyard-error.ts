/**
 * The one error class of the harness: what happened, and what to do next.
 */

/** Every way in which the harness refuses or gives up; the command line maps each to an exit code. */
export type SwitchyardErrorCode =
  /** The caller asked for something that does not exist or cannot be read (exit 2). */
  | "usage"
  /** A token that is damaged, of another version, or does not fit the code (exit 2). */
  | "token"
  /** A race module that throws outside its actors: in data, setup, observe or an invariant (exit 2). */
  | "race"
  /** Two runs of one token differ (exit 3). */
  | "nondeterministic"
  /** A statement that this engine cannot run; it names the statement and the way out (exit 5). */
  | "unsupported"
  /** The harness or its database is at fault: a failed self-test, a backend that failed, a lost database (exit 5). */
  | "harness";

/** An error with its remedy. */
export class SwitchyardError extends Error {
  override readonly name: string = "SwitchyardError";
  readonly code: SwitchyardErrorCode;
  /** What to do next, one sentence. */
  readonly remedy: string;

  constructor(code: SwitchyardErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}
