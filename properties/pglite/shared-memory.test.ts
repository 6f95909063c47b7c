import { expect, it } from "vitest";
import { SharedMemory } from "../../sim/pglite/machine/shared-memory.ts";

const PAGE = 65_536;

/** A memory that has grown by a page since it was looked at; `end` is where it ended before. */
function grown(): { readonly memory: SharedMemory; readonly end: number } {
  const memory = new SharedMemory();
  const end = memory.bytes().length;
  (memory.wasm as unknown as { grow(pages: number): number }).grow(1);
  return { memory, end };
}

it("reads and writes numbers on both sides of where it ended before it grew", () => {
  const { memory, end } = grown();
  memory.setU32(end - 4, 1);
  memory.setU32(end, 2);
  memory.setU64(end + 8, 3n);
  memory.setU8(end + PAGE - 1, 4);
  expect([memory.u32(end - 4), memory.u32(end), memory.u64(end + 8), memory.u8(end + PAGE - 1)]).toEqual([
    1,
    2,
    3n,
    4,
  ]);
});

it("reads a number that lies across the old end", () => {
  const { memory, end } = grown();
  memory.write(end - 2, Uint8Array.of(1, 2, 3, 4));
  expect(memory.u32(end - 2)).toBe(0x04_03_02_01);
});

it("writes, copies and compares ranges that reach beyond the old end", () => {
  const { memory, end } = grown();
  memory.write(end - 3, Buffer.from("abcdef"));
  memory.write(0, Buffer.from("abcdef"));
  const target = Buffer.alloc(8);
  memory.copyTo(target, 1, end - 3, end + 3);
  expect(target.toString("latin1")).toBe("\0abcdef\0");
  expect(Buffer.from(memory.range(end - 3, end + 3)).toString()).toBe("abcdef");
  expect(memory.isSame(0, end - 3, 6)).toBe(true);
  memory.setU8(end + 2, 0);
  expect(memory.isSame(0, end - 3, 6)).toBe(false);
});

it("has all bytes, also those that came later", () => {
  const { memory, end } = grown();
  expect(memory.bytes().length).toBe(end + PAGE);
});
