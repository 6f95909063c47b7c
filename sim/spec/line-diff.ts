/**
 * A difference of two texts by lines: the longest common subsequence, found by its table (Wagner and Fischer, 1974).
 */

/** Each line of both texts after "-" (only in `expected`), "+" (only in `actual`) or a blank (in both). */
export function lineDiff(expected: string, actual: string): string[] {
  const before = linesOf(expected);
  const after = linesOf(actual);
  const common = commonLengths(before, after);
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const equal = i < before.length && j < after.length && before[i] === after[j];
    if (equal) {
      lines.push(` ${before[i]}`);
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && at(common, i + 1, j) >= at(common, i, j + 1))) {
      lines.push(`-${before[i++]}`);
    } else {
      lines.push(`+${after[j++]}`);
    }
  }
  return lines;
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** `table[i][j]`: lines in common between the rests of both texts from lines i and j on. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () =>
    Array.from({ length: after.length + 1 }, () => 0),
  );
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = table[i] as number[];
      row[j] =
        before[i] === after[j]
          ? at(table, i + 1, j + 1) + 1
          : Math.max(at(table, i + 1, j), at(table, i, j + 1));
    }
  }
  return table;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}
