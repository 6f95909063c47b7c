/**
 * `explore [RACE]`: many schedules, a summary, and the shrunk counterexamples if something is violated.
 */
import { Option, type Command } from "commander";
import type { Race } from "../race/race.ts";
import { exploreJson } from "../report/explore-json.ts";
import { exploreText } from "../report/explore-text.ts";
import { createPaint } from "../report/paint.ts";
import { MAX_FAILING_SCHEDULES, type ExploreReport } from "../search/explore.ts";
import type { Shard } from "../search/shard.ts";
import { DEFAULT_STRATEGY, STRATEGIES, type StrategyName } from "../search/strategies/index.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, raceArgument, seedOption, workersOption } from "./common-options.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { checkMutant, findRace } from "./find-race.ts";
import { createProgressLine } from "./progress-line.ts";
import { positiveNumber, readShard, wholeNumber } from "./read-number.ts";
import { runExploreAll } from "./explore-all.ts";
import { runExhaustive } from "./explore-exhaustive.ts";
import { writeNumberedReports } from "./report-file.ts";
import { saveRegressions } from "./save-regressions.ts";
import { searchWith } from "./search-with.ts";
import type { Terminal } from "./terminal.ts";
import { engineOption, type EngineName, type OpenEngine } from "./with-engine.ts";

/** Schedules if neither --schedules nor --seconds says otherwise. */
const DEFAULT_SCHEDULES = 2000;

/** The strategy that does not sample; it has a search of its own. */
const EXHAUSTIVE = "exhaustive";

interface Options {
  readonly all?: true;
  readonly schedules?: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly mutant?: number;
  readonly strategy: StrategyName | typeof EXHAUSTIVE;
  readonly configuration?: string;
  readonly preemptions?: number;
  readonly delays?: number;
  readonly workers?: number;
  readonly shard?: Shard;
  readonly maxFailing: number;
  readonly save?: string;
  readonly report?: string;
  readonly engine: EngineName;
  readonly json?: true;
}

/** Adds the command to `program`. */
export function addExploreCommand(
  program: Command,
  { races, terminal, open, exit, url }: CommandContext,
): void {
  program
    .command("explore")
    .description("run many schedules of a race and check what it promises")
    .addArgument(raceArgument(races))
    .option("--all", "explore every race of a suite, and tell what all of them reached")
    .option("--schedules <n>", `stop after so many schedules (default: ${DEFAULT_SCHEDULES})`, wholeNumber(1))
    .option("--seconds <s>", "stop after so many seconds", positiveNumber)
    .addOption(seedOption("schedules, data and everything random"))
    .option("--mutant <n>", "explore this wrong variant of the race", wholeNumber(0))
    .addOption(
      new Option("--strategy <name>", "how schedules are chosen")
        .choices([...Object.keys(STRATEGIES), EXHAUSTIVE])
        .default(DEFAULT_STRATEGY),
    )
    .option("--configuration <name>", "exhaustive: only the data of this name")
    .addOption(
      new Option("--preemptions <n>", "exhaustive: all runs with at most so many preemptions")
        .argParser(wholeNumber(0))
        .conflicts("delays"),
    )
    .option(
      "--delays <n>",
      "exhaustive: all runs in which sessions are passed over at most so often",
      wholeNumber(0),
    )
    .addOption(workersOption("the search over so many threads"))
    .option(
      "--shard <i/n>",
      "make only the i-th of n parts of the search; merge adds their --json",
      readShard,
    )
    .option("--max-failing <n>", "end after so many failing schedules", wholeNumber(1), MAX_FAILING_SCHEDULES)
    .option("--save <directory>", "keep each counterexample there as a file, to be replayed as a regression")
    .option(
      "--report <file>",
      "write an HTML page for each counterexample, the second one to FILE-2 and so on",
    )
    .addOption(engineOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: Options) => {
      if (options.all !== true) {
        exit(await runExplore(await findRace(races, name), options, terminal, open, url));
        return;
      }
      const { strategy, ...rest } = checkAll(name, options);
      const searchOne = (race: Race<any, any>): Promise<ExploreReport> =>
        search(race, { ...rest, strategy }, terminal, open, url);
      exit(await runExploreAll(races, options, terminal, searchOne));
    });
}

async function runExplore(
  race: Race<any, any>,
  options: Options,
  terminal: Terminal,
  open: OpenEngine,
  program: string | undefined,
): Promise<ExitCode> {
  checkMutant(race, options.mutant);
  const { strategy } = options;
  if (strategy === EXHAUSTIVE) {
    checkExhaustive(options);
    return await runExhaustive(race, options, terminal, open);
  }
  checkSampling(options);
  const report = await search(race, { ...options, strategy }, terminal, open, program);
  if (options.save !== undefined) await saveRegressions(options.save, report);
  const tokens = report.violations.map(({ token }) => token);
  await writeNumberedReports(options.report, race, tokens, { open, engine: options.engine, terminal });
  if (options.json === true) {
    terminal.out(JSON.stringify(await exploreJson(report), undefined, 2));
  } else {
    terminal.out(await exploreText(report, createPaint(terminal.outIsTerminal), terminal.outColumns));
  }
  if (report.violations.length > 0) return EXIT.violated;
  return report.vacuous.length > 0 ? EXIT.vacuous : EXIT.ok;
}

async function search(
  race: Race<any, any>,
  { workers, engine, schedules: wanted, ...options }: Options & { readonly strategy: StrategyName },
  terminal: Terminal,
  open: OpenEngine,
  program: string | undefined,
): Promise<ExploreReport> {
  const schedules = wanted ?? (options.seconds === undefined ? DEFAULT_SCHEDULES : Infinity);
  const progress = createProgressLine(terminal);
  try {
    return await searchWith(
      race,
      { ...options, schedules, onProgress: progress.show },
      { engine, open, workers, program },
    );
  } finally {
    progress.clear();
  }
}

/** `options`, for a search of all races; throws SwitchyardError "usage" for what belongs to one race. */
function checkAll(name: string | undefined, options: Options): Options & { readonly strategy: StrategyName } {
  const { strategy, mutant, shard, save, report } = options;
  const ofOne = { race: name, "--mutant": mutant, "--shard": shard, "--save": save, "--report": report };
  const [given] = Object.entries(ofOne).find(([, value]) => value !== undefined) ?? [];
  if (given !== undefined || strategy === EXHAUSTIVE) {
    throw new SwitchyardError(
      "usage",
      `${given ?? `--strategy ${EXHAUSTIVE}`} belongs to the search of one race, not to --all.`,
      "Leave one of them out.",
    );
  }
  checkSampling(options);
  return { ...options, strategy };
}

/** Throws SwitchyardError "usage" for options that an exhaustive search does not know. */
function checkExhaustive({ save, shard, workers = 1 }: Options): void {
  if (save === undefined && shard === undefined && workers === 1) return;
  throw new SwitchyardError(
    "usage",
    "An exhaustive search runs in one thread and as a whole, and saves no regressions.",
    "Leave --workers, --shard and --save out; --configuration explores a part.",
  );
}

/** Throws SwitchyardError "usage" for options that belong to exhaustive search. */
function checkSampling({ configuration, preemptions, delays }: Options): void {
  if (configuration === undefined && preemptions === undefined && delays === undefined) return;
  throw new SwitchyardError(
    "usage",
    "--configuration, --preemptions and --delays belong to exhaustive search.",
    `Add --strategy ${EXHAUSTIVE}, or leave them out.`,
  );
}
