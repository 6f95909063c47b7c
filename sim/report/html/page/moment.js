/**
 * One step in full: what was done, what came of it, the clock, who could go on, who waits for whom, locks, tables.
 */
import { byId, data, element } from "./elements.js";
import { tablePanel } from "./table-panel.js";
import { waitGraph } from "./wait-graph.js";

/** Shows how things stand after `number` steps; 0 is the beginning. */
export function showMoment(number, filter) {
  const step = data.steps[number - 1];
  const state = data.states[number];
  byId("moment-head").textContent = step
    ? `Step ${number}: ${step.session}${step.operation === "" ? "" : `, in ${step.operation}`}`
    : "Before the first step";
  const tables = [element("h3", { text: "Tables after this step" }), ...tablePanel(number, filter)];
  const waits = [element("h3", { text: "Who waits for whom" }), ...waitGraph(state)];
  const isStuck = state.waits.length + state.cycle.length > 0;
  byId("moment-body").replaceChildren(
    ...(step ? stepParts(step) : []),
    ...(isStuck ? [...waits, ...tables] : [...tables, ...waits]),
    element("h3", { text: "Locks" }),
    lockList(state.locks),
  );
}

function stepParts(step) {
  const parts = [element("p", { class: "clock", text: clockText(step.timeMs) }), enabledList(step)];
  parts.push(...violationParts(data.violations.filter((violation) => violation.step === step.step)));
  parts.push(step.sql === "" ? element("p", { text: step.title }) : element("pre", { text: step.sql }));
  if (step.values !== "") parts.push(labelled("values", step.values));
  parts.push(labelled(step.outcome === "failed" ? "error" : "outcome", step.outcomeText));
  if (step.rows !== "") parts.push(element("pre", { text: step.rows }));
  for (const { session, by, text } of step.woken) parts.push(labelled(`${session} let go on by ${by}`, text));
  if (step.commits.length > 0) parts.push(labelled("committed", step.commits.join(", ")));
  return parts;
}

/** The first promise that broke in full, the others folded. */
function violationParts(violations) {
  const [first, ...others] = violations.map(({ invariant, promise, message }) =>
    element("p", { class: "bad", text: `✗ ${invariant} broke: ${promise} ${message}` }),
  );
  if (first === undefined) return [];
  if (others.length === 0) return [first];
  const names = violations.slice(1).map(({ invariant }) => invariant);
  return [
    first,
    element("details", {}, [element("summary", { text: `also broke: ${names.join(", ")}` }), ...others]),
  ];
}

function clockText(timeMs) {
  const time = new Date(data.startMs + timeMs).toISOString();
  return `virtual clock ${time.slice(0, 10)} ${time.slice(11, 23)} (${timeMs} ms since the start)`;
}

/** Who could go on, the chosen one marked. */
function enabledList({ enabled, session, preemption }) {
  const chips = enabled.map((name) => element("li", { class: name === session ? "chosen" : "", text: name }));
  const note = preemption
    ? [element("li", { class: "bad", text: "preemption: another was left though it could go on" })]
    : [];
  return element("ul", { class: "chips", "aria-label": "Sessions that could go on" }, [
    element("li", { class: "faint", text: "could go on:" }),
    ...chips,
    ...note,
  ]);
}

function labelled(name, text) {
  return element("p", {}, [element("span", { class: "faint", text: `${name} ` }), element("code", { text })]);
}

function lockList(locks) {
  if (locks.length === 0) return element("p", { text: "None held." });
  return element(
    "ul",
    {},
    locks.map(({ session, what, how }) => element("li", { text: `${session} ${how} ${what}` })),
  );
}
