/**
 * The body of a report page: head, story, lanes, and the empty places that its script fills.
 */
import { RUN_START_MS } from "../../race/run.ts";
import { canonicalJson } from "../../trace/canonical-json.ts";
import { count } from "../words.ts";
import { laneTable } from "./lane-table.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportData } from "./report-data.ts";

/** What race it was and what came of it, in one line each. */
export function titleAndVerdict({ race, mutant, violations }: ReportData): readonly [string, string] {
  const names = violations.map(({ invariant }) => invariant);
  const title = mutant === null ? race : `${race}, mutant ${mutant}`;
  return [title, names.length === 0 ? "nothing violated" : `violated: ${names.join(", ")}`];
}

/** Everything inside the body but the data and the script. */
export function pageBody(data: ReportData): Markup {
  const [title, verdict] = titleAndVerdict(data);
  return html`<header>
      <h1>${title}</h1>
      <p id="verdict" class="${data.violations.length === 0 ? "good" : "bad"}">${verdict}</p>
      <p class="token">
        <span>Replay</span> <code id="token" tabindex="0">${data.token}</code>
        <button type="button" id="copy" hidden>Copy token</button>
      </p>
    </header>
    <nav id="controls" aria-label="Steps and filters" hidden>
      <button type="button" id="first" aria-label="First step">|◀</button>
      <button type="button" id="previous" aria-label="Previous step">◀</button>
      <button type="button" id="next" aria-label="Next step">▶</button>
      <button type="button" id="last" aria-label="Last step">▶|</button>
      <output id="position" aria-live="polite"></output>
      <label
        >relation
        <select id="relation">
          <option value="">all</option>
        </select></label
      >
      <label>row <input id="row" type="search" placeholder="key or value" /></label>
      <label><input id="all-columns" type="checkbox" /> all columns</label>
      <span class="faint">arrow keys, Home, End</span>
    </nav>
    <main>
      <section id="story" aria-labelledby="story-head">
        <h2 id="story-head">Story</h2>
        ${storyList(data)}
        <h2>Data of this run</h2>
        <p><code>${canonicalJson(data.data)}</code></p>
        <p class="faint">
          ${count(data.steps.length, "step")}; seed ${data.seed}; trace hash ${data.traceHash}. Virtual time
          begins at ${new Date(RUN_START_MS).toISOString()}. Locks are what statements asked for and got; what
          foreign keys lock besides is not drawn.
        </p>
      </section>
      <section id="picture" aria-label="Sessions and steps" tabindex="0">
        <div id="canvas">${laneTable(data)}<svg id="arrows" aria-hidden="true"></svg></div>
      </section>
      <section id="moment" aria-labelledby="moment-head" hidden>
        <h2 id="moment-head">Step</h2>
        <div id="moment-body"></div>
      </section>
    </main>`;
}

function storyList({ story }: ReportData): Markup {
  const sentences = story.map(
    ({ text, fromStep, toStep }) =>
      html`<li data-from="${fromStep}" data-to="${toStep}"><a href="#step-${toStep}">${text}</a></li> `,
  );
  return html`<ol>
    ${sentences}
  </ol>`;
}
