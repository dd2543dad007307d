/** The page of `listen --web` in Chromium. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { PATIENCE_MS } from "./changes.ts";
import { Listening } from "./listening.ts";
import { has } from "./programs.ts";

/** Debian's name first. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"] as const;

/** The path of Chromium; absent where there is none. */
export const CHROMIUM: string | undefined = await findBrowser();

/** What a test gets. */
export interface Browsing {
  readonly listening: Listening;
  /** The link that `listen` has printed. */
  readonly link: string;
  /** The page by that link, all clients shown. */
  readonly page: Page;
  readonly browser: Browser;
}

/** Runs all tests of a file, each in contexts of its own; a browser for each takes half a second. */
let browser: Browser;

if (CHROMIUM !== undefined) {
  Deno.test.beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      timeout: PATIENCE_MS,
      // Without WebGL terminals are drawn with elements, which can be looked at.
      args: ["--no-sandbox", "--disable-3d-apis"],
    });
  });
  Deno.test.afterAll(() => browser.close());
}

export interface BrowsingOptions {
  readonly flags?: readonly string[];
  /** Pixels of the screen for one CSS pixel. */
  readonly ratio?: number;
  /** A telephone: narrow, with fingers. */
  readonly isPhone?: boolean;
}

/**
 * Registers a test in a browser; without one it is left out, and the summary counts it as ignored. What
 * the page reports as an error fails the test.
 */
export function browsing(
  name: string,
  run: (browsing: Browsing) => Promise<void>,
  { flags = [], ...options }: BrowsingOptions = {},
): void {
  Deno.test({
    name: CHROMIUM === undefined ? `${name} (needs chromium on the PATH)` : name,
    ignore: CHROMIUM === undefined,
    fn: async () => {
      await using listening = await Listening.start("--web", ...flags);
      await inBrowser(listening, run, options);
    },
  });
}

/** Opens the page of a listener. */
export async function inBrowser(
  listening: Listening,
  run: (browsing: Browsing) => Promise<void>,
  { ratio = 1, isPhone = false }: Omit<BrowsingOptions, "flags"> = {},
): Promise<void> {
  const link = await linkOf(listening);
  try {
    const page = await newPage(browser, {
      viewport: isPhone ? { width: 360, height: 740 } : { width: 1000, height: 700 },
      hasTouch: isPhone,
      isMobile: isPhone,
      deviceScaleFactor: ratio,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) errors.push(message.text());
    });
    await page.goto(link);
    await run({ listening, link, page, browser });
    if (errors.length > 0) throw new Error(`the page reports ${errors.join("; ")}`);
  } finally {
    for (const context of browser.contexts()) await context.close();
  }
}

/** Opens a page in a context of its own. */
export async function newPage(browser: Browser, options?: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  return await context.newPage();
}

/** The link that a listener prints when it begins. */
export async function linkOf({ err }: Listening): Promise<string> {
  const [link] = await err.until(/http:\/\/127\.0\.0\.1:\d+\/#[\w-]+/);
  return link;
}

/** Opens the client with a title by its tile. */
export async function openClient(page: Page, title: string): Promise<void> {
  await page.locator(".tile", { hasText: title }).getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

/** The pixels of a canvas as R, G, B, A bytes, from its top. */
export async function pixelsOf(page: Page, selector: string): Promise<Uint8Array> {
  const base64: string = await page.evaluate(`{
    const canvas = document.querySelector(${JSON.stringify(selector)});
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    new Uint8Array(data.buffer).toBase64();
  }`);
  return Uint8Array.fromBase64(base64);
}

/**
 * Waits until an expression is true in the page. `waitForFunction` evaluates it later again, which the
 * policy of the page forbids.
 */
export async function untilTrue(page: Page, expression: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () => (${expression}) ? resolve() : requestAnimationFrame(look);
    look();
  })`);
}

async function findBrowser(): Promise<string | undefined> {
  for (const name of NAMES) {
    if (!await has(name)) continue;
    const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${name}`] })
      .output();
    return new TextDecoder().decode(stdout).trim();
  }
  return undefined;
}
