import { beforeEach, expect, it } from "vitest";
import { SharedMemory } from "../../sim/pglite/machine/shared-memory.ts";
import { Statics } from "../../sim/pglite/machine/statics.ts";

const RANGE = { start: 4_096, end: 204_096 };
/** Parts into which the statics are cut. */
const PARTS = 16;
const CHANGED = 7;

let memory: SharedMemory;
let statics: Statics;

beforeEach(() => {
  let free = 1_000_000;
  memory = new SharedMemory();
  statics = new Statics(memory, (bytes) => (free += bytes) - bytes);
  statics.add(RANGE);
  statics.begin();
});

it.each([RANGE.start, RANGE.start + 100_001, RANGE.end - 1])(
  "finds a change at %i once it has looked at every part, and keeps it from the other backends",
  (address) => {
    const other = statics.captureAll();
    const own = statics.captureAll();
    memory.setU8(address, CHANGED);
    for (let part = 0; part < PARTS; part += 1) statics.learnPart([other]);
    statics.save(own);
    statics.load(other);
    expect(memory.u8(address)).toBe(0);
    statics.load(own);
    expect(memory.u8(address)).toBe(CHANGED);
  },
);

it("looks at no more than a part at a time", () => {
  const other = statics.captureAll();
  memory.setU8(RANGE.end - 1, CHANGED);
  statics.learnPart([other]);
  statics.load(other);
  expect(memory.u8(RANGE.end - 1)).toBe(CHANGED);
});
