/**
 * How a thread loads a program: the one place that knows of TypeScript, bundles and loaders.
 */
import { Worker } from "node:worker_threads";

/**
 * A thread that runs `program` (the URL of a module, the one that the main thread runs); `data` is plain, and with `program`
 * added it is the thread's `workerData`. A TypeScript module is loaded by way of typescript-thread.mjs, another one as it is.
 */
export function startThread(program: string, data: object): Worker {
  const isTypeScript = program.endsWith(".ts");
  const entry = isTypeScript ? new URL("./typescript-thread.mjs", import.meta.url) : new URL(program);
  return new Worker(entry, {
    workerData: { ...data, program },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

/** A run leaves nothing behind but its summary: with more room for what is young, fewer collections find it dead. */
const YOUNG_GENERATION_MB = 192;
