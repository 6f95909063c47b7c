/**
 * The last proof at start, after those of single facts (proofs/): one race whose end is known. A wait is noticed and names
 * its holder, the woken statement sees what Postgres would show it, and time is the run's own.
 */
import type { Outcome } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Engine } from "../engine/port.ts";

const SCHEMA = "create table self_test (id int primary key, n int not null)";
const START_MS = Date.UTC(2030, 0, 1);

/** Runs a lost-update race with two sessions. @throws SwitchyardError "harness" naming the fact that does not hold */
export async function selfTest(engine: Engine): Promise<void> {
  await engine.install(SCHEMA);
  await engine.startRun({
    seed: 1,
    startMs: START_MS,
    chooseVictim: () => 0,
    onCommit: () => Promise.resolve(),
  });
  await engine.open("first");
  await engine.open("second");
  const run = (session: string, text: string): ReturnType<Engine["execute"]> =>
    engine.execute(session, { text });
  await run("first", "insert into self_test values (1, 0)");
  await run("first", "begin");
  await run("first", "update self_test set n = n + 1");
  await run("second", "begin");
  const waiting = await run("second", "update self_test set n = n + 1");
  expect("a wait is noticed", waiting.outcome.kind === "waiting");
  expect(
    "a wait names its holder",
    waiting.outcome.kind === "waiting" && waiting.outcome.wait.for.join() === "first",
  );
  const commit = await run("first", "commit");
  expect(
    "a woken statement ends",
    commit.settled[0]?.session === "second" && commit.settled[0].outcome.kind === "done",
  );
  const read = await run("second", "select n, extract(epoch from now()) * 1000 as now from self_test");
  expect("a woken update counts on the new version", Number(firstRow(read.outcome)["n"]) === 2);
  expect("now() is the run's own time", Number(firstRow(read.outcome)["now"]) === START_MS);
  await run("second", "rollback");
}

function firstRow(outcome: Outcome): Record<string, unknown> {
  return outcome.kind === "done" ? ((outcome.result.rows[0] ?? {}) as Record<string, unknown>) : {};
}

function expect(fact: string, holds: boolean): void {
  if (holds) return;
  throw new SwitchyardError(
    "harness",
    `Self-test: with the installed PGlite it does not hold that ${fact}.`,
    "Install the version of @electric-sql/pglite that package.json pins.",
  );
}
