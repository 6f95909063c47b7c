/**
 * A run as one HTML file that needs nothing else: no network, no clock. The same recorded run gives the same bytes.
 *
 * The page is whole without its script (story, table of all steps); the script adds what depends on the step that one looks at.
 * Its security policy allows this one style and this one script, by their hashes, and no connection at all.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { RecordedRun } from "../views/record-run.ts";
import { escaped, scriptJson } from "./markup.ts";
import { pageBody, titleAndVerdict } from "./page-body.ts";
import { reportData, type ReportData } from "./report-data.ts";

/** The page's script, in the order in which its parts build on one another. */
const SCRIPTS = [
  "elements.js",
  "row-versions.js",
  "table-panel.js",
  "wait-graph.js",
  "arrows.js",
  "moment.js",
  "main.js",
];

/** The page about `recorded`, which `token` replays. */
export async function htmlReport(recorded: RecordedRun, token: string): Promise<string> {
  const data = await reportData(recorded, token);
  const style = await pageFile("page.css");
  const script = `(() => {\n"use strict";\n${(await Promise.all(SCRIPTS.map(scriptPart))).join("\n")}\n})();`;
  return page(data, style, script);
}

/** Written without a template: a blank more or less in style or script would change their hashes. */
function page(data: ReportData, style: string, script: string): string {
  const policy = `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    `<title>${escaped(titleAndVerdict(data).join(": "))}</title>\n`,
    `<style>${style}</style>\n</head>\n<body>\n`,
    pageBody(data).html,
    `\n<script type="application/json" id="data">${scriptJson(data)}</script>\n`,
    `<script>${script}</script>\n</body>\n</html>\n`,
  ].join("");
}

/** A part of the script as it stands in the page, where all parts share one scope. */
async function scriptPart(name: string): Promise<string> {
  const text = await pageFile(name);
  return text.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "");
}

async function pageFile(name: string): Promise<string> {
  return await readFile(new URL(`page/${name}`, import.meta.url), "utf8");
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
