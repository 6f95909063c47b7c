/**
 * What a lane has to know of the build of PGlite: plain values, handed to the thread as they are.
 */
import { LONGJMP_STATUS, PROCESS_ID, STATICS } from "../build-facts.ts";
import { WAIT_LATCH_HOOK } from "./program.ts";

/** As the beginning of the stack, it makes any stack too deep. */
export const BEYOND_ANY_DEPTH = 0x7fff_0000;

/** What a lane knows of the build. */
export interface LaneBuild {
  /** Address of `stack_base_ptr`, from which a backend measures how deep its stack is. */
  readonly stackBase: number;
  /** Status with which an error of Postgres unwinds to the main loop. */
  readonly longjmpStatus: number;
  /** Written there, it makes any stack too deep. */
  readonly beyondAnyDepth: number;
  readonly waitLatchHook: string;
  /** What getpid() says. */
  readonly processId: number;
  /** WL_TIMEOUT among the events of WaitLatch (storage/waiteventset.h). */
  readonly waitsWithTimeout: number;
  /** CLOCK_MONOTONIC. */
  readonly clockMonotonic: number;
  /** Looks at the monotonic clock within one statement that do not move it. */
  readonly freeLooks: number;
  /**
   * A module that exports its only import, a function of two i32 to one i32: how a JavaScript function gets into a function
   * table.
   */
  readonly wrapper: readonly number[];
}

/** See LaneBuild. */
export const LANE_BUILD: LaneBuild = {
  stackBase: STATICS.stackBase,
  longjmpStatus: LONGJMP_STATUS,
  beyondAnyDepth: BEYOND_ANY_DEPTH,
  waitLatchHook: WAIT_LATCH_HOOK,
  processId: PROCESS_ID,
  waitsWithTimeout: 1 << 3,
  clockMonotonic: 1,
  freeLooks: 64,
  wrapper: [
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f,
    0x02, 0x07, 0x01, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00, 0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00,
  ],
};
