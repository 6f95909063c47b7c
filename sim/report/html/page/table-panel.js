/**
 * The tables at one step: each version of each row with who sees it, what changed, and what differs from what is committed.
 */
import { data, element } from "./elements.js";
import { rowVersions, tellingColumns, unchangedKeys } from "./row-versions.js";

/** Why a session was not asked, in words. */
const NOT_ASKED = {
  committed: "no snapshot of its own: will see what is committed then",
  waiting: "waits, and cannot be asked",
  failed: "its transaction has failed: sees nothing until it rolls back",
  unknown: "cannot be asked without changing the run",
};

/** Elements for the tables after `step` steps, as far as the filter lets them through; rows with something marked first. */
export function tablePanel(step, filter) {
  if (data.looks === null)
    return [
      element("p", { text: "What the sessions saw is not known: looking would have changed this run." }),
    ];
  const { tables, looks } = data.looks;
  const look = looks[step] ?? looks.at(-1);
  const before = looks[Math.max(0, step - 1)] ?? look;
  const still = [];
  const moving = [];
  const shown = tables.flatMap((table, place) => {
    if (filter.relation !== "" && table.name !== filter.relation) return [];
    const versions = rowVersions(place, look, before);
    const ofRows = [...Map.groupBy(versions, ({ key }) => key).values()];
    const isFiltered = filter.relation !== "" || filter.row !== "";
    const folded = isFiltered ? new Set() : unchangedKeys(place);
    const wanted = ofRows.filter((ofRow) => ofRow.some((version) => matches(version, filter.row)));
    still.push(...wanted.filter(([{ key }]) => folded.has(key)).map((ofRow) => rowName(table, ofRow)));
    const made = wanted
      .filter(([{ key }]) => !folded.has(key))
      .map((ofRow) => rowTable(table, place, ofRow, filter.allColumns));
    moving.push(...made.filter((rowElement) => rowElement.querySelector("mark") !== null));
    return made.filter((rowElement) => rowElement.querySelector("mark") === null);
  });
  shown.unshift(...moving);
  if (shown.length === 0) shown.push(element("p", { text: "No rows." }));
  if (still.length > 0)
    shown.push(element("p", { class: "faint", text: `Never changed in this run: ${still.join(", ")}.` }));
  return [...shown, notAsked(look)];
}

function matches({ values, differsFrom }, wanted) {
  if (wanted === "") return true;
  return [values, differsFrom].some((row) => row?.some((value) => value?.toLowerCase().includes(wanted)));
}

/** One table for each row: its columns downwards, its versions side by side. */
function rowTable(table, place, versions, allColumns) {
  const { columns } = table;
  const shown = allColumns ? columns.map((_, column) => column) : tellingColumns(place);
  const heads = versions.map(({ seenBy, isCommitted }) =>
    element("th", { scope: "col", class: isCommitted ? "" : "own", text: seenBy.join(", ") }),
  );
  const head = element("thead", {}, [
    element("tr", {}, [element("th", { scope: "col", text: "seen by" }), ...heads]),
  ]);
  const body = shown.map((column) =>
    element("tr", {}, [
      element("th", { scope: "row", text: columns[column] }),
      ...versions.map((version) => valueCell(version, column)),
    ]),
  );
  const made = element("table", {}, [
    element("caption", { text: rowName(table, versions) }),
    head,
    element("tbody", {}, body),
  ]);
  return element("div", { class: "scrolls" }, [made]);
}

/** Its table and its key. */
function rowName({ name, columns, key }, versions) {
  const some = versions.find(({ values, differsFrom }) => values ?? differsFrom);
  const row = some.values ?? some.differsFrom;
  return `${name} ${key.map((column) => `${columns[column]}=${row[column]}`).join(", ")}`;
}

/** A value; marked where it differs from what was committed before (or, of a session's own version, from what is committed). */
function valueCell({ values, differsFrom, isCommitted }, column) {
  if (values === undefined) return element("td", { class: "null", text: "no row" });
  const value = values[column];
  const text = value ?? "null";
  const kind = value === null ? "null" : "";
  const other = differsFrom?.[column];
  if (differsFrom !== undefined && value === other) return element("td", { class: kind, text });
  const mark = element("mark", { class: isCommitted ? "changed" : "own", text });
  if (!isCommitted || differsFrom === undefined) return element("td", { class: kind }, [mark]);
  return element("td", { class: kind }, [
    mark,
    element("span", { class: "line faint", text: `was ${other ?? "null"}` }),
  ]);
}

function notAsked({ sessions }) {
  const reasons = Object.entries(NOT_ASKED).flatMap(([view, reason]) => {
    const names = data.sessions.filter((session) => sessions[session] === view);
    return names.length === 0 ? [] : [element("li", { text: `${names.join(", ")}: ${reason}` })];
  });
  return element("ul", { class: "faint" }, reasons);
}
