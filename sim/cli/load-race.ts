/**
 * A race from a file: what its module exports by default. TypeScript is loaded by tsx.
 */
import { existsSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Race } from "../race/race.ts";
import { SwitchyardError } from "../switchyard-error.ts";

const MODULE = /\.[cm]?[jt]s$/;
const TYPESCRIPT = /\.[cm]?ts$/;

/** What a race cannot do without, and what it has to be. */
const NEEDED = {
  name: "string",
  schema: "string",
  data: "object",
  setup: "function",
  actors: "function",
  observe: "function",
  invariants: "object",
  atEnd: "object",
  liveness: "object",
  mustSee: "object",
  labels: "function",
  mutants: "object",
  mutate: "function",
} as const satisfies Partial<Record<keyof Race, string>>;

/** Whether `name` names a file and no race: it ends in .ts, .js, .mjs and the like. */
export function isRaceFile(name: string): boolean {
  return MODULE.test(name);
}

/**
 * The race of the module at `path` (relative to the current directory). Its name becomes the path, so that a token leads back to the
 * file. Throws SwitchyardError "usage" if there is no such file or its default export is no race, "race" if it cannot be loaded.
 */
export async function loadRace(path: string): Promise<Race<any, any>> {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new SwitchyardError(
      "usage",
      `There is no file ${path}.`,
      "Give the path of a race module, from the current directory.",
    );
  }
  const exported = await defaultExport(path, file);
  checkRace(path, exported);
  return named(exported, raceName(file));
}

/** `race` and its mutants under another name. */
export function named(race: Race<any, any>, name: string): Race<any, any> {
  return { ...race, name, mutate: (id) => ({ ...race.mutate(id), name }) };
}

/** "./race.ts": the same on every machine on which the file has the same place in the project. */
function raceName(file: string): string {
  const path = relative(process.cwd(), file).replaceAll(sep, "/");
  return path.startsWith("../") ? path : `./${path}`;
}

async function defaultExport(path: string, file: string): Promise<unknown> {
  try {
    if (TYPESCRIPT.test(file)) await readTypeScript();
    const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
    return unwrapped(module.default);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new SwitchyardError(
      "race",
      `The race module ${path} cannot be loaded: ${said}.`,
      "Correct it; --trace-errors shows where.",
      { cause: error },
    );
  }
}

/** A TypeScript module of a package that is not of type "module" comes as CommonJS: its exports are the default export. */
function unwrapped(exported: unknown): unknown {
  const inner = exported as { readonly __esModule?: unknown; readonly default?: unknown } | undefined;
  return inner?.__esModule === true ? inner.default : exported;
}

let canReadTypeScript = import.meta.url.endsWith(".ts");

/** From here on this thread imports TypeScript; where the harness itself runs from its source, it does already. */
async function readTypeScript(): Promise<void> {
  if (canReadTypeScript) return;
  canReadTypeScript = true;
  const [commonJs, modules] = await Promise.all([import("tsx/cjs/api"), import("tsx/esm/api")]);
  commonJs.register();
  modules.register();
}

function checkRace(path: string, exported: unknown): asserts exported is Race<any, any> {
  if (exported === undefined || exported === null || typeof exported !== "object") {
    throw new SwitchyardError(
      "usage",
      exported === undefined ? `${path} has no default export.` : `The default export of ${path} is no race.`,
      "End it with `export default race({ ... })`.",
    );
  }
  const race = exported as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(NEEDED).filter(
    ([field, type]) => typeof race[field] !== type || race[field] === null,
  );
  if (wrong.length === 0) return;
  throw new SwitchyardError(
    "usage",
    `The default export of ${path} is no race: ${wrong.map(([field, type]) => `${field} must be ${type === "object" ? "an" : "a"} ${type}`).join(", ")}.`,
    "Make it with `race({ ... })` of pg-switchyard, which adds what can be left out.",
  );
}
