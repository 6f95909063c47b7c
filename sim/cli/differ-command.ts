/**
 * `differ [TOKEN]`: small arbitrary workloads on the in-process engine and on a server, compared step by step.
 */
import type { Command } from "commander";
import { compareCase } from "../differ/compare-case.ts";
import { differ, MAX_DIVERGENCES, type DifferEngines, type DifferReport } from "../differ/differ.ts";
import { emptyTally, takeInto, vacuousBecause } from "../differ/differ-tally.ts";
import { formatCaseToken, parseCaseToken } from "../differ/case-token.ts";
import { startStopwatch } from "../real-time.ts";
import { differJson } from "../report/differ-json.ts";
import { differText, divergenceText } from "../report/differ-text.ts";
import { createPaint } from "../report/paint.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, seedOption } from "./common-options.ts";
import { withDifferEngines } from "./differ-engines.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { createTextLine } from "./progress-line.ts";
import { wholeNumber } from "./read-number.ts";
import type { Terminal } from "./terminal.ts";

const DEFAULT_CASES = 1000;

interface Options {
  readonly cases: number;
  readonly seed: number;
  readonly json?: true;
}

/** Opens the engines for `body` and closes them; the command line's own is `withDifferEngines`. */
export type WithDifferEngines = <Result>(
  body: (engines: DifferEngines) => Promise<Result>,
) => Promise<Result>;

/** Adds the command to `program`. */
export function addDifferCommand(
  program: Command,
  { terminal, exit }: CommandContext,
  withEngines: WithDifferEngines = withDifferEngines,
): void {
  program
    .command("differ")
    .description("run arbitrary small workloads in process and on a server, and compare every step")
    .argument("[token]", "the token of one case, as differ printed it")
    .option(
      "--cases <n>",
      `stop after so many cases, or ${MAX_DIVERGENCES} divergences`,
      wholeNumber(1),
      DEFAULT_CASES,
    )
    .addOption(seedOption("workloads and schedules"))
    .addOption(jsonOption())
    .action(async (token: string | undefined, options: Options) => {
      exit(
        token === undefined
          ? await search(options, terminal, withEngines)
          : await replayCase(token, options, terminal, withEngines),
      );
    });
}

async function search(
  { cases, seed, json }: Options,
  terminal: Terminal,
  withEngines: WithDifferEngines,
): Promise<ExitCode> {
  const progress = createTextLine(terminal);
  let report: DifferReport;
  try {
    report = await withEngines((engines) =>
      differ(engines, {
        cases,
        seed,
        onProgress: (now) => {
          const rate = (now.cases / Math.max(now.elapsedMs / 1000, 0.001)).toFixed(0);
          const text = `${now.cases} of ${now.of} cases, ${rate} per second, ${now.divergences} diverged`;
          progress.show(text, now.elapsedMs);
        },
      }),
    );
  } finally {
    progress.clear();
  }
  const paint = createPaint(terminal.outIsTerminal);
  terminal.out(json === true ? JSON.stringify(differJson(report), undefined, 2) : differText(report, paint));
  if (report.divergences.length > 0) return EXIT.violated;
  return vacuousBecause(report).length > 0 ? EXIT.vacuous : EXIT.ok;
}

async function replayCase(
  token: string,
  { json }: Options,
  terminal: Terminal,
  withEngines: WithDifferEngines,
): Promise<ExitCode> {
  const { subject, steps } = parseCaseToken(token);
  const elapsedMs = startStopwatch();
  const comparison = await withEngines(({ pglite, servers: [postgres] }) => {
    if (postgres === undefined) throw new Error("A server is missing.");
    return compareCase({ pglite, postgres }, subject, { steps });
  });
  const tally = emptyTally();
  takeInto(tally, comparison);
  const divergence = { token: formatCaseToken({ subject, steps }), index: 0, comparison };
  const divergences = comparison.difference === undefined ? [] : [divergence];
  const report = { ...tally, seed: undefined, divergences, elapsedMs: elapsedMs() };
  const paint = createPaint(terminal.outIsTerminal);
  terminal.out(
    json === true ? JSON.stringify(differJson(report), undefined, 2) : divergenceText(divergence, paint),
  );
  return divergences.length > 0 ? EXIT.violated : EXIT.ok;
}
