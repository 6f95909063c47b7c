/**
 * Arrows across the lanes: from who begins to wait to whom it waits for, and from who lets somebody go on to who goes on.
 */
import { byId, data, drawn } from "./elements.js";
import { arrowHead } from "./wait-graph.js";

/** Draws all arrows over the table as it is laid out now. */
export function drawArrows() {
  const canvas = byId("canvas");
  const origin = canvas.getBoundingClientRect();
  const lines = data.steps.flatMap((step) => {
    const row = byId(`step-${step.step}`);
    if (row.hidden) return [];
    return arrowsOf(step).map(({ from, to, kind }, index) =>
      line(cellBox(row, from, origin), cellBox(row, to, origin), kind, index),
    );
  });
  const svg = byId("arrows");
  svg.replaceChildren(arrowHead("wait-head"), ...lines);
  svg.setAttribute("width", canvas.scrollWidth);
  svg.setAttribute("height", canvas.scrollHeight);
}

function arrowsOf({ step, session, outcome, woken }) {
  const { waits, cycle } = data.states[step];
  const own = outcome === "waiting" ? waits.filter((wait) => wait.session === session) : [];
  return [
    ...own.flatMap(({ for: others }) => others.map((to) => ({ from: session, to, kind: "wait" }))),
    ...cycle.flatMap((edge) => edge.for.map((to) => ({ from: edge.session, to, kind: "cycle" }))),
    ...woken
      .filter(({ by, session: to }) => by !== to)
      .map(({ by, session: to }) => ({ from: by, to, kind: "wake" })),
  ].filter(({ from, to }) => data.sessions.includes(from) && data.sessions.includes(to));
}

function cellBox(row, session, origin) {
  const { left, right, top, bottom } = row.cells[data.sessions.indexOf(session) + 2].getBoundingClientRect();
  return {
    left: left - origin.left,
    right: right - origin.left,
    top: top - origin.top,
    bottom: bottom - origin.top,
  };
}

/** From the middle of one cell to that of another, below the row's text; several arrows of a row lie above one another. */
function line(from, to, kind, index) {
  const y = from.bottom - 6 - index * 8;
  const middle = ({ left, right }) => (left + right) / 2;
  const [x1, x2] = [middle(from), middle(to)];
  return drawn("line", { class: kind, x1, y1: y, x2, y2: y, "marker-end": "url(#wait-head)" });
}
