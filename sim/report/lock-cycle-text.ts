/**
 * Possible deadlocks in sentences.
 */
import type { LockCycle } from "../search/lock-cycles.ts";
import { plainPaint, type Paint } from "./paint.ts";
import { shorten } from "./words.ts";

const MAX_STATEMENT_LENGTH = 60;

/** One block for each cycle: who held what and asked for what, with the statements. */
export function lockCycleText(cycles: readonly LockCycle[], paint: Paint = plainPaint): string {
  return cycles.map((cycle) => oneCycle(cycle, paint)).join("\n\n");
}

function oneCycle({ locks, edges }: LockCycle, paint: Paint): string {
  const circle = [...locks, locks[0]].join(" -> ");
  const lines = edges.map(
    ({ session, held, asked, heldBy, askedBy }) =>
      `  ${session} held ${held} (${shorten(heldBy, MAX_STATEMENT_LENGTH)}) and asked for ${asked} (${shorten(askedBy, MAX_STATEMENT_LENGTH)})`,
  );
  return [paint("bad", `Possible deadlock: ${circle}`), ...lines].join("\n");
}
