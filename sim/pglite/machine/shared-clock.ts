/**
 * The run's clock, in memory that all threads see. Nothing moves it but the harness and a statement that sleeps.
 */
import { LANE_BUILD } from "./lane-build.ts";
import { CLOCK } from "./lane-protocol.ts";

/** Share of a statement's own duration by which each further look moves the time: a sleep is at most 1 % too long. */
const STRIDE = 0.01;
/** The least such move, in microseconds. */
const MIN_STRIDE_US = 10;

/** Virtual time, in whole microseconds since 1970. */
export class SharedClock {
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT);
  readonly #words: Float64Array = new Float64Array(this.buffer);

  /** Microseconds since 1970. */
  get nowUs(): number {
    return this.#words[CLOCK.nowUs] as number;
  }

  /** Milliseconds since 1970, with fractions. */
  get nowMs(): number {
    return this.nowUs / 1000;
  }

  /** Sets the time, at the start of a statement. */
  set(nowUs: number): void {
    this.#words[CLOCK.nowUs] = Math.round(nowUs);
    this.#words[CLOCK.statementStartUs] = Math.round(nowUs);
    this.#words[CLOCK.looks] = 0;
  }

  /** A backend looks at its monotonic clock. One that does so again and again sleeps on it: let its time come. */
  look(): void {
    const looks = (this.#words[CLOCK.looks] as number) + 1;
    this.#words[CLOCK.looks] = looks;
    if (looks <= LANE_BUILD.freeLooks) return;
    const elapsedUs = this.nowUs - (this.#words[CLOCK.statementStartUs] as number);
    this.#words[CLOCK.nowUs] = this.nowUs + Math.max(MIN_STRIDE_US, Math.round(elapsedUs * STRIDE));
  }
}
