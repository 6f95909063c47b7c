/**
 * The three-session race, read from its specification: what isolationtester runs, as a race of the run loop.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { Actor, Race } from "../../sim/race/race.ts";
import { parseSpec } from "../../sim/spec/parse-spec.ts";
import type { SpecSession, TestSpec } from "../../sim/spec/test-spec.ts";
import { inPackage } from "../package-root.ts";

/** The specification's text, without permutations. */
const specText: string = readFileSync(inPackage("bench", "harness", "three-sessions.spec"), "utf8");

/** The specification, parsed. */
const threeSessions: TestSpec = parseSpec(specText);

/** One row of the table. */
interface Task {
  readonly state: string;
  readonly answer: string | null;
}

/** The race: the specification's statements, and what must hold. */
export const threeSessionRace: Race<readonly Task[], null> = {
  name: "bench/three-sessions",
  description: "A task is parked, answered and swept.",
  schema: "create table task (id int primary key, state text not null, answer text)",
  data: fc.constant(null),
  setup: async (db) => {
    await db.query("insert into task values (1, 'running', null)");
  },
  actors: () => Object.fromEntries(threeSessions.sessions.map((session) => [session.name, actor(session)])),
  observe: async (db) => (await db.query<Task>("select state, answer from task")).rows,
  invariants: [
    {
      name: "no-answer-lost",
      promise: "An answer stays.",
      check: ({ before, after }) =>
        before[0]?.answer != null && after[0]?.answer !== before[0].answer
          ? "The answer changed."
          : undefined,
    },
  ],
  atEnd: [],
  liveness: {
    name: "liveness",
    promise: "In the end the task is scheduled.",
    check: ({ after }) => (after[0]?.state === "scheduled" ? undefined : `It is ${after[0]?.state}.`),
  },
  mustSee: [],
  labels: () => [],
  mutants: [],
  mutate: () => threeSessionRace,
};

/** The names of the steps in an order of sessions, as a line "permutation" has them. */
function stepNames(sessions: readonly string[]): readonly string[] {
  const next = new Map<string, number>();
  return sessions.map((name) => {
    const position = next.get(name) ?? 0;
    next.set(name, position + 1);
    const step = threeSessions.sessions.find((session) => session.name === name)?.steps[position];
    if (step === undefined) throw new Error(`Session ${name} has no step ${position + 1}.`);
    return step.name;
  });
}

/** The specification with these orders of sessions as its permutations. */
export function specWith(permutations: readonly (readonly string[])[]): string {
  const lines = permutations.map((sessions) => `permutation ${stepNames(sessions).join(" ")}`);
  return `${specText}\n${lines.join("\n")}\n`;
}

function actor({ setup = "", steps }: SpecSession): Actor {
  return async ({ db }) => {
    await db.query(setup.replace(";", "").trim());
    for (const { sql } of steps) await db.query(sql.replace(/;\s*$/, "").trim());
  };
}
