/**
 * A part of an exploration: every n-th run.
 */

/** Part `part` of `parts`, from 1. */
export interface Shard {
  readonly part: number;
  readonly parts: number;
}

/** All of it. */
export const WHOLE: Shard = { part: 1, parts: 1 };

/** Whether `shard` is all there is. */
export function isWhole({ parts }: Shard): boolean {
  return parts === 1;
}

/** The indices below `schedules` that belong to `shard`, in order; without an end if `schedules` is Infinity. */
export function* shardIndices({ part, parts }: Shard, schedules: number): Generator<number> {
  for (let index = part - 1; index < schedules; index += parts) yield index;
}
