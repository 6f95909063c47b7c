/**
 * Runs one permutation and prints what isolationtester prints.
 *
 * After each launch the steps that wait are looked at again, in the order in which they were launched; a step is reported
 * as completed when it is answered and none of its blockers holds it back (README of src/test/isolation, "Dealing with race
 * conditions").
 */
import type { Client } from "./client.ts";
import type { Connections } from "./connections.ts";
import {
  answerText,
  completedLine,
  launchLine,
  noticeText,
  notificationText,
  startingLine,
} from "./permutation-printer.ts";
import type { Permutation, PermutationStep, TestSpec } from "./test-spec.ts";

/** How a permutation came to its end. "stuck": isolationtester would wait for minutes and give up. */
export type PermutationEnd =
  { readonly kind: "done" } | { readonly kind: "stuck" | "setup-failed"; readonly reason: string };

/** A step that was launched and is not reported as completed. */
interface Active {
  readonly step: PermutationStep;
  /** Notices to have been sent by the session of each "notices" blocker, in the order of the blockers. */
  readonly targets: readonly number[];
}

/** One permutation over the connections of a specification. */
export class PermutationRun {
  readonly #spec: TestSpec;
  readonly #connections: Connections;
  readonly #print: (text: string) => void;
  /** Steps that wait, in the order of their launch. */
  #waiting: Active[] = [];
  /** The step of each session that is not reported as completed. */
  readonly #active = new Map<number, Active>();

  constructor(spec: TestSpec, connections: Connections, print: (text: string) => void) {
    this.#spec = spec;
    this.#connections = connections;
    this.#print = print;
  }

