/**
 * Proves what build-facts.ts says of the program as a whole, before any of it is used: where its statics, its stack and
 * the state of its C heap lie.
 */
import { STATICS } from "../build-facts.ts";
import type { MainInstance } from "../machine/main-instance.ts";
import { prove } from "./prove.ts";

/** Bytes of the stack that the frames of the booted first backend take at most. */
const BOOT_FRAMES = 65_536;

/** Offsets in the heap's state (malloc.c of dlmalloc, struct malloc_state). */
const HEAP = { topSize: 12, leastAddress: 16, top: 24 } as const;
/** What dlmalloc keeps behind the top chunk. */
const TOP_FOOT = 40;

/** Proves the facts about a program whose first backend has just booted. */
export function proveProgram(main: MainInstance): void {
  const { memory } = main;
  const stackTop = main.stackTopAtStart;
  prove("STATICS.stackTop", () => STATICS.stackTop === stackTop);
  prove("STATICS.stackBase", () => {
    const base = memory.u32(STATICS.stackBase);
    return base <= stackTop && base > stackTop - BOOT_FRAMES;
  });
  prove("STATICS.start", () => isUntouchedBelow(main, STATICS.start));
  prove("STATICS.mallocState", () => isHeapState(main, STATICS.mallocState));
}

/** Whether everything below `end` is still as the program was loaded. */
function isUntouchedBelow({ memory, program }: MainInstance, end: number): boolean {
  const initial = Buffer.alloc(end);
  for (const { address, bytes } of program.data) {
    if (address < end) initial.set(bytes.subarray(0, end - address), address);
  }
  return initial.compare(memory.bytes(), 0, end) === 0;
}

/** Whether the state of the C heap lies at `state`: it begins where the stack ends, and its top chunk ends at the break. */
function isHeapState(main: MainInstance, state: number): boolean {
  const { memory } = main;
  const topEnd = memory.u32(state + HEAP.top) + memory.u32(state + HEAP.topSize) + TOP_FOOT;
  return (
    memory.u32(state + HEAP.leastAddress) === main.addressOf("__heap_base") &&
    topEnd === memory.u32(main.call("emscripten_get_sbrk_ptr")())
  );
}
