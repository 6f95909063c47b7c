/**
 * `strategies [RACE]`: how many schedules each strategy needs to find each mutant.
 */
import { Option, type Command } from "commander";
import type { Race } from "../race/race.ts";
import { strategyScoreTable } from "../report/strategy-scores.ts";
import { COMPARED_STRATEGIES, compareStrategies } from "../search/compare-strategies.ts";
import type { StrategyName } from "../search/strategies/index.ts";
import { startStopwatch } from "../real-time.ts";
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

/** Adds the command to `program`; `exit` takes its exit code: "violated" if a median is not below the bound. */
export function addStrategiesCommand(
  program: Command,
  races: readonly Race<any, any>[],
  terminal: Terminal,
  open: OpenEngine,
  exit: (code: ExitCode) => void,
): void {
  program
    .command("strategies")
    .description("count the schedules that each strategy needs to find each mutant (median over seeds)")
    .argument("[race]", `name of the race, or path of a race module (default: ${races[0]?.name ?? "none"})`)
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
    .option("--json", "print one JSON object and nothing else")
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
  const scores = await withEngine(open, engine, (opened) =>
    compareStrategies(opened, race, {
      seeds,
      maxSchedules: schedules,
      mutants: race.mutants.filter(({ id }) => mutant === undefined || id === mutant),
      strategies: strategy === undefined ? COMPARED_STRATEGIES : [strategy],
      onExploration: (done, of) => line.show(`${done} of ${of} searches`, elapsedMs()),
    }),
  ).finally(line.clear);
  if (json === true) {
    terminal.out(JSON.stringify({ race: race.name, seeds, maxSchedules: schedules, scores }, undefined, 2));
  } else {
    terminal.out(
      `Schedules up to the first that breaks what the mutant is known to break: median over ${seeds} seeds, "-" if half of the searches ended at ${schedules} without it.\n\n${strategyScoreTable(scores)}`,
    );
  }
  return scores.every(({ median }) => median !== null) ? EXIT.ok : EXIT.violated;
}
