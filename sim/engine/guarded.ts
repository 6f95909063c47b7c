/**
 * An engine whose own failures are told as what they are: faults of the database or the harness, never of the race.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import { DatabaseError } from "./database-error.ts";
import type { Engine, TableImage } from "./port.ts";

/**
 * `engine`, of which every unforeseen failure becomes a SwitchyardError "harness" that names the statement. What the engine
 * says on purpose goes through: SwitchyardErrors, and the DatabaseError of a read that Postgres refuses.
 */
export function guarded(engine: Engine): Engine {
  return {
    ...engineFacts(engine),
    ...(engine.saveTables === undefined ? {} : { saveTables: () => engine.saveTables?.() }),
    ...(engine.restoreTables === undefined
      ? {}
      : { restoreTables: (image: TableImage) => engine.restoreTables?.(image) === true }),
    ...(engine.wantVictims === undefined
      ? {}
      : { wantVictims: (sessions: readonly string[]) => engine.wantVictims?.(sessions) }),
    install: (schema) =>
      guard(
        () => "the schema was being installed",
        () => engine.install(schema),
      ),
    startRun: (start) =>
      guard(
        () => "a run was being started",
        () => engine.startRun(start),
      ),
    nowMs: () => engine.nowMs(),
    advanceTo: (timeMs) => engine.advanceTo(timeMs),
    open: (session) =>
      guard(
        () => `session "${session}" was being opened`,
        () => engine.open(session),
      ),
    execute: (session, statement) =>
      guard(
        () => `session "${session}" ran "${statement.text}"`,
        () => engine.execute(session, statement),
      ),
    timeoutAt: (session) => engine.timeoutAt(session),
    expire: (session) =>
      guard(
        () => `a statement of session "${session}" timed out`,
        () => engine.expire(session),
      ),
    disconnect: (session) =>
      guard(
        () => `session "${session}" was being closed`,
        () => engine.disconnect(session),
      ),
    observe: (statement) =>
      guard(
        () => `the committed state was read with "${statement.text}"`,
        () => engine.observe(statement),
      ),
    ...lookingParts(engine),
    close: () => engine.close(),
  };
}

/** What is known of an engine without calling it. */
export function engineFacts({
  name,
  decidesOrder,
  controlsTime,
  reportsRows,
  hasSignals,
}: Engine): Pick<Engine, "name" | "decidesOrder" | "controlsTime" | "reportsRows" | "hasSignals"> {
  return { name, decidesOrder, controlsTime, reportsRows, hasSignals };
}

/** What only some engines can do. */
function lookingParts(engine: Engine): Pick<Engine, "lookAs" | "backendPid"> {
  const { lookAs, backendPid } = engine;
  return {
    ...(lookAs === undefined
      ? {}
      : {
          lookAs: (session, statement) =>
            guard(
              () => `the database was read as session "${session}"`,
              () => lookAs.call(engine, session, statement),
            ),
        }),
    ...(backendPid === undefined ? {} : { backendPid: (session) => backendPid.call(engine, session) }),
  };
}

async function guard<Result>(doing: () => string, body: () => Promise<Result>): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof SwitchyardError || error instanceof DatabaseError) throw error;
    throw new SwitchyardError(
      "harness",
      `The database failed while ${doing()}: ${error instanceof Error ? error.message : String(error)}.`,
      "Run the same command again; if it fails at the same place, report it with what --trace-errors prints.",
      { cause: error },
    );
  }
}
