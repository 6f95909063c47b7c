/**
 * The story of a run: at most a dozen plain sentences, in order, that end where the promise broke.
 */
import type { OperationRecord } from "../race/race.ts";
import { canonicalJson } from "../trace/canonical-json.ts";
import type { RunResult, TraceStep } from "../trace/trace.ts";
import { condense } from "./condense.ts";
import { actionWords, lockWords, statementWords } from "./step-words.ts";
import { joinWords, sentence, shorten } from "./words.ts";

/** Sentences of a story at most; the least telling ones are left out when there are more. */
export const MAX_SENTENCES = 12;

const MAX_RESULT_LENGTH = 120;
const MAX_MESSAGE_LENGTH = 400;

/** Reads and sleeps go first from a story that is too long; where promises broke stays longest. */
const WEIGHT = { plain: 1, commit: 2, wait: 3, violation: 4 } as const;

/** One sentence being told: a session's consecutive statements in one operation, or an event. */
interface Passage {
  /** Equal keys of neighbours are told in one sentence; undefined for events. */
  readonly key: string | undefined;
  readonly opening: string;
  readonly clauses: string[];
  /** How telling it is, see WEIGHT. */
  weight: number;
  readonly fromStep: number;
  toStep: number;
  /** A promise that is looked at when everybody has finished: it does not tell where it broke. */
  readonly isAtEnd?: boolean;
}

/** A sentence of a story, and the steps that it tells. */
export interface StorySentence {
  readonly text: string;
  readonly fromStep: number;
  readonly toStep: number;
}

/** Sentences that tell `run` up to its last violation, or to its end where nothing was violated. */
export async function tellStory(run: RunResult): Promise<readonly string[]> {
  return (await tellLinkedStory(run)).map(({ text }) => text);
}

/** The same, each sentence with the steps that it tells. */
export async function tellLinkedStory(run: RunResult): Promise<readonly StorySentence[]> {
  const lastStep = run.violations.length > 0 ? Math.max(...run.violations.map(({ step }) => step)) : Infinity;
  const passages: Passage[] = [];
  for (const step of run.steps) {
    if (step.step > lastStep) break;
    await tellStep(run, step, passages);
  }
  const later = run.violations.filter(({ step }) => !run.steps.some((made) => made.step === step));
  tellViolations(later, run, passages);
  const told = passages.filter(({ clauses }) => clauses.length > 0);
  return sumUp(told, run.steps.length).map((passage) => ({
    text: passageText(passage),
    fromStep: passage.fromStep,
    toStep: passage.toStep,
  }));
}

async function tellStep(run: RunResult, step: TraceStep, passages: Passage[]): Promise<void> {
  const words = await actionWords(step.action, step.outcome);
  tellClauses(step, words === undefined ? [] : [words], weightOf(step), passages);
  for (const { victim, edges } of step.deadlocks) {
    const cycle = edges.map(
      (edge) => `${edge.session} waited for ${edge.waitsFor} (${lockWords(edge.lock)})`,
    );
    const text = `This closed a cycle: ${joinWords(cycle)}; ${victim} was the deadlock's victim`;
    tellEvent(step.step, text, WEIGHT.wait, passages);
  }
  for (const settled of step.settled) {
    const then = (await statementWords(settled.text, settled.outcome)) ?? "went on";
    const woken =
      settled.wokenBy === settled.session
        ? "its timeout fired and it"
        : `${settled.wokenBy} let it go on and it`;
    tellEvent(step.step, `${settled.session} had been waiting; ${woken} ${then}`, WEIGHT.wait, passages);
  }
  for (const operation of run.history) {
    if (operation.endStep === step.step) tellResult(step, operation, passages);
  }
  tellViolations(
    run.violations.filter((violation) => violation.step === step.step),
    run,
    passages,
  );
}

/** Adds to the passage of the same session and operation, or begins a new one. */
function tellClauses(step: TraceStep, clauses: readonly string[], weight: number, passages: Passage[]): void {
  const key = `${step.session}/${step.operation ?? ""}`;
  const last = passages.at(-1);
  if (last !== undefined && last.key === key) {
    last.toStep = step.step;
    last.weight = Math.max(last.weight, weight);
    for (const clause of clauses) if (last.clauses.at(-1) !== clause) last.clauses.push(clause);
    return;
  }
  const opening = step.operation === undefined ? step.session : `${step.session}, in ${step.operation},`;
  const place = { fromStep: step.step, toStep: step.step };
  passages.push({ key, opening, clauses: [...clauses], weight, ...place });
}

function weightOf({ outcome, commits }: TraceStep): number {
  if (outcome.kind !== "done") return WEIGHT.wait;
  return commits.length > 0 ? WEIGHT.commit : WEIGHT.plain;
}

function tellEvent(step: number, text: string, weight: number, passages: Passage[]): void {
  passages.push({ key: undefined, opening: "", clauses: [text], weight, fromStep: step, toStep: step });
}

/** What an operation returned: a last clause where its session speaks already, else a sentence of its own. */
function tellResult(step: TraceStep, operation: OperationRecord, passages: Passage[]): void {
  const result =
    operation.result === undefined ? "nothing" : shorten(canonicalJson(operation.result), MAX_RESULT_LENGTH);
  const last = passages.at(-1);
  if (last?.key?.startsWith(`${operation.actor}/`) === true) {
    last.clauses.push(`got ${result} from ${operation.name}`);
  } else {
    tellEvent(step.step, `${operation.actor} got ${result} from ${operation.name}`, WEIGHT.commit, passages);
  }
}

/** What broke in one step: the first promise with its rows, the others by name. */
function tellViolations(
  violations: RunResult["violations"],
  { steps }: RunResult,
  passages: Passage[],
): void {
  const [first, ...others] = violations;
  if (first === undefined) return;
  const { invariant, promise, message, step } = first;
  const promised = promise === invariant ? "" : ` (${promise.replace(/\.$/, "")})`;
  const text = `Here, at step ${step}, ${invariant} broke${promised}: ${shorten(message, MAX_MESSAGE_LENGTH)}`;
  const names = others.map((violation) => violation.invariant);
  const also = names.length === 0 ? "" : ` The same step broke ${joinWords(names)}.`;
  const place = { fromStep: step, toStep: step, isAtEnd: step >= steps.length };
  const clauses = [`${sentence(text)}${also}`];
  passages.push({ key: undefined, opening: "", clauses, weight: WEIGHT.violation, ...place });
}

/** Leaves the least telling sentences out, and says so first. */
function sumUp(passages: readonly Passage[], steps: number): readonly Passage[] {
  if (passages.length <= MAX_SENTENCES) return passages;
  const kept = condense(passages, MAX_SENTENCES - 1);
  const note = `Of ${steps} steps these tell the most (the table has all)`;
  const place = { weight: WEIGHT.violation, fromStep: 1, toStep: steps };
  return [{ key: undefined, opening: "", clauses: [note], ...place }, ...kept];
}

function passageText({ opening, clauses, key, fromStep, toStep }: Passage): string {
  if (key === undefined) return sentence(clauses.join(" "));
  const steps = fromStep === toStep ? `step ${fromStep}` : `steps ${fromStep} to ${toStep}`;
  return sentence(`${opening} ${joinWords(clauses)} (${steps})`);
}
