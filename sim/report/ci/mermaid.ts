/**
 * A run as a Mermaid sequence diagram, which GitHub draws in Markdown.
 */
import type { RunResult, TraceStep } from "../../trace/trace.ts";
import { outcomeText } from "../step-text.ts";
import { shortAction } from "../step-words.ts";

/** Notes of a diagram at most; what comes after them is left out, and said so. */
const MAX_NOTES = 60;

/** What one session did without a break, in one note. */
interface Note {
  readonly session: string;
  readonly lines: string[];
}

/** The diagram of `run` up to the last step in which a promise broke, or to its end. */
export async function mermaidSequence(run: RunResult): Promise<string> {
  const lastStep = Math.max(...run.violations.map(({ step }) => step), 0) || Infinity;
  const steps = run.steps.filter(({ step }) => step <= lastStep);
  const sessions = [
    ...new Set(steps.flatMap(({ session, settled }) => [session, ...settled.map((one) => one.session)])),
  ];
  const nameOf = (session: string): string => `s${sessions.indexOf(session) + 1}`;
  const lines: string[] = [];
  let note: Note | undefined;
  let notes = 0;
  const endNote = (): void => {
    if (note !== undefined && notes <= MAX_NOTES)
      lines.push(`  Note over ${nameOf(note.session)}: ${note.lines.map(escaped).join("<br/>")}`);
    note = undefined;
  };
  for (const step of steps) {
    if (note?.session !== step.session) {
      endNote();
      note = { session: step.session, lines: [] };
      notes += 1;
    }
    if (notes > MAX_NOTES) break;
    note.lines.push(...(await noteLines(step)));
    const arrows = arrowsOf(step, nameOf, sessions);
    const broken = run.violations.filter((violation) => violation.step === step.step);
    if (arrows.length + broken.length > 0) endNote();
    lines.push(...arrows);
    for (const { invariant } of broken)
      lines.push(`  Note over ${nameOf(step.session)}: ✗ ${escaped(invariant)} broke`);
  }
  endNote();
  if (notes > MAX_NOTES && lines.length > 0) lines.push(`  Note over s1: and more`);
  const participants = sessions.map((session) => `  participant ${nameOf(session)} as ${escaped(session)}`);
  return ["sequenceDiagram", ...participants, ...lines].join("\n");
}

async function noteLines(step: TraceStep): Promise<readonly string[]> {
  const did = await shortAction(step.action);
  if (step.outcome.kind === "failed") return [did, `✗ ${outcomeText(step.outcome)}`];
  return [step.outcome.kind === "done" && step.outcome.rowCount === 0 ? `${did} (no row)` : did];
}

function arrowsOf(
  { session, outcome, settled, deadlocks }: TraceStep,
  nameOf: (session: string) => string,
  sessions: readonly string[],
): readonly string[] {
  const arrow = (from: string, to: string, line: string, text: string): readonly string[] =>
    sessions.includes(from) && sessions.includes(to)
      ? [`  ${nameOf(from)}${line}${nameOf(to)}: ${escaped(text)}`]
      : [];
  const waits = outcome.kind === "waiting" ? outcome.wait.for : [];
  return [
    ...waits.flatMap((holder) => arrow(session, holder, "--x", "waits")),
    ...deadlocks.flatMap(({ victim, edges }) => [
      ...edges.flatMap((edge) => arrow(edge.session, edge.waitsFor, "--x", "waited, in a circle")),
      ...arrow(victim, victim, "->>", "victim of the deadlock"),
    ]),
    ...settled.flatMap(({ session: woken, wokenBy, outcome: end }) =>
      arrow(wokenBy, woken, "->>", `lets go on (${outcomeText(end)})`),
    ),
  ];
}

/** Text in which nothing is Mermaid's: its entities, and no word that ends a block. */
function escaped(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[#;<>"'&`{}[\]()\\|:%]/g, (character) => `#${character.charCodeAt(0)};`)
    .replace(/\bend\b/gi, (word) => `${word.slice(0, 1)}#${word.charCodeAt(1)};${word.slice(2)}`);
}
