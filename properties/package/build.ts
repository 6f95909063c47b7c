/**
 * Builds the package into dist/: tsc compiles the library and the command line with the built-in races, and the files beside them that
 * are no TypeScript (threads, the report page's style and script) are copied. In declarations tsc leaves the .ts of imports, which not
 * every version of it resolves: they get the .js of the files that were made.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(ROOT, "dist");

rmSync(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: ROOT,
  stdio: "inherit",
});
execFileSync(process.execPath, [join(import.meta.dirname, "copy-assets.mjs")], { stdio: "inherit" });
for (const file of filesBelow(DIST)) {
  if (file.endsWith(".d.ts")) {
    writeFileSync(
      file,
      readFileSync(file, "utf8").replaceAll(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'),
    );
  }
}
const entry = join(DIST, "sim/index.d.ts");
writeFileSync(entry, `/// <reference types="node" />\n${readFileSync(entry, "utf8")}`);
chmodSync(join(DIST, "properties/switchyard.js"), 0o755);

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
