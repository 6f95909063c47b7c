/**
 * What shows a behaviour: a test by its file and title, or a specification of properties/spec/cases, which runs on both
 * engines and is compared with the output of PostgreSQL's own isolationtester.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `file` relative to the repository; `title` as it stands in the file; `specCase` without its ending. */
export type Evidence = { readonly file: string; readonly title: string } | { readonly specCase: string };

/** The specifications' folder, relative to the repository. */
export const CASES = "properties/spec/cases";

/** Why `evidence` shows nothing, or undefined: its test, or its specification and the expected output, is there. */
export function missingEvidence(root: string, evidence: Evidence): string | undefined {
  if ("specCase" in evidence) {
    const files = ["spec", "out"].map((ending) => `${CASES}/${evidence.specCase}.${ending}`);
    const missing = files.find((file) => !existsSync(join(root, file)));
    return missing === undefined ? undefined : `${missing} is not there`;
  }
  const { file, title } = evidence;
  if (!existsSync(join(root, file))) return `${file} is not there`;
  return titlesIn(readFileSync(join(root, file), "utf8")).includes(title)
    ? undefined
    : `${file} has no test "${title}"`;
}

/** Titles of the tests that a file registers and does not skip. */
export function titlesIn(source: string): string[] {
  return [...source.matchAll(TEST)].map(([, title = ""]) => title);
}

/** `it("title"`, also with backticks, `it.each([...])("title"` and `test.prop([...])("title"`. */
const TEST = /^\s*(?:(?:it|test)\(|(?:it|test)\.(?:each|prop)\([^;]*?\]\)\()\s*["`](.*?)["`],/gm;
