/**
 * An arbitrary that fast-check draws from but does not shrink: runs are shrunk by sim/search/shrink.ts, which knows what makes one
 * simpler than another.
 */
import fc from "fast-check";

/** What `inner` draws, together with what it needs to shrink it; fast-check itself shrinks nothing here. */
export class Unshrunk<Value> extends fc.Arbitrary<fc.Value<Value>> {
  readonly #inner: fc.Arbitrary<Value>;

  constructor(inner: fc.Arbitrary<Value>) {
    super();
    this.#inner = inner;
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<fc.Value<Value>> {
    return new fc.Value(this.#inner.generate(random, biasFactor), undefined);
  }

  canShrinkWithoutContext(_value: unknown): _value is fc.Value<Value> {
    return false;
  }

  shrink(): fc.Stream<fc.Value<fc.Value<Value>>> {
    return fc.Stream.nil();
  }
}
