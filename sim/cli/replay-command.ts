/**
 * `replay TOKEN`: the run of a token once more, told in full.
 */
import { Option, type Command } from "commander";
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { counterexampleText } from "../report/counterexample.ts";
import { createPaint, type Paint } from "../report/paint.ts";
import { replayJson } from "../report/replay-json.ts";
import { compareReplay } from "../search/compare-replay.ts";
import { comparisonWords, type ComparisonWords } from "../search/comparison-words.ts";
import { replay } from "../search/replay.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { RunResult } from "../trace/trace.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption } from "./common-options.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { raceOfToken } from "./find-race.ts";
import { holdReplay } from "./hold-replay.ts";
import { UNTIL, type Until } from "./prompt/stop-condition.ts";
import { wholeNumber } from "./read-number.ts";
import { writeReport } from "./report-file.ts";
import type { Terminal } from "./terminal.ts";
import { engineOption, withEngine, type EngineName, type OpenEngine } from "./with-engine.ts";

interface Options {
  readonly mutant?: number;
  readonly engine: EngineName;
  readonly json?: true;
  readonly report?: string;
  readonly table?: true;
  readonly stopAt?: number;
  readonly until?: Until;
}

/** Columns of a timeline where standard output is no terminal. */
const DEFAULT_COLUMNS = 120;

/** Adds the command to `program`. */
export function addReplayCommand(program: Command, { races, terminal, open, exit }: CommandContext): void {
  program
    .command("replay")
    .description("run a token again and tell its story")
    .argument("<token>", "the token, as explore printed it")
    .argument("[file]", "the race module, where the token does not name it or its place has changed")
    .option("--mutant <n>", "run this wrong variant in place of the token's", wholeNumber(0))
    .addOption(engineOption())
    .addOption(jsonOption())
    .option("--report <file>", "write an HTML page on which one can step through the run")
    .option("--table", "print the steps as a table of whole statements, not as a timeline")
    .option("--stop-at <step>", "hold the race after this step and open a prompt", wholeNumber(0))
    .addOption(
      new Option("--until <what>", "hold the race where this first comes about")
        .choices([...UNTIL])
        .conflicts("stopAt"),
    )
    .action(async (token: string, file: string | undefined, options: Options) => {
      const race = await raceOfToken(races, token, { file, mutant: options.mutant });
      exit(await runReplay(race, token, options, terminal, open));
    });
}

async function runReplay(
  race: Race<any, any>,
  token: string,
  options: Options,
  terminal: Terminal,
  open: OpenEngine,
): Promise<ExitCode> {
  const stopAt = { step: options.stopAt, until: options.until };
  if (stopAt.step !== undefined || stopAt.until !== undefined) {
    const held = { race, token, mutant: options.mutant, stopAt };
    return await withEngine(open, options.engine, (engine) => holdReplay(engine, held, terminal));
  }
  const replayed = await replayOn(race, token, options, terminal, open);
  const { run, comparison } = replayed;
  if (options.json === true) {
    const json = await replayJson(run, token);
    const compared = comparison === undefined ? {} : { comparedWithPglite: comparison };
    terminal.out(JSON.stringify({ ...json, ...compared }, undefined, 2));
  } else {
    const columns = options.table === true ? undefined : (terminal.outColumns ?? DEFAULT_COLUMNS);
    terminal.out(await replayText(replayed, createPaint(terminal.outIsTerminal), columns));
  }
  if (comparison?.same === false) return EXIT.nondeterministic;
  return run.violations.length > 0 ? EXIT.violated : EXIT.ok;
}

/** A run, and for one on a server whether it is the same in process. */
interface Replayed {
  readonly run: RunResult;
  readonly comparison: ComparisonWords | undefined;
}

async function replayOn(
  race: Race<any, any>,
  token: string,
  { engine: name, mutant, report }: Options,
  terminal: Terminal,
  open: OpenEngine,
): Promise<Replayed> {
  const note = (text: string): void => terminal.err(`${text}\n`);
  const options = { mutant };
  const replayed = async (engine: Engine): Promise<Replayed> => {
    if (report !== undefined) await writeReport(report, engine, race, token, options);
    if (!engine.decidesOrder) return await compareOn(engine, race, token, options, open);
    return { run: await replay(engine, race, token, options), comparison: undefined };
  };
  return await withEngine(open, name, replayed, note);
}

async function compareOn(
  server: Engine,
  race: Race<any, any>,
  token: string,
  options: { readonly mutant: number | undefined },
  open: OpenEngine,
): Promise<Replayed> {
  try {
    const compared = await withEngine(open, "pglite", (inProcess) =>
      compareReplay(inProcess, server, race, token, options),
    );
    return { run: compared.found, comparison: comparisonWords(compared) };
  } catch (error) {
    // A race that needs a server, or a token that fits the server only.
    if (!(error instanceof SwitchyardError) || (error.code !== "unsupported" && error.code !== "token"))
      throw error;
    const run = await replay(server, race, token, options);
    return { run, comparison: { same: error.code === "token" ? false : undefined, told: error.message } };
  }
}

async function replayText(
  { run, comparison }: Replayed,
  paint: Paint,
  columns: number | undefined,
): Promise<string> {
  const verdict =
    run.violations.length > 0 ? paint("bad", violatedText(run)) : paint("good", "nothing violated");
  const lines = [`trace hash  ${run.traceHash}`, `verdict     ${verdict}`];
  if (comparison !== undefined) {
    const { same, told } = comparison;
    lines.push(`in process  ${same === false ? paint("bad", told) : told}`);
  }
  return `${await counterexampleText(run, undefined, paint, columns)}\n\n${lines.join("\n")}`;
}

function violatedText(run: RunResult): string {
  const names = new Set(run.violations.map(({ invariant }) => invariant));
  return `violated: ${[...names].join(" ")}`;
}
