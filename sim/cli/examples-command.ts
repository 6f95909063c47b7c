/**
 * `examples`: runs all example races, and tells of each whether its bug is found, how soon and in how small a schedule, and how its
 * fix is proven.
 */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { Race } from "../race/race.ts";
import { examplesText } from "../report/examples-text.ts";
import { createPaint } from "../report/paint.ts";
import { isReproduced, scoreExample, type ExampleScore } from "../search/score-example.ts";
import type { Shard } from "../search/shard.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, seedOption, workersOption } from "./common-options.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { readShard } from "./read-number.ts";
import { scoreTasks, type Scoring } from "./score-tasks.ts";

/** Leaves room for the seeds after it, which are searched as well. */
const MAX_SEED = 0xffff_ff00;
/** Examples that are worth the start of one more process. */
const EXAMPLES_PER_WORKER = 3;

interface Options {
  readonly only?: string;
  readonly seed: number;
  readonly workers?: number;
  readonly shard?: Shard;
  readonly json?: true;
}

interface Report {
  readonly seed: number;
  readonly reproduced: number;
  readonly examples: readonly ExampleScore[];
}

/** Adds the command to `program`. */
export function addExamplesCommand(program: Command, context: CommandContext): void {
  program
    .command("examples")
    .description(
      "find the bugs of the example races and prove their fixes; exit code 1 if one is not reproduced",
    )
    .option(
      "--only <names>",
      'only these, with commas between them: names, or the end of one ("lost-update")',
    )
    .addOption(seedOption("everything random", MAX_SEED))
    .addOption(workersOption("them among so many processes"))
    .option("--shard <i/n>", "only the i-th of n parts", readShard)
    .addOption(jsonOption())
    .action(async (options: Options) => {
      context.exit(await runExamples(chooseExamples(context.races, options.only), options, context));
    });
}

async function runExamples(
  races: readonly Race<any, any>[],
  { only, seed, workers = availableParallelism(), shard, json }: Options,
  context: CommandContext,
): Promise<ExitCode> {
  const scoring: Scoring<Race<any, any>, ExampleScore, Report> = {
    tasks: races,
    engine: "pglite",
    shard,
    workers: Math.min(workers, Math.floor(races.length / EXAMPLES_PER_WORKER)),
    argv: ["examples", "--seed", String(seed), ...(only === undefined ? [] : ["--only", only])],
    scoresIn: (report) => report.examples,
    nameOf: (race) => race.name,
    score: (engine, race) => scoreExample(engine, race, { seed }),
  };
  const examples = await scoreTasks(scoring, context);
  const reproduced = examples.filter(isReproduced).length;
  const { terminal } = context;
  terminal.out(
    json === true
      ? JSON.stringify({ seed, reproduced, examples } satisfies Report, undefined, 2)
      : examplesText(examples, createPaint(terminal.outIsTerminal)),
  );
  return reproduced === examples.length ? EXIT.ok : EXIT.violated;
}

/** The races that say where they are from, and of these those that `only` names. */
function chooseExamples(
  races: readonly Race<any, any>[],
  only: string | undefined,
): readonly Race<any, any>[] {
  const all = races.filter(({ source }) => source !== undefined);
  if (all.length === 0)
    throw new SwitchyardError("usage", "There are no example races.", 'An example has a "source".');
  if (only === undefined) return all;
  const words = only.split(",").map((word) => word.trim());
  const named = (race: Race<any, any>, word: string): boolean =>
    race.name === word || race.name.endsWith(`/${word}`);
  const unknown = words.filter((word) => !all.some((race) => named(race, word)));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(", ");
    throw new SwitchyardError("usage", `There is no example ${unknown.join(", ")}.`, `There are ${known}.`);
  }
  return all.filter((race) => words.some((word) => named(race, word)));
}
