/**
 * The prompt of a held race: reads commands until one of them lets the race go on.
 */
import type { Engine } from "../../engine/port.ts";
import type { HeldRun, OnStep } from "../../race/held-run.ts";
import type { LineReader, Terminal } from "../terminal.ts";
import {
  errorAnswer,
  locksText,
  lookText,
  notARead,
  outcomeAnswer,
  resultText,
  sessionsText,
  stepLine,
  tablesText,
  waitsText,
} from "./answers.ts";
import { PROMPT_HELP, readCommand, type PromptCommand } from "./command-words.ts";
import { shallStop, type StopAt } from "./stop-condition.ts";

/** Thrown out of a run that somebody has left. */
export class PromptLeft extends Error {
  override readonly name: string = "PromptLeft";
}

/** What came of holding a run. */
export interface Holding {
  readonly onStep: OnStep;
  /** Whether the run was ever held, and whether somebody ran statements in it. */
  readonly state: { held: boolean; disturbed: boolean };
}

/**
 * Holds a run on `engine` where `stopAt` says, and then wherever the commands from `lines` say. At the end of the input the run goes
 * on to its end. Rejects with PromptLeft at "quit".
 */
export function holdRun(engine: Engine, stopAt: StopAt, lines: LineReader, terminal: Terminal): Holding {
  const state = { held: false, disturbed: false };
  /** The step at which to hold next; undefined: where `stopAt` says; Infinity: nowhere. */
  let next: number | undefined;
  let told = 0;
  const onStep: OnStep = async (run) => {
    const stops = next === undefined ? shallStop(run, stopAt) : run.steps.length >= next;
    if (!stops) return;
    if (!state.held) told = Math.max(0, run.steps.length - 1);
    state.held = true;
    await tellSteps();
    for (;;) {
      const line = await lines.ask(`step ${run.steps.length}> `);
      const command = line === undefined ? ({ kind: "continue" } as const) : readCommand(line);
      if (typeof command === "string") terminal.out(command);
      if (command === undefined || typeof command === "string") continue;
      if (command.kind === "quit") throw new PromptLeft();
      if (command.kind === "continue" || command.kind === "next") {
        next = command.kind === "next" ? run.steps.length + command.steps : Infinity;
        return;
      }
      terminal.out(await answer(command, run).catch(errorAnswer));
    }

    async function tellSteps(): Promise<void> {
      if (run.steps.length === 0) terminal.out("before the first step");
      for (const step of run.steps.slice(told)) terminal.out(await stepLine(step));
      for (const { invariant, message, step } of run.violations) {
        if (step > told) terminal.out(`${invariant} broke at step ${step}: ${message}`);
      }
      told = run.steps.length;
    }
  };
  return { onStep, state };

  async function answer(
    command: Exclude<
      PromptCommand,
      { readonly kind: "next" } | { readonly kind: "continue" } | { readonly kind: "quit" }
    >,
    run: HeldRun,
  ): Promise<string> {
    switch (command.kind) {
      case "help":
        return PROMPT_HELP;
      case "sessions":
        return sessionsText(run);
      case "waits":
        return waitsText(run);
      case "locks":
        return await locksText(engine, run);
      case "tables":
        return await tablesText(engine, behind(run, command.session));
      case "observe":
        return (await notARead(command.sql)) ?? resultText(await engine.observe({ text: command.sql }));
      case "look":
        return (
          (await notARead(command.sql)) ??
          (await lookText(engine, behind(run, command.session) ?? "", command.sql))
        );
      case "as": {
        const before = run.steps.length;
        await run.execute(command.session, { text: command.sql });
        state.disturbed = true;
        const made = run.steps.slice(before);
        const lines = made.slice(0, 1).map(({ outcome }) => outcomeAnswer(outcome));
        for (const step of made) lines.push(await stepLine(step));
        told = run.steps.length;
        return lines.join("\n");
      }
    }
  }
}

/** The engine's session behind a name; the name itself where there is none. */
function behind(run: HeldRun, name: string | undefined): string | undefined {
  return run.sessions.find((session) => session.name === name)?.session ?? name;
}
