/**
 * The beginning of a thread whose program is TypeScript: a loader that the main thread has does not reach its threads, so it is
 * registered here, before the program is loaded.
 */
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.program);
