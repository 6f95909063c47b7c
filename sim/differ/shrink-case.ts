/**
 * Makes a case that shows a divergence smaller: fewer statements, then simpler ones, then fewer switches between sessions.
 *
 * Every candidate is really run on both engines. Sessions keep their names (one may end up without a statement), and steps
 * are names, so that taking a statement out leaves the order of the others alone.
 */
import { minimize } from "../search/minimize.ts";
import type { Steps } from "./compare-case.ts";
import type { Block, Case, Op } from "./workload.ts";

/** A case that diverges, with the steps up to there. */
export interface Diverging {
  readonly subject: Case;
  readonly steps: Steps;
}

/** Runs a candidate: the same case with the steps that it took up to its difference, or undefined if there is none. */
export type StillDiverges = (candidate: Diverging) => Promise<Steps | undefined>;

/** The smallest that was found with at most `maxRuns` candidates. */
export async function shrinkCase(
  begin: Diverging,
  stillDiverges: StillDiverges,
  maxRuns: number,
): Promise<Diverging> {
  let best = begin;
  let runs = 0;
  const attempt = async (candidate: Diverging): Promise<boolean> => {
    if (runs === maxRuns) return false;
    runs++;
    const steps = await stillDiverges(candidate);
    if (steps === undefined) return false;
    best = { subject: candidate.subject, steps };
    return true;
  };
  await dropOps(() => best, attempt);
  await simplify(() => best, attempt);
  await dropOps(() => best, attempt);
  await dropSteps(() => best, attempt);
  return best;
}

type Attempt = (candidate: Diverging) => Promise<boolean>;

/** Where an op is: session, block, position. */
type Place = readonly [number, number, number];

async function dropOps(best: () => Diverging, attempt: Attempt): Promise<void> {
  const { subject, steps } = best();
  const places = subject.sessions.flatMap((script, session) =>
    script.flatMap(({ ops }, block) => ops.map((_, op): Place => [session, block, op])),
  );
  await minimize(places, (kept) => attempt({ subject: withOnly(subject, kept), steps }));
}

function withOnly(subject: Case, kept: readonly Place[]): Case {
  const keys = new Set(kept.map((place) => place.join()));
  const sessions = subject.sessions.map((script, session) =>
    script
      .map((block, b): Block => ({
        ...block,
        ops: block.ops.filter((_, op) => keys.has([session, b, op].join())),
      }))
      .filter(({ ops }) => ops.length > 0),
  );
  return { ...subject, sessions };
}

async function simplify(best: () => Diverging, attempt: Attempt): Promise<void> {
  for (const [session, script] of best().subject.sessions.entries()) {
    for (const b of script.keys()) {
      const block = (): Block => best().subject.sessions[session]?.[b] as Block;
      const replace = (replaced: Block): Promise<boolean> => {
        const { subject, steps } = best();
        const sessions = subject.sessions.with(session, (subject.sessions[session] ?? []).with(b, replaced));
        return attempt({ subject: { ...subject, sessions }, steps });
      };
      if (block().end === "rollback") await replace({ ...block(), end: "commit" });
      if (block().mode === "repeatable read") await replace({ ...block(), mode: "read committed" });
      for (const i of block().ops.keys()) {
        for (const simpler of simplerOps(block().ops[i] as Op)) {
          if (await replace({ ...block(), ops: block().ops.with(i, simpler) })) break;
        }
      }
    }
  }
}

/** Ops that say less, the simplest first. */
function simplerOps(op: Op): readonly Op[] {
  if (op.kind === "read") {
    const plain: Op = { ...op, order: null, limit: null };
    return [{ ...plain, lock: null }, plain, { ...op, limit: null }].filter(
      (simpler) => JSON.stringify(simpler) !== JSON.stringify(op),
    );
  }
  if (op.kind === "insert item" && op.conflict.do !== "fail") return [{ ...op, conflict: { do: "fail" } }];
  return [];
}

async function dropSteps(best: () => Diverging, attempt: Attempt): Promise<void> {
  const { subject, steps } = best();
  await minimize(steps, (kept) => attempt({ subject: { ...subject, schedule: [] }, steps: kept }));
}
