/**
 * Which of two failures is smaller: a total order, so that shrinking ends, and ends at the same place.
 */
import type { Json } from "../trace/trace.ts";
import type { Failure } from "./shrink.ts";

type Sized = Pick<Failure<unknown>, "choices" | "run">;

/** Whether `one` is smaller than `other`: the first size in which they differ decides, then the text of the data. */
export function isSmaller(one: Sized, other: Sized): boolean {
  const ours = failureSizes(one);
  const theirs = failureSizes(other);
  const differing = ours.findIndex((size, index) => size !== theirs[index]);
  if (differing >= 0) return (ours[differing] as number) < (theirs[differing] as number);
  return tieBreaker(one) < tieBreaker(other);
}

/**
 * What counts, most important first: preemptions, actors that take a step, steps, operations, size of the data, choices
 * that are not 0, the step at which the first invariant broke, the places of the choices that are not 0, the sum of the
 * choices, the seed.
 */
export function failureSizes({ choices, run }: Sized): readonly number[] {
  const switches = choices.flatMap((choice, place) => (choice === 0 ? [] : [place]));
  return [
    run.preemptions,
    new Set(run.steps.map(({ session }) => session)).size,
    run.steps.length,
    run.history.length,
    dataSize(run.data),
    switches.length,
    Math.min(...run.violations.map(({ step }) => step)),
    sum(switches),
    sum(choices),
    run.seed,
  ];
}

/** Null and false weigh nothing, numbers their absolute value, texts their length, an array 1 for each item and the items. */
export function dataSize(data: Json): number {
  if (data === null || data === false) return 0;
  if (data === true) return 1;
  if (typeof data === "number") return Math.abs(data);
  if (typeof data === "string") return data.length;
  if (Array.isArray(data)) return data.length + sum(data.map(dataSize));
  return sum(Object.values(data).map(dataSize));
}

function tieBreaker({ choices, run }: Sized): string {
  return JSON.stringify([choices, run.data]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
