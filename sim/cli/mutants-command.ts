/**
 * `mutants`: searches every wrong variant of every race, and tells which are found, how soon, and which survive.
 */
import { availableParallelism } from "node:os";
import { InvalidArgumentError, type Command } from "commander";
import type { Mutant, Race } from "../race/race.ts";
import { isBacked, isSurvivor, isUnproven, mutantsText } from "../report/mutants-text.ts";
import { createPaint } from "../report/paint.ts";
import { MAX_SCORE_SCHEDULES, scoreMutant, type MutantScore } from "../search/mutation-score.ts";
import type { Shard } from "../search/shard.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, seedOption, workersOption } from "./common-options.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { findRace } from "./find-race.ts";
import { suffixedFile, writeReports } from "./report-file.ts";
import { readShard, wholeNumber } from "./read-number.ts";
import { scoreTasks, type Scoring } from "./score-tasks.ts";
import { engineOption, type EngineName } from "./with-engine.ts";

/** Leaves room for the seeds after it, which are searched as well. */
const MAX_SEED = 0xffff_ff00;
/** Mutants that are worth the start of one more process. */
const MUTANTS_PER_WORKER = 4;

interface Options {
  readonly only?: readonly number[];
  readonly schedules: number;
  readonly seed: number;
  readonly workers?: number;
  readonly shard?: Shard;
  readonly engine: EngineName;
  readonly report?: string;
  readonly json?: true;
}

/** Adds the command to `program`. */
export function addMutantsCommand(program: Command, context: CommandContext): void {
  program
    .command("mutants")
    .description("search the wrong variants of the races; survivors end it with exit code 1")
    .argument("[race]", "only those of this race (a name, or the path of a race module)")
    .option("--only <numbers>", "only the mutants with these numbers, e.g. 2,3", readNumbers)
    .option("--schedules <n>", "give a mutant up after so many", wholeNumber(1), MAX_SCORE_SCHEDULES)
    .addOption(seedOption("everything random", MAX_SEED))
    .addOption(workersOption("them among so many processes"))
    .option("--shard <i/n>", "score only the i-th of n parts", readShard)
    .addOption(engineOption())
    .option("--report <file>", "write an HTML page for each mutant that is found: FILE-mutant-1 and so on")
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: Options) => {
      const own = context.races.filter(({ source }) => source === undefined);
      const chosen = name === undefined ? own : [await findRace(context.races, name)];
      context.exit(await runMutants(chosen, options, wordsOf(name, options), context));
    });
}

interface Task {
  readonly race: Race<any, any>;
  readonly mutant: Mutant;
}

async function runMutants(
  races: readonly Race<any, any>[],
  options: Options,
  argv: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  const { only, schedules, seed, engine: name, shard, report, json } = options;
  const { terminal, open } = context;
  const tasks = races.flatMap((race) =>
    race.mutants
      .filter(({ id }) => only === undefined || only.includes(id))
      .map((mutant) => ({ race, mutant })),
  );
  checkFound(only, new Set(tasks.map(({ mutant }) => mutant.id)));
  const scoring: Scoring<Task, MutantScore, { readonly mutants: readonly MutantScore[] }> = {
    tasks,
    engine: name,
    shard,
    workers: workerCount(options, tasks.length),
    argv,
    scoresIn: ({ mutants }) => mutants,
    nameOf: ({ race, mutant }) => `mutant ${mutant.id} of ${race.name}`,
    score: (engine, { race, mutant }) => scoreMutant(engine, race, mutant, { seed, maxSchedules: schedules }),
  };
  const scores = await scoreTasks(scoring, context);
  if (report !== undefined) {
    const targets = scores.flatMap((score) => {
      const race = races.find(({ name }) => name === score.race);
      if (score.state !== "found" || race === undefined) return [];
      return [{ file: suffixedFile(report, `mutant-${score.mutant}`), race, token: score.token }];
    });
    await writeReports(targets, { open, engine: name, terminal });
  }
  const survivors = scores.filter(isSurvivor).length;
  if (json === true) {
    const count = (state: MutantScore["state"]): number =>
      scores.filter((score) => score.state === state).length;
    const backed = scores.filter(isBacked).length;
    const counts = { found: count("found"), equivalent: count("equivalent"), backed, survivors };
    terminal.out(JSON.stringify({ seed, ...counts, mutants: scores }, undefined, 2));
  } else terminal.out(mutantsText(scores, createPaint(terminal.outIsTerminal)));
  if (survivors > 0) return EXIT.violated;
  return scores.some(isUnproven) ? EXIT.vacuous : EXIT.ok;
}

/** One process a core, as far as there are mutants for them. */
function workerCount({ workers, engine }: Options, mutants: number): number {
  const wanted = workers ?? (engine === "pglite" ? availableParallelism() : 1);
  return Math.min(wanted, Math.floor(mutants / MUTANTS_PER_WORKER));
}

/** What the other processes are asked for. */
function wordsOf(name: string | undefined, { only, schedules, seed, engine }: Options): readonly string[] {
  return [
    "mutants",
    ...(name === undefined ? [] : [name]),
    ...(only === undefined ? [] : ["--only", only.join(",")]),
    "--schedules",
    String(schedules),
    "--seed",
    String(seed),
    "--engine",
    engine,
  ];
}

function checkFound(only: readonly number[] | undefined, known: ReadonlySet<number>): void {
  const missing = only?.filter((id) => !known.has(id)) ?? [];
  if (missing.length > 0) {
    throw new SwitchyardError(
      "usage",
      `There is no mutant ${missing.join(", ")}.`,
      '"list" names the mutants of every race.',
    );
  }
  if (known.size === 0)
    throw new SwitchyardError("usage", "There are no mutants.", "Name a race that has some.");
}

function readNumbers(text: string): readonly number[] {
  const numbers = text.split(",").map(Number);
  if (!numbers.every((number) => Number.isInteger(number) && number >= 0) || text.trim() === "")
    throw new InvalidArgumentError("It must be numbers with commas between them, for instance 2,3.");
  return numbers;
}
