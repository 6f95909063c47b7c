/**
 * Scores a command's tasks one after the other, in this process and in others that each make a part of them.
 */
import type { Engine } from "../engine/port.ts";
import { startStopwatch } from "../real-time.ts";
import { WHOLE, type Shard } from "../search/shard.ts";
import type { CommandContext } from "./command-context.ts";
import { createTextLine } from "./progress-line.ts";
import { shardsInProcesses } from "./shard-processes.ts";
import { withEngine, type EngineName } from "./with-engine.ts";

/** What is scored, and how. */
export interface Scoring<Task, Score, Report> {
  readonly tasks: readonly Task[];
  readonly engine: EngineName;
  /** Only this part of the tasks, here; without it all of them. */
  readonly shard: Shard | undefined;
  /** Processes that share all of them, if the program can start others. */
  readonly workers: number;
  /** What the other processes are asked for; the command takes --shard, --workers and --json. */
  readonly argv: readonly string[];
  /** The scores in what another process reports. */
  readonly scoresIn: (report: Report) => readonly Score[];
  /** A task as the progress line names it. */
  readonly nameOf: (task: Task) => string;
  readonly score: (engine: Engine, task: Task) => Promise<Score>;
}

/** The scores in the order of the tasks. Throws what `score` and `shardsInProcesses` throw. */
export async function scoreTasks<Task, Score, Report>(
  scoring: Scoring<Task, Score, Report>,
  context: Pick<CommandContext, "terminal" | "open" | "url">,
): Promise<readonly Score[]> {
  const { tasks, shard, workers, argv, scoresIn } = scoring;
  const { url } = context;
  const parts = url === undefined || shard !== undefined ? 1 : Math.max(1, workers);
  const others = url === undefined || parts === 1 ? [] : shardsInProcesses<Report>(url, argv, parts);
  const own = shard ?? { ...WHOLE, parts };
  const mine = tasks.filter((_, index) => index % own.parts === own.part - 1);
  const [here, reports] = await Promise.all([scoreHere(mine, scoring, context), others]);
  const ofEach = [here, ...reports.map(scoresIn)];
  return here.flatMap((_, round) => ofEach.flatMap((scores) => scores.slice(round, round + 1)));
}

async function scoreHere<Task, Score, Report>(
  tasks: readonly Task[],
  { engine: name, nameOf, score }: Scoring<Task, Score, Report>,
  { terminal, open }: Pick<CommandContext, "terminal" | "open">,
): Promise<readonly Score[]> {
  const line = createTextLine(terminal);
  const elapsedMs = startStopwatch();
  const scores: Score[] = [];
  try {
    await withEngine(open, name, async (engine) => {
      for (const task of tasks) {
        line.show(`${nameOf(task)}, ${scores.length} of ${tasks.length} done`, elapsedMs(), true);
        scores.push(await score(engine, task));
      }
    });
  } finally {
    line.clear();
  }
  return scores;
}
