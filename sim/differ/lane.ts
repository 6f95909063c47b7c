/**
 * One after the other: bodies that share something that only one may use at a time.
 */

/** Runs each body after the one before has ended, however that ended. */
export class Lane {
  #turn: Promise<unknown> = Promise.resolve();

  /** Bound, so that it can be handed on. */
  readonly run = <Result>(body: () => Promise<Result>): Promise<Result> => {
    const result = this.#turn.then(body);
    this.#turn = result.catch(() => undefined);
    return result;
  };
}
