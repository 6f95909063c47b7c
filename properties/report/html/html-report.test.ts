import { describe, expect, it } from "vitest";
import { htmlReport } from "../../../sim/report/html/html-report.ts";
import { html, scriptJson } from "../../../sim/report/html/markup.ts";
import { done, runResult, traceStep } from "../run-result.ts";
import { HOSTILE, recordedRun, TOKEN } from "./recorded-run.ts";

const MAX_BYTES = 500_000;

describe("markup", () => {
  it("escapes text between tags and in attributes, and joins arrays of markup", () => {
    const items = ["a<b", `"c'`].map((text) => html`<b title="${text}">${text}</b>`);
    expect(html`<i>${items}</i>`.html).toBe(
      `<i><b title="a&lt;b">a&lt;b</b><b title="&quot;c&#39;">&quot;c&#39;</b></i>`,
    );
  });

  it("writes JSON that cannot end its script element and that parses to the same data", () => {
    const json = scriptJson({ text: HOSTILE });
    expect(json).not.toMatch(/[<>&\u2028]/);
    expect(JSON.parse(json)).toEqual({ text: HOSTILE });
  });
});

describe("an HTML report", () => {
  it("has the same bytes whenever it is made of the same run", async () => {
    const one = await htmlReport(recordedRun, TOKEN);
    expect(await htmlReport(structuredClone(recordedRun), TOKEN)).toBe(one);
  });

  it("names no other place than itself and carries nothing of the data as markup", async () => {
    const page = await htmlReport(recordedRun, TOKEN);
    const tags = page.match(/<[a-z][^>]*>/gi) ?? [];
    expect(tags.length).toBeGreaterThan(100);
    for (const tag of tags) {
      expect(tag.replace(/"[^"]*"/g, "")).not.toMatch(/\s(src|srcset|style|on\w+|action)=/i);
      expect(/\shref="([^"]*)"/.exec(tag)?.[1] ?? "#").toMatch(/^#/);
    }
    expect(page).not.toMatch(/innerHTML|@import|url\((?!#)/);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toContain("<img");
    expect(page.match(/<script/g)).toHaveLength(2);
  });

  it("is under 500 KB for a race of 60 steps in which every step changes a wide row", async () => {
    const width = 20;
    const columns = Array.from({ length: width }, (_, column) => `column_${column}`);
    const steps = Array.from({ length: 60 }, (_, index) =>
      traceStep(
        index + 1,
        `session${index % 6}`,
        `update wide set ${columns.map((name) => `${name} = $1`).join(", ")} where id = $2`,
        {
          outcome: done("UPDATE", 1),
        },
      ),
    );
    const rows = steps.map((_, index) => columns.map((name) => `${name} has the value ${index}`));
    const sessions = Object.fromEntries(
      [0, 1, 2, 3, 4, 5].map((number) => [`session${number}`, "committed" as const]),
    );
    const looks = [0, ...steps.map((_, index) => index)].map((content) => ({
      committed: [content],
      sessions,
    }));
    const page = await htmlReport(
      {
        run: runResult({ steps }),
        looks: {
          tables: [{ name: "wide", columns, key: [0] }],
          pool: { rows, contents: rows.map((_, index) => [index]) },
          looks,
        },
      },
      TOKEN,
    );
    expect(Buffer.byteLength(page)).toBeLessThan(MAX_BYTES);
  });
});
