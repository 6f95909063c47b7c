/**
 * The moves of shrinking: each tries candidates near the smallest failure so far.
 */
import { minimize } from "./minimize.ts";
import type { ShrinkState } from "./shrink.ts";

/** Steps that a joined turn may run on. */
const RUN_ON_STEPS = 16;

type Move = <Data>(state: ShrinkState<Data>) => Promise<void>;

/** Seeds that are tried in place of the failure's own. */
const PLAIN_SEED = 0;

/** Goes on with the same session in as many places at once as possible. */
const dropSwitches: Move = async ({ best, attempt }) => {
  const { choices } = best();
  const positions = choices.flatMap((choice, position) => (choice === 0 ? [] : [position]));
  await minimize(positions, (kept) =>
    attempt({
      order: {
        kind: "choices",
        choices: choices.map((choice, position) => (kept.includes(position) ? choice : 0)),
      },
    }),
  );
};

/**
 * Joins a session's turn with its next one, before or after what came between (Jalbert and Sen, "A trace simplification technique
 * for effective debugging of concurrent programs", FSE 2010). Joined before it may need more steps than it had: it may run on.
 */
const joinTurns: Move = async ({ best, attempt }) => {
  for (let place = 0; place < turnsOf(best().run.taken).length; place += 1) {
    const turns = turnsOf(best().run.taken);
    const session = turns[place]?.[0];
    const next = turns.findIndex((turn, at) => at > place && turn[0] === session);
    if (session === undefined || session.startsWith("!") || next < 0) continue;
    const joined = [...(turns[place] ?? []), ...(turns[next] ?? [])];
    const between = turns.slice(place + 1, next);
    const rest = turns.slice(next + 1);
    const earlier = [...turns.slice(0, place), joined, ...between, ...rest];
    const later = [...turns.slice(0, place), ...between, joined, ...rest];
    const runOn = Array<string>(RUN_ON_STEPS).fill(session);
    const further = [...turns.slice(0, place), joined, runOn, ...between, ...rest];
    for (const order of [earlier, further, later]) {
      if (await attempt({ order: { kind: "sessions", sessions: order.flat() } })) break;
    }
  }
};

/** Takes single choices out, so that everything after them happens one choice earlier. */
const moveEarlier: Move = async ({ best, attempt }) => {
  for (let position = 0; position < best().choices.length; position += 1) {
    await attempt({ order: { kind: "choices", choices: best().choices.toSpliced(position, 1) } });
  }
};

/** Tries the smaller numbers in place of each choice. */
const lowerChoices: Move = async ({ best, attempt }) => {
  for (let position = 0; position < best().choices.length; position += 1) {
    const limit = best().choices[position] ?? 0;
    for (let choice = 1; choice < limit; choice += 1) {
      if (await attempt({ order: { kind: "choices", choices: best().choices.with(position, choice) } }))
        break;
    }
  }
};

/** Takes fast-check's shrinks of the data, under the same choices or the same order of sessions. */
const simplifyData: Move = async ({ best, attempt, arbitrary }) => {
  let simpler = true;
  while (simpler) {
    simpler = false;
    const { data, run } = best();
    const sessions = { kind: "sessions", sessions: run.taken } as const;
    for (const candidate of arbitrary.shrink(data.value, data.context)) {
      simpler = (await attempt({ data: candidate })) || (await attempt({ data: candidate, order: sessions }));
      if (simpler) break;
    }
  }
};

/** The data stay as they are; only what is random in the run changes. */
const plainSeed: Move = async ({ attempt }) => {
  await attempt({ seed: PLAIN_SEED });
};

/** All moves, in the order in which they are tried. */
export const SHRINK_MOVES: readonly Move[] = [
  dropSwitches,
  joinTurns,
  simplifyData,
  moveEarlier,
  lowerChoices,
  plainSeed,
];

/** The schedule as turns: each an array of one session's name, once a step. */
function turnsOf(taken: readonly string[]): readonly (readonly string[])[] {
  const turns: string[][] = [];
  for (const name of taken) {
    const last = turns.at(-1);
    if (last?.[0] === name) last.push(name);
    else turns.push([name]);
  }
  return turns;
}
