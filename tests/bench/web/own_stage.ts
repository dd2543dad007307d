/** `listen --web`, its page, and a client of each kind. */

import type { Browser } from "playwright-core";
import { PictureEncoder } from "../../../lib/source/picture_encoder.ts";
import { TpackEncoder } from "../../../lib/source/tpack_encoder.ts";
import { linkOf, openClient } from "../../support/browser.ts";
import { Listening, type TestSource } from "../../support/listening.ts";
import { readCpuMs } from "../sink/usage.ts";
import { type Change, Desktop, HEIGHT, Lines, placeInText, placeOn, WIDTH } from "./content.ts";
import { nowMs, ProbedPage } from "./probe.ts";
import type { Show, Stage } from "./stage.ts";

const PIXELS = ".frame canvas";
const TEXT_ROW = ".xterm-rows > :first-child";
const TEXT = ".xterm-screen canvas:not(.xterm-link-layer)";

/** A client of pixels and how it draws. */
export class DesktopClient {
  readonly desktop: Desktop = new Desktop();
  readonly #encoder = new PictureEncoder();
  readonly #source: TestSource;

  constructor(source: TestSource) {
    this.#source = source;
  }

  async show(change: Change | undefined, number: number): Promise<number> {
    if (change !== undefined) this.desktop.draw(change.region, number);
    const startMs = nowMs();
    const picture = { width: WIDTH, height: HEIGHT, rgba: this.desktop.rgba };
    await this.#source.client.draw(this.#encoder.encode(picture, change?.region));
    return startMs;
  }
}

/** Likewise of text. */
export class TerminalClient {
  readonly #lines = new Lines();
  readonly #encoder = new TpackEncoder();
  readonly #source: TestSource;

  constructor(source: TestSource) {
    this.#source = source;
  }

  async show(number: number): Promise<number> {
    this.#lines.draw(number);
    const startMs = nowMs();
    const { cols, rows } = this.#lines.grid;
    const frame = this.#encoder.encode(this.#lines.grid, cols * 8, rows * 16);
    if (frame !== undefined) await this.#source.client.draw(frame);
    return startMs;
  }
}

export class OwnStage implements Stage {
  readonly name = "listen --web";

  private constructor(
    readonly page: ProbedPage,
    readonly listening: Listening,
    private readonly terminal: TerminalClient,
    private readonly desktop: DesktopClient,
  ) {}

  static async start(browser: Browser): Promise<OwnStage> {
    const listening = await Listening.start("--web");
    const page = await ProbedPage.open(browser);
    const sources = [
      await listening.connect("terminal"),
      await listening.connect("desktop", "application"),
    ] as const;
    for (const source of sources) await source.activated();
    const [terminal, desktop] = [new TerminalClient(sources[0]), new DesktopClient(sources[1])];
    await terminal.show(0);
    await desktop.show(undefined, 0);
    await page.page.goto(await linkOf(listening));
    return new OwnStage(page, listening, terminal, desktop);
  }

  async openTerminal(): Promise<Show> {
    await this.#open("terminal", ".xterm-screen");
    await this.page.watch(placeInText(TEXT, TEXT_ROW));
    return (number) => this.terminal.show(number);
  }

  async openDesktop(change: Change): Promise<Show> {
    await this.#open("desktop", PIXELS);
    await this.page.watch(placeOn(PIXELS, change.region));
    return (number) => this.desktop.show(change, number);
  }

  cpuMs(): number {
    return readCpuMs(this.listening.process.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listening[Symbol.asyncDispose]();
  }

  async #open(title: string, canvas: string): Promise<void> {
    const { page } = this.page;
    await page.evaluate(`location.hash = "#/"`);
    await openClient(page, title);
    await page.locator(canvas).first().waitFor({ state: "attached" });
  }
}
