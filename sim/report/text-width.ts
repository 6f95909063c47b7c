/**
 * Text in columns of a fixed width.
 */

/** `text` cut to `width` characters, with an ellipsis where something is missing. */
export function fit(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? "" : `${text.slice(0, width - 1).trimEnd()}…`;
}

/** `text` in lines of at most `width` characters, broken at blanks where it can be; at most `maxLines`, the last one cut. */
export function wrap(text: string, width: number, maxLines: number): readonly string[] {
  const words = text.replace(/\s+/g, " ").trim().split(" ");
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  const kept = lines.slice(0, maxLines);
  if (lines.length > maxLines) kept[maxLines - 1] = lines.slice(maxLines - 1).join(" ");
  return kept.map((one) => fit(one, width));
}
