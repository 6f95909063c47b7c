/**
 * `strategies [RACE]`: how many schedules each strategy needs to find each mutant.
 */
import { Option, type Command } from "commander";
import type { Race } from "../race/race.ts";
import { provedTable, strategyScoreTable } from "../report/strategy-scores.ts";
import { COMPARED_STRATEGIES, compareStrategies } from "../search/compare-strategies.ts";
import { proveMutant, type ProvedCounterexample } from "../search/exhaustive/prove-fewest.ts";
import type { StrategyName } from "../search/strategies/index.ts";
import { startStopwatch } from "../real-time.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, raceArgument } from "./common-options.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { checkMutant, findRace } from "./find-race.ts";
import { createTextLine } from "./progress-line.ts";
import { wholeNumber } from "./read-number.ts";
import type { Terminal } from "./terminal.ts";
import { engineOption, withEngine, type EngineName, type OpenEngine } from "./with-engine.ts";

const DEFAULT_SEEDS = 20;
const DEFAULT_SCHEDULES = 500;
const MAX_SEEDS = 1000;

interface Options {
  readonly seeds: number;
  readonly schedules: number;
  readonly mutant?: number;
  readonly strategy?: StrategyName;
  readonly engine: EngineName;
  readonly json?: true;
}

/** Adds the command to `program`; its exit code is "violated" if a median is not below the bound, or a counterexample not the smallest. */
export function addStrategiesCommand(
  program: Command,
  { races, terminal, open, exit }: CommandContext,
): void {
  program
    .command("strategies")
    .description("count the schedules that each strategy needs to find each mutant (median over seeds)")
    .addArgument(raceArgument(races))
    .option("--seeds <n>", "searches of each strategy and mutant", wholeNumber(1, MAX_SEEDS), DEFAULT_SEEDS)
    .option(
      "--schedules <n>",
      "schedules after which a search is given up",
      wholeNumber(1),
      DEFAULT_SCHEDULES,
    )
    .option("--mutant <n>", "this mutant only", wholeNumber(0))
    .addOption(new Option("--strategy <name>", "this strategy only").choices([...COMPARED_STRATEGIES]))
    .addOption(engineOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: Options) => {
      exit(await runStrategies(await findRace(races, name), options, terminal, open));
    });
}

async function runStrategies(
  race: Race<any, any>,
  { seeds, schedules, mutant, strategy, engine, json }: Options,
  terminal: Terminal,
  open: OpenEngine,
): Promise<ExitCode> {
  checkMutant(race, mutant);
  const line = createTextLine(terminal);
  const elapsedMs = startStopwatch();
  const mutants = race.mutants.filter(({ id }) => mutant === undefined || id === mutant);
  const { scores, counterexamples } = await withEngine(open, engine, async (opened) => {
    const compared = await compareStrategies(opened, race, {
      seeds,
      maxSchedules: schedules,
      mutants,
      strategies: strategy === undefined ? COMPARED_STRATEGIES : [strategy],
      onExploration: (done, of) => line.show(`${done} of ${of} searches`, elapsedMs()),
    });
    const proved: ProvedCounterexample[] = [];
    // The proof rests on the rows that a statement touches.
    for (const each of opened.reportsRows ? mutants : []) {
      line.show(`proving the counterexample of mutant ${each.id}`, elapsedMs());
      const counterexample = await proveMutant(opened, race, each, { seed: 1, schedules });
      if (counterexample !== undefined) proved.push(counterexample);
    }
    return { scores: compared, counterexamples: proved };
  }).finally(line.clear);
  if (json === true) {
    const report = { race: race.name, seeds, maxSchedules: schedules, scores, counterexamples };
    terminal.out(JSON.stringify(report, undefined, 2));
  } else {
    terminal.out(
      `Schedules up to the first that breaks what the mutant is known to break: median over ${seeds} seeds, "-" if half of the searches ended at ${schedules} without it.\n\n${strategyScoreTable(scores)}`,
    );
    if (counterexamples.length > 0) {
      terminal.out(
        `\nPreemptions of the shrunk counterexample, and the fewest that are possible: all schedules of its data with fewer were explored.\n\n${provedTable(counterexamples)}`,
      );
    }
  }
  const isSmallest = counterexamples.every(({ preemptions, fewest }) => preemptions === fewest);
  return isSmallest && scores.every(({ median }) => median !== null) ? EXIT.ok : EXIT.violated;
}
