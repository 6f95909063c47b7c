import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { htmlReport } from "../../../sim/report/html/html-report.ts";
import { launchBrowser, noBrowser, openFile, type WatchedPage } from "./browser.ts";
import { HOSTILE, recordedRun, TOKEN } from "./recorded-run.ts";

const title = "the page in a browser";

describe.skipIf(noBrowser !== undefined)(
  noBrowser === undefined ? title : `${title} (skipped: ${noBrowser})`,
  () => {
    let browser: Browser;
    let folder: string;
    let file: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "switchyard-report-"));
      file = join(folder, "report.html");
      await writeFile(file, await htmlReport(recordedRun, TOKEN));
      browser = await launchBrowser();
    });

    afterAll(async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    });

    async function withPage(
      options: Parameters<typeof openFile>[2],
      body: (watched: WatchedPage) => Promise<void>,
    ): Promise<void> {
      const watched = await openFile(browser, file, options);
      await body(watched);
      expect(watched.complaints).toEqual([]);
      await watched.page.close();
    }

    const heading = (page: Page) => page.textContent("#moment-head");
    const shownSteps = (page: Page) =>
      page.$$eval("#lanes tbody tr", (rows) =>
        rows.filter((row) => row.checkVisibility()).map((row) => row.id),
      );

    it("opens at the step where the promise broke, without a request and without a complaint", async () => {
      await withPage({}, async ({ page }) => {
        expect(await heading(page)).toBe("Step 4: alice");
        expect(await page.textContent("#position")).toBe("step 4 of 5");
        expect(await page.getAttribute("#step-4", "aria-current")).toBe("step");
        expect(await page.textContent("#token")).toBe(TOKEN);
      });
    });

    it("steps with buttons, with keys, by a click on a row and by a sentence of the story", async () => {
      await withPage({}, async ({ page }) => {
        await page.click("#previous");
        expect(await heading(page)).toBe("Step 3: bob");
        const pressed: (string | null)[] = [];
        for (const key of ["Home", "ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp", "End"]) {
          await page.keyboard.press(key);
          pressed.push(await page.textContent("#position"));
        }
        expect(pressed.map((text) => text?.split(" ")[1])).toEqual(["1", "1", "2", "3", "2", "5"]);
        await page.click("#step-1 td");
        expect(await heading(page)).toContain("Step 1: alice, in ");
        await page.click('#story li[data-to="3"] a');
        expect(await heading(page)).toBe("Step 3: bob");
        expect(await page.$$eval("#story li.current", (items) => items.length)).toBe(1);
      });
    });

    it("shows what each session sees and what is committed, what changed, waits, locks, clock and who could go on", async () => {
      await withPage({}, async ({ page }) => {
        await page.click("#step-3 td");
        const moment = await page.textContent("#moment");
        expect(moment).toContain("virtual clock 2026-01-01 00:00:00.000");
        expect(moment).toContain("bob waits for alice: row tuple (0,1) of task, ShareLock");
        expect(moment).toContain("alice wrote task id=t7");
        expect(moment).toContain("bob: waits, and cannot be asked");
        expect(moment).toContain("Never changed in this run: task id=t8, other id=o1.");
        expect(moment).toContain("preemption");
        expect(
          await page.$$eval(".chips li.chosen", (chips) => chips.map((chip) => chip.textContent)),
        ).toEqual(["bob"]);
        const table = page.locator("#moment table", { hasText: "task id=t7" });
        expect(await table.locator("thead th").allTextContents()).toEqual(["seen by", "committed", "alice"]);
        expect(await table.locator("tbody tr", { hasText: "label" }).locator("td").allTextContents()).toEqual(
          ["old", HOSTILE],
        );
        expect(await table.locator("mark.own").allTextContents()).toEqual([HOSTILE]);
        expect(await page.locator("#moment svg.graph").getAttribute("aria-label")).toBe(
          "Waits: bob to alice",
        );
        await page.keyboard.press("ArrowRight");
        expect(await page.locator("mark.changed").allTextContents()).toEqual([HOSTILE]);
        expect(await page.textContent("#moment")).toContain("was old");
        expect(await page.textContent("#moment")).toContain("Nobody waits.");
      });
    });

    it("filters by relation and by row, steps within what is left, and shows all columns if asked", async () => {
      await withPage({}, async ({ page }) => {
        await page.selectOption("#relation", "other");
        expect(await shownSteps(page)).toEqual(["step-5"]);
        expect(await heading(page)).toBe("Step 5: bob");
        expect(await page.locator("#moment caption").allTextContents()).toEqual(["other id=o1"]);
        await page.selectOption("#relation", "");
        await page.fill("#row", "T7");
        expect(await shownSteps(page)).toEqual(["step-1", "step-2", "step-3"]);
        expect(await page.locator("#moment caption").allTextContents()).toEqual(["task id=t7"]);
        await page.fill("#row", "");
        expect(await page.locator("#moment tbody th", { hasText: "constant" }).count()).toBe(0);
        await page.check("#all-columns");
        expect(await page.locator("#moment tbody th", { hasText: "constant" }).count()).toBe(1);
      });
    });

    it("does not take keys away from its fields", async () => {
      await withPage({}, async ({ page }) => {
        await page.focus("#row");
        await page.keyboard.press("Home");
        expect(await page.textContent("#position")).toBe("step 4 of 5");
      });
    });

    it("draws an arrow for each wait and for each session that is let go on, between their columns", async () => {
      await withPage({}, async ({ page }) => {
        const arrows = await page.$$eval("#arrows line", (lines) =>
          lines.map((line) => [
            line.getAttribute("class"),
            Number(line.getAttribute("x1")),
            Number(line.getAttribute("x2")),
          ]),
        );
        expect(arrows.map(([kind]) => kind)).toEqual(["wait", "wake"]);
        const [wait, wake] = arrows as [string, number, number][];
        expect(wait?.[1]).toBeGreaterThan(wait?.[2] ?? 0);
        expect(wake?.[1]).toBeLessThan(wake?.[2] ?? 0);
      });
    });

    it("takes everything in the data as text", async () => {
      await withPage({}, async ({ page }) => {
        for (let step = 1; step <= 5; step += 1) {
          await page.click(`#step-${step} td`);
          await page.fill("#row", "<img");
          await page.fill("#row", "");
        }
        expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
        expect(await page.locator("img").count()).toBe(0);
        expect(await page.locator("script").count()).toBe(2);
        expect(await page.textContent("h1")).toBe(`test/${HOSTILE}`);
      });
    });

    it("lets no other script run, even if one got into it", async () => {
      const { page, complaints } = await openFile(browser, file);
      await page.evaluate(`
      const script = document.createElement("script");
      script.textContent = "globalThis.hacked = true";
      document.body.append(script);
      const image = document.createElement("img");
      image.src = "http://localhost:1/x.png";
      document.body.append(image);
    `);
      expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
      expect(complaints.join("\n")).toContain("Content Security Policy");
      await page.close();
    });

    it("is dark where that is preferred, and readable in both", async () => {
      const brightness: number[] = [];
      for (const dark of [false, true]) {
        await withPage({ dark }, async ({ page }) => {
          const styles: string[] = await page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]",
          );
          const colors = styles.map((text) => Number(/\d+/.exec(text)?.[0]));
          brightness.push(colors[0] ?? 0);
          expect(Math.abs((colors[0] ?? 0) - (colors[1] ?? 0))).toBeGreaterThan(150);
        });
      }
      expect(brightness[0]).toBeGreaterThan(200);
      expect(brightness[1]).toBeLessThan(60);
    });

    it("can be read without script: the story, and the table of all steps with waits and commits", async () => {
      await withPage({ scripts: false }, async ({ page }) => {
        const text = await page.locator("main").innerText();
        for (const words of [
          "Story",
          "bob had to wait for alice",
          "waits for alice",
          "let go on by alice",
          "✓ commit",
          "✗ I1 broke here",
        ]) {
          expect(text).toContain(words);
        }
        expect(await page.locator("#controls").isVisible()).toBe(false);
        expect(await page.locator("#lanes tbody tr").count()).toBe(5);
      });
    });

    it("names its parts for screen readers: buttons, fields, table heads, the current step, the status", async () => {
      await withPage({}, async ({ page }) => {
        for (const name of ["First step", "Previous step", "Next step", "Last step", "Copy token"]) {
          expect(await page.getByRole("button", { name }).count()).toBe(1);
        }
        expect(await page.getByRole("combobox", { name: "relation" }).count()).toBe(1);
        expect(await page.getByRole("searchbox", { name: "row" }).count()).toBe(1);
        expect(await page.getByRole("columnheader", { name: "alice" }).count()).toBeGreaterThan(0);
        expect(await page.getByRole("status").textContent()).toBe("step 4 of 5");
        expect(await page.getAttribute("#position", "aria-live")).toBe("polite");
      });
    });

    it("fits on a narrow screen without scrolling sideways", async () => {
      await withPage({ width: 420 }, async ({ page }) => {
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(420);
      });
    });
  },
);
