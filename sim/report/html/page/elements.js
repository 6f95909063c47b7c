/**
 * Elements of the page. What comes from the data is set as text, so that none of it can become markup.
 */

/** The run, as the page carries it (see ReportData). */
export const data = JSON.parse(document.getElementById("data").textContent);

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new element with attributes (`text` is its text) and children. */
export function element(name, { text, ...attributes } = {}, children = []) {
  const made = document.createElement(name);
  fill(made, text, attributes, children);
  return made;
}

/** The same for SVG. */
export function drawn(name, { text, ...attributes } = {}, children = []) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  fill(made, text, attributes, children);
  return made;
}

function fill(made, text, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  made.append(...children);
}
