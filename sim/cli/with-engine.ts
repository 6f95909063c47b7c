/**
 * Opens the engine that a command asks for, and closes it whatever happens.
 */
import { Option } from "commander";
import { guarded } from "../engine/guarded.ts";
import type { Engine } from "../engine/port.ts";
import { bindToProcessor, processorFor } from "../processor.ts";
import { watchRealTime } from "./note-real-time.ts";
import { processTerminal } from "./terminal.ts";

/** The engines that a command can run on. */
export type EngineName = Engine["name"];

/** Opens an engine; the command line's own is `openByName`, a test may give another. */
export type OpenEngine = (name: EngineName) => Promise<Engine>;

/** Loads and opens one of the two engines; what the other needs is not even loaded. */
export const openByName: OpenEngine = async (name) => {
  if (name === "pglite") return await (await import("../pglite/index.ts")).openEngine();
  return await (await import("../postgres/index.ts")).openServerEngine();
};

/** Like `openByName`, with this thread on one processor: for a program that has its thread for itself. */
export const openOnOneProcessor: OpenEngine = async (name) => {
  const processor = name === "pglite" ? processorFor(0) : undefined;
  if (processor !== undefined) bindToProcessor(processor);
  return await openByName(name);
};

/** The option --engine; "pglite" by default. */
export function engineOption(): Option {
  return new Option(
    "--engine <name>",
    "the in-process Postgres, or a server (DATABASE_URL, else one of our own)",
  )
    .choices(["pglite", "postgres"] satisfies EngineName[])
    .default("pglite");
}

/**
 * What `body` makes of an engine, which is closed in the end; a failure of `body` is not hidden by one of `close`. `note` is
 * given what the user should know of the race on this engine.
 */
export async function withEngine<Result>(
  open: OpenEngine,
  name: EngineName,
  body: (engine: Engine) => Promise<Result>,
  note: (text: string) => void = (text) => processTerminal().err(`${text}\n`),
): Promise<Result> {
  const watched = watchRealTime(guarded(await open(name)));
  let result: Result;
  try {
    result = await body(watched.engine);
  } catch (error) {
    await watched.engine.close().catch(() => {});
    throw error;
  }
  await watched.engine.close();
  const told = watched.note();
  if (told !== undefined) note(told);
  return result;
}
