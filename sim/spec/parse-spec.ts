/**
 * Reads a specification: setups, a teardown, sessions, permutations, in that order.
 */
import { linkPermutations, type NamedPermutationStep, type NamedBlocker } from "./link-permutations.ts";
import { specTokens, syntaxError, type Keyword, type SpecToken } from "./spec-tokens.ts";
import type { SpecSession, Step, TestSpec } from "./test-spec.ts";

/**
 * Parses the text of a specification and checks it as isolationtester does.
 * @throws SwitchyardError "usage" with the line, or the name of the step that is at fault
 */
export function parseSpec(text: string): TestSpec {
  return new SpecParser(specTokens(text)).spec();
}

class SpecParser {
  readonly #tokens: readonly SpecToken[];
  #at = 0;

  constructor(tokens: readonly SpecToken[]) {
    this.#tokens = tokens;
  }

  spec(): TestSpec {
    const setups: string[] = [];
    while (this.#accept("setup")) setups.push(this.#expect("sql"));
    const teardown = this.#optionalSql("teardown");
    const sessions: SpecSession[] = [];
    do sessions.push(this.#session(sessions.length));
    while (this.#token.text === "session" && this.#token.kind === "keyword");
    const permutations: NamedPermutationStep[][] = [];
    while (this.#accept("permutation")) permutations.push(this.#permutation());
    if (this.#token.kind !== "end") throw this.#unexpected();
    return { setups, teardown, sessions, ...linkPermutations(sessions, permutations) };
  }

  #session(index: number): SpecSession {
    if (!this.#accept("session")) throw this.#unexpected();
    const name = this.#expect("name");
    const setup = this.#optionalSql("setup");
    const steps: Step[] = [];
    while (this.#accept("step")) {
      steps.push({ name: this.#expect("name"), sql: this.#expect("sql"), session: index });
    }
    if (steps.length === 0) throw this.#unexpected();
    return { name, setup, steps, teardown: this.#optionalSql("teardown") };
  }

  #permutation(): NamedPermutationStep[] {
    const steps: NamedPermutationStep[] = [];
    do {
      const name = this.#expect("name");
      const blockers: NamedBlocker[] = [];
      if (this.#acceptMark("(")) {
        do blockers.push(this.#blocker());
        while (this.#acceptMark(","));
        if (!this.#acceptMark(")")) throw this.#unexpected();
      }
      steps.push({ name, blockers });
    } while (this.#token.kind === "name");
    return steps;
  }

  #blocker(): NamedBlocker {
    if (this.#acceptMark("*")) return { kind: "once" };
    const step = this.#expect("name");
    return this.#accept("notices")
      ? { kind: "notices", step, count: Number(this.#expect("number")) }
      : { kind: "step", step };
  }

  #optionalSql(keyword: Keyword): string | undefined {
    return this.#accept(keyword) ? this.#expect("sql") : undefined;
  }

  get #token(): SpecToken {
    return this.#tokens[this.#at] as SpecToken;
  }

  #accept(keyword: Keyword): boolean {
    const found = this.#token.kind === "keyword" && this.#token.text === keyword;
    if (found) this.#at++;
    return found;
  }

  #acceptMark(mark: string): boolean {
    const found = this.#token.kind === "mark" && this.#token.text === mark;
    if (found) this.#at++;
    return found;
  }

  #expect(kind: "sql" | "name" | "number"): string {
    const token = this.#token;
    if (token.kind !== kind) throw this.#unexpected();
    this.#at++;
    return token.text;
  }

  #unexpected(): Error {
    const { kind, text, line } = this.#token;
    const found = kind === "end" ? "the end of the file" : kind === "sql" ? "a block of SQL" : `"${text}"`;
    return syntaxError(line, `unexpected ${found}`);
  }
}
