/**
 * A race under another isolation level: the same actors, whose transactions begin at that level, with or without a retry of what
 * Postgres refuses there.
 *
 * Only what is between BEGIN and COMMIT has a level of its own; a statement outside a transaction runs as it does in the race. "no
 * transaction" leaves BEGIN, COMMIT and ROLLBACK out, so that each statement is committed by itself: what no level prevents there
 * shows that the race could see it.
 */
import type { StatementResult } from "../engine/port.ts";
import type { Actor, ActorContext, OperationRecord, Queryable, Race } from "./race.ts";

/** The levels of PostgreSQL (READ UNCOMMITTED is READ COMMITTED there), and none. */
export type IsolationLevel = "no transaction" | "read committed" | "repeatable read" | "serializable";

/** From the weakest to the strongest. */
export const ISOLATION_LEVELS: readonly IsolationLevel[] = [
  "no transaction",
  "read committed",
  "repeatable read",
  "serializable",
];

/** Tries of an operation at most. */
const MAX_TRIES = 5;

/** How a race is run. */
export interface Isolation {
  readonly level: IsolationLevel;
  /** Operations that fail with 40001 or 40P01 are rolled back and tried again; without it the client gives up. */
  readonly retries: boolean;
}

/**
 * `race` under `isolation`, under a name of its own, which `isolationOf` reads. An actor that gives up ends; its operation has
 * the error as its result and as its label.
 */
export function underIsolation<State, Data>(
  race: Race<State, Data>,
  isolation: Isolation,
): Race<State, Data> {
  const { level, retries } = isolation;
  return {
    ...race,
    name: `${race.name}.${level.replaceAll(" ", "-")}${retries ? RETRY : ""}`,
    actors: (data) =>
      Object.fromEntries(
        Object.entries(race.actors(data)).map(([name, actor]) => [name, actorUnder(actor, isolation)]),
      ),
    labels: (operation) => {
      const code = errorCodeOf(operation);
      return code === undefined ? race.labels(operation) : [`${operation.name} ${code}`];
    },
    mutate: (id) => underIsolation(race.mutate(id), isolation),
  };
}

/** The race's own name and the isolation in a name that `underIsolation` gave; undefined for any other. */
export function isolationOf(name: string): (Isolation & { readonly race: string }) | undefined {
  const retries = name.endsWith(RETRY);
  const whole = retries ? name.slice(0, -RETRY.length) : name;
  const level = ISOLATION_LEVELS.find((each) => whole.endsWith(`.${each.replaceAll(" ", "-")}`));
  if (level === undefined) return undefined;
  return { race: whole.slice(0, -level.length - 1), level, retries };
}

/** SQLSTATE of the error with which an operation ended, if it did. */
function errorCodeOf({ result }: OperationRecord): string | undefined {
  return (result as { readonly error?: { readonly code?: string } } | null | undefined)?.error?.code;
}

const RETRY = ".retry";

const BEGIN = /^\s*(begin|start\s+transaction)\b/i;
const END = /^\s*(commit|end|rollback(?!\s+to)|abort)\b/i;
const BLOCK = /^\s*(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release)\b/i;
const REFUSED: ReadonlySet<unknown> = new Set(["40001", "40P01"]);

function actorUnder(actor: Actor, { level, retries }: Isolation): Actor {
  return async (context) => {
    const block = { isOpen: false };
    const db = sessionUnder(context.db, level, block);
    const operation: ActorContext["operation"] = retries
      ? (name, input, body) => context.operation(name, input, () => retrying(db, block, body))
      : context.operation;
    try {
      await actor({ ...context, db, operation });
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
  };
}

/** Whether a session is in a transaction block, as far as its statements tell. */
interface Block {
  isOpen: boolean;
}

function sessionUnder(db: Queryable, level: IsolationLevel, block: Block): Queryable {
  return {
    query: (statement, values) => {
      const text = typeof statement === "string" ? statement : statement.text;
      if (BEGIN.test(text)) block.isOpen = true;
      else if (END.test(text)) block.isOpen = false;
      if (level === "no transaction" && BLOCK.test(text)) return Promise.resolve(NOTHING as never);
      return BEGIN.test(text) ? db.query(`begin isolation level ${level}`) : db.query(statement, values);
    },
  };
}

/** What BEGIN and the like answer where they are left out. */
const NOTHING: StatementResult = { command: "", rowCount: null, fields: [], rows: [] };

async function retrying<Result>(db: Queryable, block: Block, body: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await body();
    } catch (error) {
      if (tries === MAX_TRIES || !isRefused(error)) throw error;
      if (block.isOpen) await db.query("rollback");
    }
  }
}

function isRefused(error: unknown): boolean {
  return REFUSED.has((error as { readonly code?: unknown }).code);
}
