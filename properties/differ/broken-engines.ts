/**
 * Engines that are wrong on purpose, each in a way in which a harness could be wrong. `differ` has to find them.
 */
import { engineFacts } from "../../sim/engine/guarded.ts";
import type { Engine, Move, Settled, Statement } from "../../sim/engine/port.ts";

/** Share locks are taken as exclusive ones. */
export function takingShareAsExclusive(engine: Engine): Engine {
  return withMoves(engine, {
    execute: (session, statement) =>
      engine.execute(session, {
        ...statement,
        text: statement.text.replace(/\bfor (key )?share\b/, "for update"),
      }),
    expire: (session) => engine.expire(session),
  });
}

/**
 * A statement that had to wait in a transaction block is run again from the beginning, under a fresh snapshot, in place of going
 * on as Postgres does: with the rows that it had found, in their newest version.
 */
export function retryingUnderFreshSnapshot(engine: Engine): Engine {
  const inBlock = new Set<string>();
  const waiting = new Map<string, Statement>();

  const note = (session: string, { text }: Statement): void => {
    if (/^begin\b/.test(text)) inBlock.add(session);
    if (/^(commit|rollback)$/.test(text)) inBlock.delete(session);
  };

  /** Puts what the repeated statements gave in place of what the statements gave that had waited. */
  const repeatAll = async (move: Move): Promise<Move> => {
    const settled: Settled[] = [];
    for (const end of move.settled) {
      const statement = waiting.get(end.session);
      if (statement === undefined || end.outcome.kind === "waiting") {
        settled.push(end);
        continue;
      }
      waiting.delete(end.session);
      if (end.outcome.kind === "failed") {
        settled.push(end);
        continue;
      }
      await engine.execute(end.session, { text: "rollback to retry" });
      const again = await engine.execute(end.session, statement);
      if (again.outcome.kind === "waiting") waiting.set(end.session, statement);
      settled.push({ ...end, outcome: again.outcome }, ...again.settled);
    }
    return { ...move, settled };
  };

  return withMoves(engine, {
    startRun(start) {
      inBlock.clear();
      waiting.clear();
      return engine.startRun(start);
    },
    async execute(session, statement) {
      const repeats = inBlock.has(session) && /^(select|insert|update|delete)\b/.test(statement.text);
      if (repeats) await engine.execute(session, { text: "savepoint retry" });
      const move = await engine.execute(session, statement);
      note(session, statement);
      if (repeats && move.outcome.kind === "waiting") waiting.set(session, statement);
      return await repeatAll(move);
    },
    async expire(session) {
      waiting.delete(session);
      return await repeatAll(await engine.expire(session));
    },
  });
}

/** `engine` with other ways to move. */
function withMoves(
  engine: Engine,
  moves: Pick<Engine, "execute" | "expire"> & Partial<Pick<Engine, "startRun">>,
): Engine {
  return {
    ...engineFacts(engine),
    install: (schema) => engine.install(schema),
    startRun: (start) => engine.startRun(start),
    nowMs: () => engine.nowMs(),
    advanceTo: (timeMs) => engine.advanceTo(timeMs),
    open: (session) => engine.open(session),
    timeoutAt: (session) => engine.timeoutAt(session),
    disconnect: (session) => engine.disconnect(session),
    observe: (statement) => engine.observe(statement),
    close: () => engine.close(),
    ...moves,
  };
}
