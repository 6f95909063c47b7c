/**
 * How far a statement has come, told by something deterministic: the calls that it makes inside PG_TRY blocks.
 *
 * Emscripten sends each of them through an import (`invoke_*`). The same statement on the same rows makes the same calls, so
 * the count up to a wait marks that moment in a later run of the statement, in which nothing has to wait any more.
 */

/** A moment of a statement: the message that was worked on (counted from the statement's first), and calls within it. */
export interface Progress {
  readonly message: number;
  readonly calls: number;
}

/** A moment that no statement reaches. */
export const NEVER: Progress = { message: Number.MAX_SAFE_INTEGER, calls: 0 };

/** Counts, and does something once a moment has passed. */
export class ProgressTally {
  #calls = 0;
  #message = 0;
  #messageStart = 0;
  #target = -1;
  #awaited: Progress | undefined;
  #passed: (() => void) | undefined;

  /** A statement begins after `skipped` messages that are not its own. */
  begin(skipped: number): void {
    this.#message = -1 - skipped;
    this.#target = -1;
    this.#awaited = undefined;
  }

  /** Calls `passed` at the first call after `progress` in the statement that has just begun. */
  afterwards(progress: Progress, passed: () => void): void {
    this.#awaited = progress;
    this.#passed = passed;
  }

  /** The backend takes up its next message. */
  nextMessage(): void {
    this.#message++;
    this.#messageStart = this.#calls;
    const awaited = this.#awaited;
    this.#target = awaited?.message === this.#message ? this.#messageStart + awaited.calls + 1 : -1;
  }

  /** The backend makes a call. */
  call(): void {
    if (++this.#calls === this.#target) this.#passed?.();
  }

  /** Where the statement is. */
  now(): Progress {
    return { message: this.#message, calls: this.#calls - this.#messageStart };
  }
}
