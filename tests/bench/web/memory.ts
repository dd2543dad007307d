/** How the memory of a page grows while it draws the frames of an hour. */

import type { Browser, CDPSession, Page } from "playwright-core";
import { linkOf, openClient } from "../../support/browser.ts";
import { Listening, type TestSource } from "../../support/listening.ts";
import { CHANGES } from "./content.ts";
import { DesktopClient, TerminalClient } from "./own_stage.ts";
import { Repeater } from "./repeater.ts";

/** As many as a listener sends at most. */
export const FRAMES_PER_HOUR: number = 60 * 3_600;
/** Different frames, which are repeated. */
const DIFFERENT = 64;
/** One change of the desktop in so many is a window; the others are lines of text. */
const WINDOW_EACH = 16;
const MIB = 1 << 20;

export interface Mark {
  readonly frames: number;
  /** Used by JavaScript after a garbage collection, in MiB. */
  readonly heapMib: number;
  /** Resident memory of the process of the page, in MiB. */
  readonly rssMib: number;
}

type Draw = (number: number) => Promise<unknown>;

/** @param frames How many the page draws. */
export async function* measureMemory(
  browser: Browser,
  frames: number,
): AsyncGenerator<readonly [title: string, marks: Mark[]]> {
  yield [
    "terminal: lines of 80 x 24",
    await measure(browser, "terminal", frames, (source) => {
      const client = new TerminalClient(source);
      return (number) => client.show(number);
    }),
  ];
  yield [
    "1080p: lines of text, one in 16 a window",
    await measure(browser, "application", frames, (source) => {
      const client = new DesktopClient(source);
      const [line, window] = CHANGES;
      return async (number) => {
        if (number === 0) await client.show(undefined, 0);
        else await client.show(number % WINDOW_EACH === 0 ? window : line, number);
      };
    }),
  ];
}

async function measure(
  browser: Browser,
  kind: "terminal" | "application",
  frames: number,
  clientOf: (source: TestSource) => Draw,
): Promise<Mark[]> {
  await using listening = await Listening.start("--web");
  const source = await listening.connect("measured", kind);
  await source.activated();
  const draw = clientOf(source);
  await draw(0);
  const [origin, token] = (await linkOf(listening)).split("/#");
  await using repeater = new Repeater(origin!);
  const page = await browser.newPage({ viewport: { width: 1_920, height: 1_160 } });
  try {
    await page.goto(`${repeater.origin}/#${token}`);
    await openClient(page, "measured");
    await repeater.drawn(1);
    for (let number = 1; number <= DIFFERENT; number++) {
      await draw(number);
      // One picture each: the next frame waits until this one is drawn.
      await repeater.drawn(1 + number);
    }
    const memory = await PageMemory.of(browser, page);
    const marks = [await memory.now(0)];
    for (const share of [0.25, 0.25, 0.5]) {
      const before = marks.at(-1)!.frames;
      const next = Math.round(frames * share);
      repeater.repeat(DIFFERENT, next);
      await repeater.drawn(1 + DIFFERENT + before + next);
      marks.push(await memory.now(before + next));
    }
    return marks;
  } finally {
    await page.close();
  }
}

class PageMemory {
  readonly #session: CDPSession;
  readonly #pid: number;

  private constructor(session: CDPSession, pid: number) {
    this.#session = session;
    this.#pid = pid;
  }

  static async of(browser: Browser, page: Page): Promise<PageMemory> {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    return new PageMemory(session, await busiestRenderer(browser));
  }

  async now(frames: number): Promise<Mark> {
    await this.#session.send("HeapProfiler.collectGarbage");
    const { metrics } = await this.#session.send("Performance.getMetrics");
    const heap = metrics.find(({ name }) => name === "JSHeapUsedSize")!.value;
    const status = await Deno.readTextFile(`/proc/${this.#pid}/status`);
    const rssMib = Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1_024;
    return { frames, heapMib: heap / MIB, rssMib };
  }
}

/** The process of the one page that has worked; the browser holds others in reserve. */
async function busiestRenderer(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer");
  return renderers.reduce((a, b) => a.cpuTime > b.cpuTime ? a : b).id;
}
