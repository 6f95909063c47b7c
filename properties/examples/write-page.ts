/**
 * `npm run examples-page`: scores all examples and writes their page.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openEngine } from "../../sim/pglite/index.ts";
import { tellStory } from "../../sim/report/story.ts";
import { replay } from "../../sim/search/replay.ts";
import { scoreExample, type ExampleScore } from "../../sim/search/score-example.ts";
import { examples } from "./index.ts";
import { examplesPage, PAGE } from "./page.ts";

/** As `switchyard examples` takes it. */
const SEED = 1;

const engine = await openEngine();
const scores: ExampleScore[] = [];
const stories = new Map<string, readonly string[]>();
for (const race of examples) {
  const score = await scoreExample(engine, race, { seed: SEED });
  scores.push(score);
  for (const mutant of score.mutants) {
    if (mutant.state === "found")
      stories.set(mutant.token, await tellStory(await replay(engine, race, mutant.token)));
  }
}
await engine.close();
writeFileSync(fileURLToPath(new URL(`../../${PAGE}`, import.meta.url)), await examplesPage(scores, stories));
