/**
 * Copies into dist/, or the folder that it is given, what stands beside the sources and is no TypeScript: programs of threads, the report page's style and script.
 * Plain JavaScript, because it runs before anything is compiled. A file that is there already, and the same, is left alone:
 * another command may be running it.
 */
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";

const root = join(import.meta.dirname, "../..");
const output = resolve(root, process.argv[2] ?? "dist");
const COPIED = [".mjs", ".js", ".css"];

for (const entry of readdirSync(join(root, "sim"), { withFileTypes: true, recursive: true })) {
  const file = join(entry.parentPath, entry.name);
  const target = join(output, relative(root, file));
  if (entry.isFile() && COPIED.includes(extname(file)) && !isSame(file, target)) cpSync(file, target);
}

function isSame(file, target) {
  return existsSync(target) && readFileSync(file).equals(readFileSync(target));
}