  /** Runs setups, steps and teardowns. What isolationtester writes to standard error is printed in its place. */
  async run(permutation: Permutation): Promise<PermutationEnd> {
    this.#print(startingLine(permutation));
    const failed = await this.#setUp();
    if (failed !== undefined) return { kind: "setup-failed", reason: failed };
    for (const step of permutation) {
      if (!(await this.#whenFree(step.step.session))) return this.#stuck();
      await this.#launch(step);
    }
    if (!(await this.#reportWaiting("wait")) || this.#waiting.length > 0) return this.#stuck();
    await this.#tearDown();
    return { kind: "done" };
  }

  async #setUp(): Promise<string | undefined> {
    for (const sql of this.#spec.setups) {
      const failed = await this.#script(this.#control, sql, "setup");
      if (failed !== undefined) return failed;
    }
    for (const [index, { setup, name }] of this.#spec.sessions.entries()) {
      if (setup === undefined) continue;
      const failed = await this.#script(this.#client(index), setup, `setup of session ${name}`);
      if (failed !== undefined) return failed;
    }
    return undefined;
  }

  /** A failing teardown is told, and nothing more. */
  async #tearDown(): Promise<void> {
    for (const [index, { teardown, name }] of this.#spec.sessions.entries()) {
      if (teardown !== undefined)
        await this.#script(this.#client(index), teardown, `teardown of session ${name}`);
    }
    if (this.#spec.teardown !== undefined) await this.#script(this.#control, this.#spec.teardown, "teardown");
  }

  /** Runs a setup or teardown and prints its last result; returns its failure, which is printed too. */
  async #script(client: Client, sql: string, what: string): Promise<string | undefined> {
    await this.#connections.send(client, sql);
    const finished = await this.#connections.finish(client);
    this.#printNotices(client);
    const last = client.answers.at(-1);
    const failure = !finished
      ? "it waits for a lock that nobody will release"
      : last?.kind === "error"
        ? answerText(last)
        : undefined;
    if (failure === undefined) {
      if (last) this.#print(answerText(last));
      return undefined;
    }
    this.#print(`${what} failed: ${failure.trimEnd()}\n`);
    return `${what} failed: ${failure.trimEnd()}`;
  }

  /** Waits until the step that a session runs is reported as completed; false if that never comes. */
  async #whenFree(session: number): Promise<boolean> {
    for (let active = this.#active.get(session); active; active = this.#active.get(session)) {
      const before = this.#waiting.length;
      if (!(await this.#connections.finish(this.#client(session)))) return false;
      if (this.#report(active)) this.#waiting = this.#waiting.filter((other) => other !== active);
      await this.#reportWaiting("look");
      // Blocked by a marker: what the others wait for has to come about first.
      if (this.#active.has(session) && this.#waiting.length === before && !(await this.#nudge()))
        return false;
    }
    return true;
  }

  /** Lets time pass for some waiting step; false if time changes nothing. */
  async #nudge(): Promise<boolean> {
    for (const { step } of this.#waiting) {
      const client = this.#client(step.step.session);
      if (client.busy && (await this.#connections.finish(client))) return true;
    }
    return false;
  }

  async #launch(step: PermutationStep): Promise<void> {
    const client = this.#client(step.step.session);
    const targets = step.blockers.map((blocker) =>
      blocker.kind === "notices" ? blocker.count + this.#client(blocker.step.session).noticeCount : 0,
    );
    const active: Active = { step, targets };
    this.#active.set(step.step.session, active);
    await this.#connections.send(client, step.step.sql);
    if (client.busy && !this.#connections.isBlocked(client)) await this.#connections.finish(client);
    const once = step.blockers.some(({ kind }) => kind === "once");
    if (!once) this.#printNotices(client);
    const waits = once || client.busy || this.#isBlocked(active);
    this.#print(launchLine(step.step, waits));
    if (!waits) this.#printAnswers(active, client);
    await this.#reportWaiting("look");
    if (waits) this.#waiting.push(active);
  }

  /**
   * Reports the waiting steps that are completed, as often as one of them may have set free another. "wait" stays with
   * each step until it is answered; false if one never is.
   */
  async #reportWaiting(how: "look" | "wait"): Promise<boolean> {
    let again = true;
    while (again) {
      const before = this.#waiting;
      let noticed = false;
      const still: Active[] = [];
      for (const active of before) {
        const client = this.#client(active.step.step.session);
        if (how === "wait" && !(await this.#connections.finish(client))) return false;
        const noticesBefore = client.noticeCount;
        if (!this.#report(active)) still.push(active);
        noticed ||= client.noticeCount > noticesBefore;
      }
      this.#waiting = still;
      const marked = still.some(({ step }) => step.blockers.length > 0);
      again = marked && (still.length < before.length || noticed);
    }
    return true;
  }

  /** Looks at a step that waits; true if it is now reported as completed. */
  #report(active: Active): boolean {
    const client = this.#client(active.step.step.session);
    this.#printNotices(client);
    if (client.busy || this.#isBlocked(active)) return false;
    this.#print(completedLine(active.step.step));
    this.#printAnswers(active, client);
    return true;
  }

  #isBlocked({ step, targets }: Active): boolean {
    return step.blockers.some((blocker, index) => {
      if (blocker.kind === "once") return false;
      if (blocker.kind === "step") return this.#active.get(blocker.step.session)?.step.step === blocker.step;
      return this.#client(blocker.step.session).noticeCount < (targets[index] ?? 0);
    });
  }

  #printAnswers(active: Active, client: Client): void {
    for (const answer of client.answers) this.#print(answerText(answer));
    for (const notification of client.notifications.splice(0)) this.#print(notificationText(notification));
    this.#active.delete(active.step.step.session);
  }

  /** A notice counts from when it is printed. The control session's notices are not shown. */
  #printNotices(client: Client): void {
    for (const notice of client.notices.splice(0)) {
      client.noticeCount++;
      if (client !== this.#control) this.#print(noticeText(notice));
    }
  }

  get #control(): Client {
    return this.#connections.control;
  }

  #client(session: number): Client {
    return this.#connections.clients[session] as Client;
  }

  #stuck(): PermutationEnd {
    const names = [...this.#active.values()].map(({ step }) => step.step.name).join(", ");
    const reason = `the permutation cannot go on: waiting for ever: ${names}`;
    return { kind: "stuck", reason };
  }
}
