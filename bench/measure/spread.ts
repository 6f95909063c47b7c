/**
 * Medians and quartiles, and ratios made of them.
 */
import type { Limit, Ratio } from "../result.ts";

/** The value below which a share `at` (0 to 1) of the samples lies, linearly between two of them. At least one sample. */
export function quantile(samples: readonly number[], at: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError("A quantile needs a sample.");
  return below + (above - below) * (place - Math.floor(place));
}

/** The middle one. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** What is told of a ratio besides its samples. */
export interface RatioSubject {
  readonly name: string;
  readonly says: string;
  readonly basis: Ratio["basis"];
  readonly limit?: Limit;
}

/** A ratio with its spread, from one pair of measurements a round. */
export function ratioOf(
  subject: RatioSubject,
  dividends: readonly number[],
  divisors: readonly number[],
): Ratio {
  const samples = dividends.map((dividend, round) => dividend / (divisors[round] ?? NaN));
  return {
    ...subject,
    value: rounded(median(samples)),
    low: rounded(quantile(samples, 0.25)),
    high: rounded(quantile(samples, 0.75)),
    rounds: samples.length,
  };
}

/** To four significant digits: more would pretend to a precision that is not there. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
