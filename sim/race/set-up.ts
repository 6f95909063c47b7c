/**
 * Runs a race's setup, or puts back what the same statements left in an earlier run.
 *
 * Most runs of an exploration set up the same rows. The statements of a setup are compared with those of earlier setups
 * as they come; as long as they are the same, their known results are handed out, and at the end the tables are
 * restored from the image that was taken then. At the first difference everything is run for real.
 */
import type { Engine, Statement, StatementResult, TableImage } from "../engine/port.ts";
import { queryable } from "./actor-context.ts";
import type { Queryable } from "./race.ts";

/** Images kept for one engine; beyond it all are forgotten. */
const MAX_IMAGES = 100;

interface Memory {
  /** Results by the statements up to and with the one that gave them. */
  readonly results: Map<string, StatementResult>;
  readonly images: Map<string, TableImage>;
}

const memories = new WeakMap<Engine, Memory>();

/**
 * Runs `body` in one transaction of `session`, which must be open on an engine whose run has just started. Returns the image of
 * the tables as it left them, the same one each time that they are the same; undefined where the engine keeps none.
 */
export async function setUp(
  engine: Engine,
  session: string,
  schema: string,
  body: (db: Queryable) => Promise<void>,
): Promise<TableImage | undefined> {
  const memory = memoryOf(engine);
  const statements: Statement[] = [];
  const results = new Map<string, StatementResult>();
  let path = schema;
  let real = false;
  const execute = async (statement: Statement): Promise<StatementResult> => {
    const { outcome } = await engine.execute(session, statement);
    if (outcome.kind === "failed") throw outcome.error;
    if (outcome.kind === "waiting") throw new Error("the setup waits for a lock");
    return outcome.result;
  };
  const becomeReal = async (): Promise<void> => {
    real = true;
    await execute({ text: "begin" });
    for (const statement of statements) await execute(statement);
  };
  const query = async (statement: Statement): Promise<StatementResult> => {
    path += `\n${JSON.stringify([statement.text, statement.values, statement.rowMode])}`;
    const known = real ? undefined : memory.results.get(path);
    if (known === undefined && !real) await becomeReal();
    statements.push(statement);
    const result = known ?? (await execute(statement));
    results.set(path, result);
    return result;
  };

  await body(queryable(query));
  const image = real ? undefined : memory.images.get(path);
  if (image !== undefined && engine.restoreTables?.(image) === true) return image;
  if (!real) await becomeReal();
  await execute({ text: "commit" });
  const saved = engine.saveTables?.();
  if (saved === undefined) return undefined;
  for (const [key, result] of results) memory.results.set(key, result);
  memory.images.set(path, saved);
  return saved;
}

function memoryOf(engine: Engine): Memory {
  let memory = memories.get(engine);
  if (memory === undefined || memory.images.size >= MAX_IMAGES) {
    memory = { results: new Map(), images: new Map() };
    memories.set(engine, memory);
  }
  return memory;
}
