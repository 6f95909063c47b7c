/**
 * `explore [RACE]`: many schedules, a summary, and the shrunk counterexamples if something is violated.
 */
import { Option, type Command } from "commander";
import type { Race } from "../race/race.ts";
import { counterexampleText } from "../report/counterexample.ts";
import { exploreJson } from "../report/explore-json.ts";
import { createPaint, type Paint } from "../report/paint.ts";
import { lockCycleText } from "../report/lock-cycle-text.ts";
import { strategyTable } from "../report/strategy-table.ts";
import { labelTable, summaryTable } from "../report/summary-table.ts";
import { explore, type ExploreReport } from "../search/explore.ts";
import { MAX_SHRINK_RUNS } from "../search/shrink-each.ts";
import { DEFAULT_STRATEGY, STRATEGIES, type StrategyName } from "../search/strategies/index.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { checkMutant, findRace } from "./find-race.ts";
import { createProgressLine } from "./progress-line.ts";
import { positiveNumber, wholeNumber } from "./read-number.ts";
import type { Terminal } from "./terminal.ts";
import { engineOption, withEngine, type EngineName, type OpenEngine } from "./with-engine.ts";

/** Schedules if neither --schedules nor --seconds says otherwise. */
const DEFAULT_SCHEDULES = 2000;
/** A fixed default, so that two people who run the same command see the same. */
const DEFAULT_SEED = 1;
const MAX_SEED = 0xffff_ffff;

interface Options {
  readonly schedules?: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly mutant?: number;
  readonly strategy: StrategyName;
  readonly engine: EngineName;
  readonly json?: true;
}

/** Adds the command to `program`; `exit` takes its exit code. */
export function addExploreCommand(
  program: Command,
  races: readonly Race<any, any>[],
  terminal: Terminal,
  open: OpenEngine,
  exit: (code: ExitCode) => void,
): void {
  program
    .command("explore")
    .description("run many schedules of a race and check what it promises")
    .argument("[race]", `name of the race (default: ${races[0]?.name ?? "none"})`)
    .option("--schedules <n>", `stop after so many schedules (default: ${DEFAULT_SCHEDULES})`, wholeNumber(1))
    .option("--seconds <s>", "stop after so many seconds", positiveNumber)
    .option(
      "--seed <n>",
      "seed of schedules, data and everything random",
      wholeNumber(0, MAX_SEED),
      DEFAULT_SEED,
    )
    .option("--mutant <n>", "explore this wrong variant of the race", wholeNumber(0))
    .addOption(
      new Option("--strategy <name>", "how schedules are chosen")
        .choices(Object.keys(STRATEGIES))
        .default(DEFAULT_STRATEGY),
    )
    .addOption(engineOption())
    .option("--json", "print one JSON object and nothing else")
    .action(async (name: string | undefined, options: Options) => {
      exit(await runExplore(findRace(races, name), options, terminal, open));
    });
}

async function runExplore(
  race: Race<any, any>,
  options: Options,
  terminal: Terminal,
  open: OpenEngine,
): Promise<ExitCode> {
  checkMutant(race, options.mutant);
  const report = await exploreOnEngine(race, options, terminal, open);
  if (options.json === true) {
    terminal.out(JSON.stringify(await exploreJson(report), undefined, 2));
  } else {
    terminal.out(await reportText(report, createPaint(terminal.outIsTerminal)));
  }
  if (report.violations.length > 0) return EXIT.violated;
  return report.vacuous.length > 0 ? EXIT.vacuous : EXIT.ok;
}

async function exploreOnEngine(
  race: Race<any, any>,
  options: Options,
  terminal: Terminal,
  open: OpenEngine,
): Promise<ExploreReport> {
  const { seconds, seed, mutant, strategy } = options;
  const schedules = options.schedules ?? (seconds === undefined ? DEFAULT_SCHEDULES : Infinity);
  const progress = createProgressLine(terminal);
  try {
    return await withEngine(open, options.engine, (engine) =>
      explore(engine, race, { schedules, seconds, seed, mutant, strategy, onProgress: progress.show }),
    );
  } finally {
    progress.clear();
  }
}

async function reportText(report: ExploreReport, paint: Paint): Promise<string> {
  const blocks: string[] = [];
  const told = new Set<string>();
  for (const { token, run } of report.violations) {
    if (!told.has(token)) blocks.push(await counterexampleText(run, token, paint));
    told.add(token);
  }
  blocks.push(summaryTable(report, paint));
  blocks.push(strategyTable(report));
  if (report.lockCycles.length > 0) blocks.push(lockCycleText(report.lockCycles, paint));
  if (Object.keys(report.labels).length > 0 && report.violations.length === 0)
    blocks.push(labelTable(report));
  if (report.shrinkBoundReached) {
    blocks.push(
      `Shrinking ended at its bound of ${MAX_SHRINK_RUNS} runs: smaller counterexamples may exist.`,
    );
  }
  if (report.vacuous.length > 0) {
    const reasons = report.vacuous.map((reason) => `  ${reason}`).join("\n");
    blocks.push(`${paint("bad", "Vacuous: nothing was violated, but nothing much was tried.")}\n${reasons}
Raise --schedules, or change the race's data so that this comes about.`);
  }
  return blocks.join("\n\n");
}
