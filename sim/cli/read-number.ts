/**
 * Reads the numbers of the command line.
 */
import { InvalidArgumentError } from "commander";
import type { Shard } from "../search/shard.ts";

/** A reader of whole numbers from `min` to `max`; it throws InvalidArgumentError for anything else. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return number;
  };
}

/** Reads a number above 0, with or without decimals; throws InvalidArgumentError for anything else. */
export function positiveNumber(text: string): number {
  const number = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || number <= 0)
    throw new InvalidArgumentError("It must be a number above 0.");
  return number;
}

/** Reads a shard, "2/3"; throws InvalidArgumentError for anything else, and for parts beyond the last. */
export function readShard(text: string): Shard {
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (part === undefined || parts === undefined || part < 1 || part > parts)
    throw new InvalidArgumentError("It must be a part and the number of parts, for instance 2/3.");
  return { part, parts };
}
