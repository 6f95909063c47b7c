/**
 * The command line: `explore`, `merge`, `mutants`, `examples`, `isolation`, `replay`, `strategies` and `list` over the races that it is given, and `spec` and `differ`.
 */
import { Command, CommanderError } from "commander";
import type { Race } from "../race/race.ts";
import type { CommandContext } from "./command-context.ts";
import { errorLine } from "./error-line.ts";
import { EXIT, exitCodeOf, type ExitCode } from "./exit-codes.ts";
import { addDiffCommand } from "./diff-command.ts";
import { addDifferCommand } from "./differ-command.ts";
import { addExamplesCommand } from "./examples-command.ts";
import { addExploreCommand } from "./explore-command.ts";
import { addIsolationCommand } from "./isolation-command.ts";
import { addListCommand } from "./list-command.ts";
import { addMergeCommand } from "./merge-command.ts";
import { addMutantsCommand } from "./mutants-command.ts";
import { addReplayCommand } from "./replay-command.ts";
import { addSpecCommand } from "./spec-command.ts";
import { addStrategiesCommand } from "./strategies-command.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { openByName, type OpenEngine } from "./with-engine.ts";

/** In the order in which --help names them. */
const COMMANDS: readonly ((program: Command, context: CommandContext) => void)[] = [
  addExploreCommand,
  addReplayCommand,
  addDiffCommand,
  addMergeCommand,
  addMutantsCommand,
  addExamplesCommand,
  addIsolationCommand,
  addStrategiesCommand,
  addListCommand,
  addSpecCommand,
  addDifferCommand,
];

/**
 * Runs the command line `argv` (without the program's own name) over `races`, whose first is the default. Never rejects:
 * every error is told in one line on standard error and in the exit code that this resolves to (see EXIT). `url` is the module that
 * searching threads run (see `runProgram`); without it a search has one worker.
 */
export async function main(
  argv: readonly string[],
  races: readonly Race<any, any>[],
  terminal: Terminal = processTerminal(),
  open: OpenEngine = openByName,
  url?: string,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = createProgram(terminal);
  const exit = (chosen: ExitCode): void => {
    code = chosen;
  };
  for (const addCommand of COMMANDS) addCommand(program, { races, terminal, open, exit, url });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    terminal.err(`${errorLine(error, program.opts<{ traceErrors?: true }>().traceErrors === true)}\n`);
    return exitCodeOf(error);
  }
}

/** The program without its commands; it throws CommanderError where commander would exit the process. */
function createProgram(terminal: Terminal): Command {
  return new Command("switchyard")
    .description("Runs races between Postgres transactions under every schedule that a seed draws.")
    .option("--trace-errors", "print the stack of an error as well")
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing violated, 1 violated, 2 usage, 3 not deterministic, 4 vacuous, 5 harness at fault.",
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: () => {} })
    .allowExcessArguments()
    .action((_options: unknown, command: Command) => {
      const [name] = command.args;
      const message = name === undefined ? "no command given" : `there is no command "${name}"`;
      throw new CommanderError(EXIT.usage, "switchyard.command", message);
    });
}
