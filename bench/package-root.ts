/**
 * The repository's root, from the sources and from the compiled benchmarks alike.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A path below the folder of package.json. */
export function inPackage(...path: readonly string[]): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return join(folder, ...path);
}
