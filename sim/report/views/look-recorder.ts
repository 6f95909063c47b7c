/**
 * Looks at the tables after every step of a run: as committed, and as each session sees them.
 */
import type { Engine, NotLooked } from "../../engine/port.ts";
import type { HeldRun, HeldSession } from "../../race/held-run.ts";
import { createTableCollector, type TablePool, type TableView } from "./table-states.ts";
import { tableReader, type TableReader, type UserTable } from "./user-tables.ts";

/** How a session sees the tables, or why it was not asked. */
export type SessionView = TableView | NotLooked;

/** The tables after one step. */
export interface Look {
  /** What was read last: where somebody has locked a table against readers, that is of an earlier step. */
  readonly committed: TableView;
  /** By session. */
  readonly sessions: Readonly<Record<string, SessionView>>;
}

/** Every look at a run; the first one was before the first step. */
export interface Looks {
  readonly tables: readonly UserTable[];
  readonly pool: TablePool;
  /** By the number of steps before it; where a step had no look of its own, the one before it holds. */
  readonly looks: readonly Look[];
}

/** Records looks at one run. */
export interface LookRecorder {
  readonly look: (run: HeldRun) => Promise<void>;
  /** What was seen; undefined before the first look. */
  readonly seen: () => Looks | undefined;
}

/** A recorder for the next run on `engine`. */
export function createLookRecorder(engine: Engine): LookRecorder {
  let reader: TableReader | undefined;
  let collector: ReturnType<typeof createTableCollector> | undefined;
  const looks: Look[] = [];
  return {
    async look(run) {
      reader ??= await tableReader(engine);
      collector ??= createTableCollector(reader.tables);
      const { text } = reader;
      const { add } = collector;
      const rows = await committedRows(engine, text);
      const committed = rows ? add(rows) : (looks.at(-1)?.committed ?? []);
      const sessions: Record<string, SessionView> = {};
      for (const session of run.sessions) {
        sessions[session.name] = await viewOf(engine, session, text, add);
      }
      const last = looks.at(-1);
      while (last !== undefined && looks.length < run.steps.length) looks.push(last);
      looks[run.steps.length] = { committed, sessions };
    },
    seen: () =>
      reader && collector
        ? { tables: reader.tables, pool: collector.pool, looks: withAllSessions(looks) }
        : undefined,
  };
}

/** A further connection of an actor is known from when it was first asked for; before, it sees what is committed. */
function withAllSessions(looks: readonly Look[]): readonly Look[] {
  const names = Object.keys(looks.at(-1)?.sessions ?? {});
  const none = Object.fromEntries(names.map((name) => [name, "committed" as const]));
  return looks.map((look) =>
    Object.keys(look.sessions).length === names.length
      ? look
      : { ...look, sessions: { ...none, ...look.sessions } },
  );
}

/** Undefined where somebody has locked a table against readers. */
async function committedRows(engine: Engine, text: string): Promise<readonly unknown[] | undefined> {
  try {
    return (await engine.observe({ text, rowMode: "array" })).rows;
  } catch {
    return undefined;
  }
}

async function viewOf(
  engine: Engine,
  { session }: HeldSession,
  text: string,
  add: (rows: readonly unknown[]) => TableView,
): Promise<SessionView> {
  if (session === undefined) return "committed";
  const seen = (await engine.lookAs?.(session, { text, rowMode: "array" })) ?? "unknown";
  return typeof seen === "string" ? seen : add(seen.rows);
}
