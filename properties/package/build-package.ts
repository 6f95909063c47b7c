/**
 * Builds the package: tsc compiles the library and the command line with the built-in races, and the files beside them that are no
 * TypeScript (threads, the report page's style and script) are copied. In declarations tsc leaves the .ts of imports, which not every
 * version of it resolves: they get the .js of the files that were made.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** Builds it into the folder `dist` (an absolute path), which is emptied before. Throws if the compiler does. */
export function buildPackage(dist: string): void {
  rmSync(dist, { recursive: true, force: true });
  const options = { cwd: ROOT, stdio: "inherit" } as const;
  execFileSync(process.execPath, [TSC, "-p", "tsconfig.build.json", "--outDir", dist], options);
  execFileSync(process.execPath, [join(import.meta.dirname, "copy-assets.mjs"), dist], options);
  for (const file of filesBelow(dist)) {
    if (!file.endsWith(".d.ts")) continue;
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'));
  }
  const entry = join(dist, "sim/index.d.ts");
  writeFileSync(entry, `/// <reference types="node" />\n${readFileSync(entry, "utf8")}`);
  chmodSync(join(dist, "properties/switchyard.js"), 0o755);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
