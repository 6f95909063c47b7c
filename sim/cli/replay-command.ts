/**
 * `replay TOKEN`: the run of a token once more, told in full.
 */
import type { Command } from "commander";
import type { Race } from "../race/race.ts";
import { counterexampleText } from "../report/counterexample.ts";
import { createPaint } from "../report/paint.ts";
import { replayJson } from "../report/replay-json.ts";
import { replay } from "../search/replay.ts";
import { parseToken } from "../trace/token.ts";
import type { RunResult } from "../trace/trace.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { checkMutant, findRace } from "./find-race.ts";
import { wholeNumber } from "./read-number.ts";
import type { Terminal } from "./terminal.ts";
import { engineOption, withEngine, type EngineName, type OpenEngine } from "./with-engine.ts";

interface Options {
  readonly mutant?: number;
  readonly engine: EngineName;
  readonly json?: true;
}

/** Adds the command to `program`; `exit` takes its exit code. */
export function addReplayCommand(
  program: Command,
  races: readonly Race<any, any>[],
  terminal: Terminal,
  open: OpenEngine,
  exit: (code: ExitCode) => void,
): void {
  program
    .command("replay")
    .description("run a token again and tell its story")
    .argument("<token>", "the token, as explore printed it")
    .option("--mutant <n>", "run this wrong variant in place of the token's", wholeNumber(0))
    .addOption(engineOption())
    .option("--json", "print one JSON object and nothing else")
    .action(async (token: string, options: Options) => {
      exit(await runReplay(races, token, options, terminal, open));
    });
}

async function runReplay(
  races: readonly Race<any, any>[],
  token: string,
  options: Options,
  terminal: Terminal,
  open: OpenEngine,
): Promise<ExitCode> {
  const parts = parseToken(token);
  const race = findRace(races, parts.race);
  checkMutant(race, options.mutant ?? parts.mutant);
  const { mutant } = options;
  const run = await withEngine(open, options.engine, (engine) => replay(engine, race, token, { mutant }));
  if (options.json === true) {
    terminal.out(JSON.stringify(await replayJson(run, token), undefined, 2));
  } else {
    const paint = createPaint(terminal.outIsTerminal);
    const verdict =
      run.violations.length > 0 ? paint("bad", violatedText(run)) : paint("good", "nothing violated");
    terminal.out(
      `${await counterexampleText(run, undefined, paint)}\n\ntrace hash  ${run.traceHash}\nverdict     ${verdict}`,
    );
  }
  return run.violations.length > 0 ? EXIT.violated : EXIT.ok;
}

function violatedText(run: RunResult): string {
  const names = new Set(run.violations.map(({ invariant }) => invariant));
  return `violated: ${[...names].join(" ")}`;
}
