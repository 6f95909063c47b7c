/**
 * The race module of the README, as it stands there: the first TypeScript snippet.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Its text. Throws if the README has no TypeScript snippet. */
export function readmeRace(): string {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const [, text] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  if (text === undefined) throw new Error("The README has no TypeScript snippet.");
  return text;
}
