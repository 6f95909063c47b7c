/**
 * A real browser for tests: Chromium as Debian packages it, driven by playwright-core, which brings none of its own.
 */
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

/** Where Debian's package `chromium` puts it; CHROMIUM names another one. */
const CHROMIUM: string = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Why there is no browser, or undefined if there is one. */
export const noBrowser: string | undefined = existsSync(CHROMIUM)
  ? undefined
  : `${CHROMIUM} is missing: install Debian's package chromium, or set CHROMIUM`;

/** Starts the browser. The sandbox needs rights that containers do not have; it only opens files of ours. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** A page with what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, dialogs, and requests beyond the page's own file. */
  readonly complaints: string[];
}

/** Opens `file`, an absolute path. */
export async function openFile(
  browser: Browser,
  file: string,
  options: { readonly dark?: boolean; readonly scripts?: boolean; readonly width?: number } = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1500, height: 900 },
    colorScheme: options.dark === true ? "dark" : "light",
    javaScriptEnabled: options.scripts !== false,
  });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  const url = `file://${file}`;
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`request of ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}
