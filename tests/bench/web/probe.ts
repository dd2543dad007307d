/**
 * A page in Chromium that is watched from inside: its probe looks for the marker on a canvas after all
 * other callbacks of each animation frame, so it sees what that frame shows, and takes the time when the
 * frame's work in the page is done (the first task after it). What the compositor and the screen take
 * after that is not in it. The probe is the same for every page.
 */

import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM } from "../../support/browser.ts";
import { BLOCKS, WHITE } from "./marker.ts";

/** Where the marker is on a canvas, in shares of its width and height. */
export interface MarkerPlace {
  /** A CSS selector of the canvas. */
  readonly canvas: string;
  /** Likewise of the first row of text, where a page draws text with elements. */
  readonly row?: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How often the clocks are compared; the quickest comparison counts. */
const CLOCK_ROUNDS = 50;
/** A frame that has not come by then is lost. */
const SEEN_TIMEOUT_MS = 10_000;

const PROBE = `(() => {
  const native = window.requestAnimationFrame.bind(window);
  const small = new OffscreenCanvas(${BLOCKS}, 1).getContext("2d", { willReadFrequently: true });
  small.imageSmoothingEnabled = false;
  const { port1, port2 } = new MessageChannel();
  let place, shown;
  port1.onmessage = ({ data }) => window.frameSeen(data, performance.timeOrigin + performance.now());
  function readRow() {
    const row = place && place.row && document.querySelector(place.row);
    return row && [...row.textContent.slice(0, ${BLOCKS})].reduce(
      (bits, letter, block) => bits | (letter === "${WHITE}") << block, 0);
  }
  function readCanvas() {
    const canvas = place && document.querySelector(place.canvas);
    if (!canvas || canvas.width === 0) return;
    const { width, height } = canvas;
    small.clearRect(0, 0, ${BLOCKS}, 1);
    small.drawImage(canvas, place.x * width, place.y * height, place.width * width,
      place.height * height, 0, 0, ${BLOCKS}, 1);
    const { data } = small.getImageData(0, 0, ${BLOCKS}, 1);
    let bits = 0;
    for (let block = 0; block < ${BLOCKS}; block++) {
      if (data[block * 4 + 3] === 0) return;
      bits |= (data[block * 4 + 1] > 127) << block;
    }
    return bits;
  }
  function look() {
    const bits = readCanvas() ?? readRow() ?? 0;
    const number = bits & 255;
    if (number !== (~bits >> 8 & 255) || number === shown) return;
    shown = number;
    port2.postMessage(number);
  }
  // What the page asks for is done before the probe looks.
  window.requestAnimationFrame = (callback) => {
    const handle = native(callback);
    if (place) native(look);
    return handle;
  };
  function tick() {
    if (!place) return;
    native(tick);
    look();
  }
  window.probe = (next) => {
    const wasOn = place !== undefined;
    place = next;
    shown = undefined;
    if (place && !wasOn) native(tick);
  };
})()`;

/** Starts Chromium as the tests do. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
}

export class ProbedPage {
  readonly page: Page;
  /** The clock of the page less ours, in milliseconds. */
  #offsetMs = 0;
  #number = -1;
  #seenMs: ((ms: number) => void) | undefined;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser): Promise<ProbedPage> {
    const page = await browser.newPage({ viewport: { width: 1_920, height: 1_160 } });
    const probed = new ProbedPage(page);
    await page.exposeFunction("frameSeen", (number: number, ms: number) => {
      if (number === probed.#number) probed.#seenMs?.(ms);
    });
    await page.addInitScript(PROBE);
    return probed;
  }

  /** Begins to look for markers. */
  async watch(place: MarkerPlace): Promise<void> {
    await this.page.evaluate(`probe(${JSON.stringify(place)})`);
    this.#offsetMs = await this.#compareClocks();
  }

  async rest(): Promise<void> {
    await this.page.evaluate("probe(undefined)");
  }

  /**
   * Waits until a frame is on the screen.
   *
   * @param show Has the frame drawn. @returns When the client had it, by {@linkcode nowMs}.
   * @returns How long that took in milliseconds.
   */
  async latency(number: number, show: () => Promise<number>): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#number = number;
    this.#seenMs = resolve;
    const timer = setTimeout(
      () => reject(new Error(`frame ${number} does not show in ${SEEN_TIMEOUT_MS} ms`)),
      SEEN_TIMEOUT_MS,
    );
    try {
      const startMs = await show();
      return await promise - this.#offsetMs - startMs;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Both clocks are of one machine; their origins differ by less than the quickest round trip. */
  async #compareClocks(): Promise<number> {
    let best = { roundMs: Infinity, offsetMs: 0 };
    for (let round = 0; round < CLOCK_ROUNDS; round++) {
      const beforeMs = nowMs();
      const theirMs: number = await this.page.evaluate(
        "performance.timeOrigin + performance.now()",
      );
      const roundMs = nowMs() - beforeMs;
      if (roundMs < best.roundMs) best = { roundMs, offsetMs: theirMs - beforeMs - roundMs / 2 };
    }
    return best.offsetMs;
  }
}

/** The time in milliseconds, by our own clock. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
