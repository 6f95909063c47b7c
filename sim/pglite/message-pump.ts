/**
 * Sends protocol bytes to the backend and collects what it answers, synchronously.
 *
 * PGlite's own loop does the same, but parses every answer; this one hands the bytes on untouched.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import type { BackendMemory } from "./backend-memory.ts";
import { LONGJMP_STATUS } from "./build-facts.ts";

import type { ProgressTally } from "./progress-tally.ts";

/** The part of PGlite's Emscripten module that the pump drives. */
export interface PumpModule {
  addFunction(callback: (pointer: number, length: number) => number, signature: string): number;
  stackSave(): number;
  stackRestore(stackPointer: number): void;
  _pgl_set_rw_cbs(read: number, write: number): void;
  _pq_buffer_remaining_data(): number;
  _PostgresMainLoopOnce(): void;
  _PostgresMainLongJmp(): void;
  _PostgresSendReadyForQueryIfNecessary(): void;
  _pgl_pq_flush(): void;
}

/** Sends one or more whole messages; returns the answer's bytes, valid until the next call is none of its concern. */
export type Pump = (messages: Uint8Array) => Buffer;

/** Takes the backend's socket over from PGlite; its `query` cannot be used afterwards. */
export function messagePump(module: PumpModule, memory: BackendMemory, tally: ProgressTally): Pump {
  let input: Uint8Array = new Uint8Array(0);
  let offset = 0;
  let output: Buffer[] = [];
  const read = (pointer: number, capacity: number): number => {
    const chunk = input.subarray(offset, offset + capacity);
    memory.refresh();
    memory.write(pointer, chunk);
    offset += chunk.length;
    return chunk.length;
  };
  const write = (pointer: number, length: number): number => {
    memory.refresh();
    output.push(memory.copy(pointer, length));
    return length;
  };
  module._pgl_set_rw_cbs(module.addFunction(read, "ipi"), module.addFunction(write, "ipi"));

  return (messages) => {
    input = messages;
    offset = 0;
    output = [];
    while (offset < input.length || module._pq_buffer_remaining_data() > 0) {
      tally.nextMessage();
      turnMainLoop(module);
    }
    module._PostgresSendReadyForQueryIfNecessary();
    module._pgl_pq_flush();
    memory.refresh();
    return output.length === 1 && output[0] ? output[0] : Buffer.concat(output);
  };
}

/** One turn of the server's main loop; an error of a statement unwinds to here, as it does in Postgres itself. */
function turnMainLoop(module: PumpModule): void {
  const stackPointer = module.stackSave();
  try {
    module._PostgresMainLoopOnce();
  } catch (thrown) {
    module.stackRestore(stackPointer);
    if ((thrown as { status?: number }).status !== LONGJMP_STATUS) {
      throw new SwitchyardError(
        "harness",
        `The in-process Postgres stopped: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
        "Run the command again; if it stops at the same place, report the token.",
        { cause: thrown },
      );
    }
    module._PostgresMainLongJmp();
  }
}
