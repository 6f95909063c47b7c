/**
 * The run's clock. Nothing moves it but the harness and a statement that sleeps.
 */

/** Looks at the monotonic clock within one statement that move nothing; a sleeping backend takes many more. */
const FREE_GLANCES = 64;
/** Share of a statement's own duration by which each further look moves the time: a sleep is at most 1 % too long. */
const STRIDE = 0.01;
/** The least such move, in microseconds. */
const MIN_STRIDE_US = 10;

/** Virtual time, in whole microseconds since 1970. */
export class VirtualClock {
  #nowUs = 0;
  #statementStartUs = 0;
  #glances = 0;

  /** Microseconds since 1970. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Milliseconds since 1970, with fractions. */
  get nowMs(): number {
    return this.#nowUs / 1000;
  }

  /** Sets the time, at the start of a statement; also backwards, which a re-run needs. */
  set(nowUs: number): void {
    this.#nowUs = Math.round(nowUs);
    this.#statementStartUs = this.#nowUs;
    this.#glances = 0;
  }

  /** The backend looks at its monotonic clock. One that sleeps spins on it until its time has come: let it come. */
  glance(): void {
    this.#glances++;
    if (this.#glances <= FREE_GLANCES) return;
    this.#nowUs += Math.max(MIN_STRIDE_US, Math.round((this.#nowUs - this.#statementStartUs) * STRIDE));
  }
}
