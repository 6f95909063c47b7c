/**
 * Runs the permutations of a specification on an engine, one after the other, over the same connections.
 *
 * A permutation that the engine refuses, or that goes wrong in the harness, costs nothing but itself: sessions and schema
 * are set up anew for the next one.
 */
import { DatabaseError } from "../engine/database-error.ts";
import type { Engine } from "../engine/port.ts";
import { loadGrammar } from "../sql/grammar.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { permutationsOf } from "./all-permutations.ts";
import { Connections } from "./connections.ts";
import { PermutationRun } from "./permutation-run.ts";
import type { Permutation, TestSpec } from "./test-spec.ts";

/** What became of one permutation. */
export interface PermutationResult {
  /** Its steps' names, with a blank between them. */
  readonly permutation: string;
  /** What isolationtester prints for it, as far as it came. */
  readonly output: string;
  /** "refused": the engine cannot have a statement of it. "failed": it cannot go on, or the harness is at fault. */
  readonly state: "ran" | "refused" | "failed";
  /** Why it was refused or failed. */
  readonly reason: string | undefined;
}

/** The first lines of isolationtester's output, before the permutations. */
export function outputHeader(spec: TestSpec): string {
  const unused = spec.unusedSteps.map((name) => `unused step name: ${name}\n`).join("");
  return `${unused}Parsed test spec with ${spec.sessions.length} sessions\n`;
}

/**
 * Runs `spec`, whose sessions call themselves isolation/`name`/session on a server; `openEngine` has to give an engine that hands out values as text, and is called again where one breaks. Every
 * engine that it gave is closed at the end. Gives each permutation's result as it comes.
 */
export async function* runSpec(
  spec: TestSpec,
  name: string,
  openEngine: () => Promise<Engine>,
): AsyncGenerator<PermutationResult> {
  await loadGrammar();
  const stage = new Stage(spec, name, openEngine);
  try {
    for (const permutation of permutationsOf(spec)) {
      const result = await runPermutation(spec, permutation, stage);
      if (result.state !== "ran") await stage.clear();
      yield result;
    }
  } finally {
    await stage.close();
  }
}

async function runPermutation(
  spec: TestSpec,
  permutation: Permutation,
  stage: Stage,
): Promise<PermutationResult> {
  let output = "";
  const name = permutation.map(({ step }) => step.name).join(" ");
  try {
    const connections = await stage.connections();
    const run = new PermutationRun(spec, connections, (text) => (output += text));
    const end = await run.run(permutation);
    return end.kind === "done"
      ? { permutation: name, output, state: "ran", reason: undefined }
      : { permutation: name, output, state: "failed", reason: end.reason };
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error;
    const state = error.code === "unsupported" ? "refused" : "failed";
    return { permutation: name, output, state, reason: error.message };
  }
}

/** The engine and its connections, made when they are asked for. */
class Stage {
  readonly #spec: TestSpec;
  readonly #name: string;
  readonly #openEngine: () => Promise<Engine>;
  #engine: Engine | undefined;
  #connections: Connections | undefined;

  constructor(spec: TestSpec, name: string, openEngine: () => Promise<Engine>) {
    this.#spec = spec;
    this.#name = name;
    this.#openEngine = openEngine;
  }

  async connections(): Promise<Connections> {
    if (this.#connections) return this.#connections;
    if (!this.#engine) {
      this.#engine = await this.#openEngine();
      await emptyDatabase(this.#engine);
    }
    this.#connections = await this.#open(this.#engine);
    return this.#connections;
  }

  /** Ends all sessions and drops what they left; an engine that cannot do that is closed. */
  async clear(): Promise<void> {
    this.#connections = undefined;
    if (!this.#engine) return;
    try {
      const connections = await this.#open(this.#engine);
      // What lies outside of the schemas, roles for example, only the teardown knows; it may fail.
      if (this.#spec.teardown !== undefined) await connections.send(connections.control, this.#spec.teardown);
      await emptyDatabase(this.#engine);
    } catch (error) {
      if (!(error instanceof SwitchyardError || error instanceof DatabaseError)) throw error;
      await this.close();
    }
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.close();
  }

  /** The control session comes first; its name is one that no session of the specification has. */
  #open(engine: Engine): Promise<Connections> {
    const names = this.#spec.sessions.map(({ name }) => name);
    let control = "control connection";
    while (names.includes(control)) control += "'";
    return Connections.open(engine, { application: `isolation/${this.#name}`, control, sessions: names });
  }
}

/** Drops every user schema. An engine skips a script that is installed already, but not both of these. */
async function emptyDatabase(engine: Engine): Promise<void> {
  await engine.install("-- no objects");
  await engine.install("");
}
