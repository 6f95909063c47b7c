/**
 * `diff TOKEN TOKEN`: the first step at which two schedules part, and what differed after.
 */
import type { Command } from "commander";
import { createPaint } from "../report/paint.ts";
import { runDiff } from "../report/run-diff.ts";
import { runDiffText } from "../report/run-diff-text.ts";
import { recordRun } from "../report/views/record-run.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption } from "./common-options.ts";
import { EXIT } from "./exit-codes.ts";
import { raceOfToken } from "./find-race.ts";
import { withEngine } from "./with-engine.ts";

/** Adds the command to `program`; its exit code is 0 whether or not the runs differ. */
export function addDiffCommand(program: Command, { races, terminal, open, exit }: CommandContext): void {
  program
    .command("diff")
    .description("compare the runs of two tokens: where they part, and what differed after")
    .argument("<first>", "a token")
    .argument("<second>", "another token, mostly of the same race")
    .addOption(jsonOption())
    .action(async (first: string, second: string, options: { readonly json?: true }) => {
      const ofOne = await raceOfToken(races, first);
      const ofOther = await raceOfToken(races, second);
      const [one, other] = await withEngine(open, "pglite", async (engine) => [
        await recordRun(engine, ofOne, first),
        await recordRun(engine, ofOther, second),
      ]);
      const diff = runDiff(one, other);
      const paint = createPaint(terminal.outIsTerminal);
      terminal.out(
        options.json === true
          ? JSON.stringify(diff, undefined, 2)
          : await runDiffText(diff, one.run, other.run, paint),
      );
      exit(EXIT.ok);
    });
}
