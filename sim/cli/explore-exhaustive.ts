/**
 * `explore --strategy exhaustive`: every schedule of a race's small data.
 */
import type { Race } from "../race/race.ts";
import { exhaustiveJson, exhaustiveText } from "../report/exhaustive-report.ts";
import { createPaint } from "../report/paint.ts";
import { exploreExhaustively, type ExhaustiveOptions } from "../search/exhaustive/explore-exhaustively.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { createTextLine } from "./progress-line.ts";
import { writeNumberedReports } from "./report-file.ts";
import type { Terminal } from "./terminal.ts";
import { withEngine, type EngineName, type OpenEngine } from "./with-engine.ts";

/** What the command line says. */
export interface ExhaustiveCommand extends Omit<ExhaustiveOptions, "onProgress"> {
  readonly engine: EngineName;
  readonly json?: true;
  readonly report?: string;
}

/** Runs the search and prints its report; exit code 0 as well where a bound ended it before it was exhausted. */
export async function runExhaustive(
  race: Race<any, any>,
  { engine: name, json, report: file, ...options }: ExhaustiveCommand,
  terminal: Terminal,
  open: OpenEngine,
): Promise<ExitCode> {
  const line = createTextLine(terminal);
  try {
    const report = await withEngine(open, name, (engine) =>
      exploreExhaustively(engine, race, {
        ...options,
        onProgress: ({ configuration, schedules, failing, elapsedMs }) => {
          const failed = failing > 0 ? `, ${failing} failed` : "";
          line.show(
            `${configuration}: ${schedules} schedules, ${(elapsedMs / 1000).toFixed(1)} s${failed}`,
            elapsedMs,
          );
        },
      }),
    );
    line.clear();
    const tokens = report.violations.map(({ token }) => token);
    await writeNumberedReports(file, race, tokens, { open, engine: name, terminal });
    if (json === true) terminal.out(JSON.stringify(await exhaustiveJson(report), undefined, 2));
    else terminal.out(await exhaustiveText(report, createPaint(terminal.outIsTerminal)));
    return report.violations.length > 0 ? EXIT.violated : EXIT.ok;
  } finally {
    line.clear();
  }
}
