/**
 * The lanes: a table with one column a session and one row a step, which can be read without any script.
 */
import { html, type Markup } from "./markup.ts";
import type { ReportData, ReportState, ReportStep } from "./report-data.ts";

/** Arrows for which a row has room below its text. */
const MAX_ARROWS = 4;

/** The table of `data`. */
export function laneTable(data: ReportData): Markup {
  const heads = data.sessions.map((session) => html`<th scope="col">${session}</th>`);
  const rows = data.steps.map((step) => stepRow(step, data));
  return html`<table id="lanes">
    <caption>
      Every step, one column a session, time downwards
    </caption>
    <thead>
      <tr>
        <th scope="col">step</th>
        <th scope="col">ms</th>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function stepRow(step: ReportStep, data: ReportData): Markup {
  const cells = data.sessions.map((session) => cell(session, step, data));
  const { waits, cycle } = data.states[step.step] as ReportState;
  const begun =
    step.outcome === "waiting" ? waits.find(({ session }) => session === step.session)?.for.length : 0;
  const arrows = Math.min(MAX_ARROWS, (begun ?? 0) + cycle.length + step.woken.length);
  const kinds = `${step.broke.length > 0 ? "broke" : ""} arrows-${arrows}`;
  return html`<tr id="step-${step.step}" class="${kinds}">
    <th scope="row"><a href="#step-${step.step}">${step.step}</a></th>
    <td class="ms">${step.timeMs}</td>
    ${cells}
  </tr> `;
}

function cell(session: string, step: ReportStep, data: ReportData): Markup {
  const before = data.states[step.step - 1] as ReportState;
  const after = data.states[step.step] as ReportState;
  const acts = step.session === session;
  const lines = acts ? ownLines(step, data) : [];
  for (const { session: woken, by, text, kind } of step.woken) {
    if (woken === session)
      lines.push(line(kind === "failed" ? "bad" : "woken", `▶ let go on by ${by}: ${text}`));
  }
  if (step.victims.includes(session)) lines.push(line("bad", "✗ victim of a deadlock"));
  if (step.commits.includes(session) && !(acts && isCommit(step))) lines.push(line("good", "✓ committed"));
  if (acts && step.broke.length > 0) lines.push(line("bad", `✗ ${step.broke.join(", ")} broke here`));
  const state = after.waits.some((wait) => wait.session === session)
    ? "waiting"
    : [...before.locks, ...after.locks].some((lock) => lock.session === session)
      ? "holding"
      : "";
  const passive = lines.length === 0 && state === "waiting" ? html`<span class="hidden">waits</span>` : "";
  return html`<td class="${acts ? "acts" : ""} ${state}">${lines}${passive}</td>`;
}

/** What the acting session did: the operation where it is a new one, the statement, what came of it. */
function ownLines(step: ReportStep, { steps }: ReportData): Markup[] {
  const { operation, session, title, sql, outcome, outcomeText } = step;
  const previous = steps.findLast((earlier) => earlier.step < step.step && earlier.session === session);
  const lines: Markup[] = [];
  if (step.preemption) lines.push(line("note", "* preemption"));
  if (operation !== "" && previous?.operation !== operation) lines.push(line("note", `in ${operation}:`));
  if (isCommit(step) && step.commits.includes(session)) return [...lines, line("good", `✓ ${title}`)];
  lines.push(html`<code title="${sql}">${breakable(title)}</code>`);
  if (outcome === "failed") lines.push(line("bad", `✗ ${outcomeText}`));
  else if (outcome === "waiting") lines.push(line("waits", outcomeText));
  else if (/^\d/.test(outcomeText) && outcomeText !== "1 row")
    lines.push(html` <span class="faint">${outcomeText}</span>`);
  return lines;
}

/** Lets a narrow column break names where their words end. */
function breakable(text: string): readonly Markup[] {
  return text.split(/(?<=[_=,.])/).map((part, place) => (place === 0 ? html`${part}` : html`<wbr />${part}`));
}

function isCommit({ title }: ReportStep): boolean {
  return /^(commit|end)\b/i.test(title);
}

function line(kind: string, text: string): Markup {
  return html`<span class="line ${kind}">${text}</span>`;
}
