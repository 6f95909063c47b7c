/**
 * The engine under test, with two rows and the sessions a, b and c before each test.
 */
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import type { Engine, Move } from "../../../sim/engine/port.ts";

/** How tests reach the engine; its parts may be taken apart. */
export interface TestedEngine {
  /** The engine itself; it is there once tests run. */
  engine(): Engine;
  /** Runs statements of one session and gives the last one's move; the earlier ones have to be done. */
  run(session: string, ...texts: readonly string[]): Promise<Move>;
  /** Begins another run at `startMs`: empty tables and no sessions. */
  startRun(startMs: number): Promise<void>;
  /** The committed rows of item, as [id, stock]. */
  stocks(): Promise<readonly unknown[]>;
}

const schema = `
create table item (
  id int primary key,
  label text not null,
  stock int not null default 0,
  constraint item_label_key unique (label)
);
create table purchase (
  id int generated always as identity primary key,
  item_id int not null references item (id) on delete cascade
);`;

/** Registers what opens the engine once, sets it up before each test, and closes it. */
export function testedEngine(open: () => Promise<Engine>): TestedEngine {
  let engine: Engine;

  beforeAll(async () => {
    engine = await open();
  }, 120_000);

  afterAll(async () => {
    await engine.close();
  });

  beforeEach(async () => {
    await engine.install(schema);
    await startRun(1_000);
    await engine.open("setup");
    await run("setup", "insert into item (id, label, stock) values (1, 'one', 10), (2, 'two', 20)");
    for (const session of ["a", "b", "c"]) await engine.open(session);
  });

  function startRun(startMs: number): Promise<void> {
    const onCommit = (): Promise<void> => Promise.resolve();
    return engine.startRun({ seed: 1, startMs, chooseVictim: () => 0, onCommit });
  }

  async function run(session: string, ...texts: readonly string[]): Promise<Move> {
    let move: Move | undefined;
    for (const text of texts) {
      if (move !== undefined) expect(move.outcome).toMatchObject({ kind: "done" });
      move = await engine.execute(session, { text });
    }
    if (move === undefined) throw new Error("run needs a statement");
    return move;
  }

  async function stocks(): Promise<readonly unknown[]> {
    const result = await engine.observe({
      text: "select id, stock from item order by id",
      rowMode: "array",
    });
    return result.rows;
  }

  return { engine: () => engine, run, startRun, stocks };
}
