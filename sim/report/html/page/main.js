/**
 * Stepping, filters and keys.
 */
import { drawArrows } from "./arrows.js";
import { byId, data } from "./elements.js";
import { showMoment } from "./moment.js";

const rows = data.steps.map(({ step }) => byId(`step-${step}`));
const texts = data.steps.map((step, place) =>
  `${rows[place].textContent} ${step.sql} ${step.values} ${step.rows}`.toLowerCase(),
);
const sentences = [...document.querySelectorAll("#story li")];
const filter = { relation: "", row: "", allColumns: false };
let current = 0;

/** Numbers of the steps that the filter lets through. */
function visible() {
  return data.steps.map(({ step }) => step).filter((step) => !rows[step - 1].hidden);
}

function passes({ relations }, place) {
  const named = filter.relation === "" || relations.includes(filter.relation);
  return named && (filter.row === "" || texts[place].includes(filter.row));
}

function show(step) {
  current = step;
  rows.forEach((row, place) => {
    if (place === step - 1) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  });
  for (const sentence of sentences) {
    const tells = Number(sentence.dataset.from) <= step && step <= Number(sentence.dataset.to);
    sentence.classList.toggle(
      "current",
      tells && Number(sentence.dataset.to) - Number(sentence.dataset.from) < rows.length - 1,
    );
  }
  rows[step - 1]?.scrollIntoView({ block: "nearest" });
  const shown = visible().length;
  const some = shown === rows.length ? "" : `, ${shown} shown`;
  byId("position").textContent = `step ${step} of ${rows.length}${some}`;
  showMoment(step, filter);
}

/** To the next step that is shown in a direction, or stays. */
function move(by) {
  const steps = visible();
  const next = by > 0 ? steps.find((step) => step > current) : steps.findLast((step) => step < current);
  if (next !== undefined) show(next);
}

function moveToEnd(which) {
  const step = visible().at(which);
  if (step !== undefined) show(step);
}

function applyFilter() {
  filter.relation = byId("relation").value;
  filter.row = byId("row").value.trim().toLowerCase();
  filter.allColumns = byId("all-columns").checked;
  rows.forEach((row, place) => (row.hidden = !passes(data.steps[place], place)));
  drawArrows();
  const steps = visible();
  show(steps.includes(current) || steps.length === 0 ? current : steps[0]);
}

const KEYS = {
  ArrowRight: () => move(1),
  ArrowDown: () => move(1),
  ArrowLeft: () => move(-1),
  ArrowUp: () => move(-1),
  Home: () => moveToEnd(0),
  End: () => moveToEnd(-1),
};

document.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  const inField = event.target instanceof Element && event.target.matches("input, select, textarea");
  if (act === undefined || inField || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const [, step] = /^#step-(\d+)$/.exec(target?.closest("a")?.getAttribute("href") ?? "") ?? [];
  const row = target?.closest("#lanes tbody tr");
  if (step !== undefined) event.preventDefault();
  const chosen = step ?? row?.id.slice("step-".length);
  if (chosen !== undefined && rows[chosen - 1]) {
    if (rows[chosen - 1].hidden) clearFilter();
    show(Number(chosen));
  }
});

/** Where a promise broke; one that is looked at only at the end may have broken at a deadlock. */
function firstStepToSee() {
  const broken = data.violations[0]?.step ?? data.steps.length;
  const deadlock = data.states.findIndex(({ cycle }) => cycle.length > 0);
  return broken === data.steps.length && deadlock > 0 ? deadlock : broken;
}

function clearFilter() {
  byId("relation").value = "";
  byId("row").value = "";
  applyFilter();
}

async function copyToken() {
  const token = byId("token");
  try {
    await navigator.clipboard.writeText(token.textContent);
    byId("copy").textContent = "Copied";
  } catch {
    // A page that was opened from a file may not write to the clipboard: the token is selected instead.
    getSelection().selectAllChildren(token);
    byId("copy").textContent = "Selected";
  }
}

byId("first").addEventListener("click", () => moveToEnd(0));
byId("previous").addEventListener("click", () => move(-1));
byId("next").addEventListener("click", () => move(1));
byId("last").addEventListener("click", () => moveToEnd(-1));
byId("copy").addEventListener("click", () => void copyToken());
for (const id of ["relation", "row", "all-columns"]) byId(id).addEventListener("input", applyFilter);
addEventListener("resize", drawArrows);

for (const name of new Set(data.steps.flatMap(({ relations }) => relations))) {
  byId("relation").append(new Option(name, name));
}
for (const id of ["controls", "copy", "moment"]) byId(id).hidden = false;
document.body.classList.add("scripted");
drawArrows();
show(firstStepToSee());
