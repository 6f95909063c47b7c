/**
 * The wait-for graph as a drawing and as a list.
 */
import { data, drawn, element } from "./elements.js";

const SIZE = 220;
const RADIUS = 74;
const NODE = 24;

/** Elements for the graph of `state`: who waits for whom, or the circle that was just broken. */
export function waitGraph({ waits, cycle }) {
  const edges = [
    ...waits.map((wait) => ({ ...wait, kind: "wait" })),
    ...cycle.map((edge) => ({ ...edge, kind: "cycle" })),
  ];
  if (edges.length === 0) return [element("p", { text: "Nobody waits." })];
  const list = edges.map(({ session, for: others, lock, kind }) =>
    element("li", {
      text: `${session} ${kind === "cycle" ? "waited" : "waits"} for ${others.join(" and ")}: ${lock}`,
    }),
  );
  if (cycle.length > 0)
    list.push(element("li", { class: "bad", text: "This circle was a deadlock; one of them failed." }));
  return [picture(edges), element("ul", {}, list)];
}

function picture(edges) {
  const names = data.sessions.filter((name) =>
    edges.some(({ session, for: others }) => session === name || others.includes(name)),
  );
  const place = (name) => {
    const angle = (2 * Math.PI * names.indexOf(name)) / names.length - Math.PI / 2;
    return { x: SIZE / 2 + RADIUS * Math.cos(angle), y: SIZE / 2 + RADIUS * Math.sin(angle) };
  };
  const lines = edges.flatMap(({ session, for: others, kind }) =>
    others
      .filter((other) => names.includes(other))
      .map((other) => edgeLine(place(session), place(other), kind)),
  );
  const nodes = names.flatMap((name) => {
    const { x, y } = place(name);
    return [drawn("circle", { cx: x, cy: y, r: NODE }), drawn("text", { x, y, text: name })];
  });
  const text = edges.map(({ session, for: others }) => `${session} to ${others.join(" and ")}`).join("; ");
  return drawn(
    "svg",
    { class: "graph", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", "aria-label": `Waits: ${text}` },
    [arrowHead("graph-head"), ...lines, ...nodes],
  );
}

/** A bowed line from rim to rim, so that two sessions that wait for each other have two lines. */
function edgeLine(from, to, kind) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const bow = 18;
  const middle = { x: (from.x + to.x) / 2 - uy * bow, y: (from.y + to.y) / 2 + ux * bow };
  const start = `${from.x + ux * NODE} ${from.y + uy * NODE}`;
  const end = `${to.x - ux * (NODE + 5)} ${to.y - uy * (NODE + 5)}`;
  const d = `M ${start} Q ${middle.x} ${middle.y} ${end}`;
  return drawn("path", { class: kind, d, "marker-end": "url(#graph-head)" });
}

/** The head of an arrow, to be referred to by its id. */
export function arrowHead(id) {
  const size = { markerWidth: 8, markerHeight: 8, refX: 6, refY: 4, orient: "auto" };
  return drawn("defs", {}, [
    drawn("marker", { id, ...size }, [drawn("path", { d: "M 0 0 L 8 4 L 0 8 z", class: "head" })]),
  ]);
}
