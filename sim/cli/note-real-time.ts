/**
 * Tells when a race on a server asks the database for what the harness controls in process only: its clock and random values.
 */
import type { Engine, Statement } from "../engine/port.ts";
import { clockAndRandomNames } from "../search/engine-bound.ts";

/** An engine, and what was asked of it so far. */
export interface WatchedEngine {
  readonly engine: Engine;
  /** A line for the user, or undefined where there is nothing to tell. */
  readonly note: () => string | undefined;
}

/** `engine` (a plain object of functions), of which schemas and statements are looked at if it does not control time. */
export function watchRealTime(engine: Engine): WatchedEngine {
  if (engine.controlsTime) return { engine, note: () => undefined };
  const texts = new Set<string>();
  const watched: Engine = {
    ...engine,
    install: (schema: string) => {
      texts.add(schema);
      return engine.install(schema);
    },
    execute: (session: string, statement: Statement) => {
      texts.add(statement.text);
      return engine.execute(session, statement);
    },
  };
  return { engine: watched, note: () => noteOf(clockAndRandomNames([...texts].join("\n"))) };
}

function noteOf(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return `switchyard: The race's SQL uses ${names.join(", ")}: on a server these are real time and the server's own random values, so that a token may give others each time. Pass them as parameters, from the actor's context, to have the same everywhere.`;
}
