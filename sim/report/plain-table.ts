/**
 * A table without borders: readable in a terminal, in a log, and to grep.
 */
import Table from "cli-table3";

const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** One column: its heading, and how its cells are aligned (left by default). */
export interface Column {
  readonly head: string;
  readonly align?: "left" | "right";
}

/** `rows` under `columns`, columns two blanks apart; without a line of headings if all of them are empty. */
export function plainTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const heads = columns.map(({ head }) => head);
  const table = new Table({
    chars: NO_BORDERS,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: columns.map(({ align }) => align ?? "left"),
  });
  if (heads.some((head) => head !== "")) table.push(heads);
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
