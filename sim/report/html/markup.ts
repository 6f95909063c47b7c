/**
 * HTML written by hand, in which text can never become markup.
 */

/** A piece of HTML; the only way to make one out of text is `escaped`. */
export interface Markup {
  readonly html: string;
}

/** What may stand in a template: text is escaped, markup is not, arrays are joined. */
export type Part = string | number | Markup | readonly Part[];

/** `html\`<p>${text}</p>\``: markup of a template whose values are escaped unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const text = strings.map((literal, place) => {
    const part = parts[place];
    return part === undefined ? literal : literal + partHtml(part);
  });
  return { html: text.join("") };
}

/** `text` such that it is text anywhere between tags and in quoted attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/**
 * JSON of `data` for a script element of type application/json: no character in it can end the element or begin a comment,
 * and JSON.parse gives the same data.
 */
export function scriptJson(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function partHtml(part: Part): string {
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map(partHtml).join("");
}
