/**
 * `replay TOKEN --stop-at STEP` and `--until WHAT`: the race is held there, and a prompt is opened.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { replay } from "../search/replay.ts";
import type { RunResult } from "../trace/trace.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { heldSchedule } from "./prompt/held-schedule.ts";
import { holdRun, PromptLeft } from "./prompt/prompt.ts";
import type { StopAt } from "./prompt/stop-condition.ts";
import type { Terminal } from "./terminal.ts";

/** What is replayed, and where it is held. */
export interface HeldReplay {
  readonly race: Race<any, any>;
  readonly token: string;
  readonly mutant: number | undefined;
  readonly stopAt: StopAt;
}

/**
 * Replays and holds; tells at the end what the run came to. Throws SwitchyardError "usage" where nobody can write commands, or the run
 * never came to the place.
 */
export async function holdReplay(engine: Engine, held: HeldReplay, terminal: Terminal): Promise<ExitCode> {
  if (terminal.openLines === undefined)
    throw new SwitchyardError(
      "usage",
      "There is no input to read commands from.",
      "Leave --stop-at and --until out.",
    );
  const lines = terminal.openLines();
  const { onStep, state } = holdRun(engine, held.stopAt, lines, terminal);
  const { race, token, mutant } = held;
  let run: RunResult;
  try {
    run = await replay(engine, race, token, { mutant, follow: heldSchedule, onStep });
  } catch (error) {
    if (error instanceof PromptLeft) return EXIT.ok;
    throw error;
  } finally {
    lines.close();
  }
  if (!state.held) {
    const { step, until } = held.stopAt;
    const what =
      step === undefined
        ? `There was no ${until === "waiting" ? "wait" : until}`
        : `There is no step ${step}`;
    throw new SwitchyardError(
      "usage",
      `${what} in the ${run.steps.length} steps of this run.`,
      "Replay it without to see its steps.",
    );
  }
  const broken = run.violations.map(
    ({ invariant, message, step }) => `${invariant} broke at step ${step}: ${message}`,
  );
  const steps = `the run ended after ${run.steps.length} steps`;
  const whose = state.disturbed ? "; statements were run in it, so it is no longer that of the token" : "";
  terminal.out([`${steps}${whose}`, ...(broken.length === 0 ? ["nothing violated"] : broken)].join("\n"));
  return run.violations.length > 0 ? EXIT.violated : EXIT.ok;
}
