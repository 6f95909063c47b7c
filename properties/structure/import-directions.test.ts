/**
 * The repository's structure: which folder may import which, no cycles, small files, no clock but one.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAX_LINES = 400;
const MAX_TEST_LINES = 600;
const MAX_MEDIAN_LINES = 110;

/** For each folder, the folders that it must not import; a path counts for everything below it. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  model: ["sim", "properties", "bench"],
  sim: ["model", "properties", "bench"],
  properties: ["bench"],
  bench: ["properties"],
  "sim/sql": [
    "sim/engine",
    "sim/pglite",
    "sim/postgres",
    "sim/dependence",
    "sim/race",
    "sim/search",
    "sim/differ",
    "sim/spec",
    "sim/trace",
    "sim/report",
    "sim/explain",
    "sim/client",
    "sim/library",
    "sim/cli",
  ],
  "sim/engine": [
    "sim/pglite",
    "sim/postgres",
    "sim/race",
    "sim/search",
    "sim/trace",
    "sim/report",
    "sim/cli",
  ],
  "sim/pglite": ["sim/postgres", "sim/race", "sim/search", "sim/trace", "sim/report", "sim/cli"],
  "sim/postgres": ["sim/pglite", "sim/race", "sim/search", "sim/trace", "sim/report", "sim/cli"],
  "sim/trace": ["sim/pglite", "sim/postgres", "sim/search", "sim/report", "sim/cli"],
  "sim/race": [
    "sim/pglite",
    "sim/postgres",
    "sim/client",
    "sim/library",
    "sim/search",
    "sim/report",
    "sim/cli",
  ],
  "sim/client": ["sim/pglite", "sim/postgres", "sim/library", "sim/search", "sim/report", "sim/cli"],
  "sim/library": ["sim/cli"],
  "sim/search": ["sim/pglite", "sim/postgres", "sim/report", "sim/cli"],
  "sim/differ": ["sim/pglite", "sim/postgres", "sim/report", "sim/cli"],
  "sim/report": ["sim/pglite", "sim/postgres", "sim/cli"],
};

interface SourceFile {
  /** Relative to the repository, with "/" between folders. */
  readonly path: string;
  readonly lines: readonly string[];
  /** Imported files of the repository; types are erased, so `valueImports` leaves `import type` out. */
  readonly imports: readonly string[];
  readonly valueImports: readonly string[];
  readonly packages: readonly string[];
}

const files = ["sim", "model", "properties", "bench"]
  .map((folder) => join(ROOT, folder))
  .filter((folder) => existsSync(folder))
  .flatMap(sourceFiles);

describe("the structure of the repository", () => {
  it("is read: every folder has files, and their imports are found", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.find(({ path }) => path === "sim/cli/main.ts")?.imports).toContain(
      "sim/cli/explore-command.ts",
    );
  });

  it("has no import that goes the wrong way", () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter((imported) => isForbidden(path, imported))
        .map((imported) => `${path} imports ${imported}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has a model that imports no package", () => {
    const wrong = files.filter(({ path, packages }) => isBelow(path, "model") && packages.length > 0);
    expect(wrong.map(({ path, packages }) => `${path} imports ${packages.join(", ")}`)).toEqual([]);
  });

  it("has no cycle of imports", () => {
    expect(firstCycle()).toEqual([]);
  });

  it("has small files: none above its limit, half of them small", () => {
    const tooLong = files.filter(
      ({ path, lines }) => lines.length > (isTest(path) ? MAX_TEST_LINES : MAX_LINES),
    );
    expect(tooLong.map(({ path, lines }) => `${path}: ${lines.length} lines`)).toEqual([]);
    const lengths = files.map(({ lines }) => lines.length).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(MAX_MEDIAN_LINES);
  });

  it("asks the machine for the date nowhere outside sim/real-time.ts", () => {
    const now = ["new Date", "()"].join("");
    const asking = files.filter(
      ({ path, lines }) => path !== "sim/real-time.ts" && lines.some((line) => line.includes(now)),
    );
    expect(asking.map(({ path }) => path)).toEqual([]);
  });
});

function sourceFiles(folder: string): readonly SourceFile[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => readSource(join(entry.parentPath, entry.name)));
}

function readSource(file: string): SourceFile {
  const path = relative(ROOT, file).replaceAll("\\", "/");
  const text = readFileSync(file, "utf8");
  const statements = [...text.matchAll(/^(?:import|export)\b([^;]*?)\bfrom "([^"]+)"/gm)];
  const bare = [...text.matchAll(/^import "([^"]+)"|\bimport\("([^"]+)"\)/gm)].map(
    ([, one, other]) => one ?? other ?? "",
  );
  const all = [
    ...statements.map(([, clause = "", from = ""]) => ({ clause, from })),
    ...bare.map((from) => ({ clause: "", from })),
  ];
  const local = all.filter(({ from }) => from.startsWith("."));
  const resolve = ({ from }: { readonly from: string }): string =>
    normalize(join(dirname(path), from)).replaceAll("\\", "/");
  return {
    path,
    lines: text.trimEnd().split("\n"),
    imports: local.map(resolve),
    valueImports: local.filter(({ clause }) => !clause.trim().startsWith("type ")).map(resolve),
    packages: all.map(({ from }) => from).filter((from) => !from.startsWith(".")),
  };
}

function isForbidden(path: string, imported: string): boolean {
  return Object.entries(FORBIDDEN).some(
    ([folder, targets]) => isBelow(path, folder) && targets.some((target) => isBelow(imported, target)),
  );
}

/** Depth first over value imports; the path of the first cycle found, or nothing. */
function firstCycle(): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const walk = (path: string, above: readonly string[]): readonly string[] => {
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const imported of byPath.get(path)?.valueImports ?? []) {
      const cycle = walk(imported, [...above, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  for (const { path } of files) {
    const cycle = walk(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function isTest(path: string): boolean {
  return isBelow(path, "properties");
}
