/**
 * noVNC with Xvnc of TigerVNC behind websockify, as Debian installs and configures them: one X server with
 * an xterm that fills it, one of 1920 x 1080 with a window that fills it.
 */

import type { Browser } from "playwright-core";
import { Output } from "../../support/listening.ts";
import { has } from "../../support/programs.ts";
import { readCpuMs } from "../sink/usage.ts";
import {
  type Change,
  COLS,
  Desktop,
  HEIGHT,
  linesAsAnsi,
  placeInText,
  placeOn,
  ROWS,
  WIDTH,
} from "./content.ts";
import { nowMs, ProbedPage } from "./probe.ts";
import type { Show, Stage } from "./stage.ts";
import { hasXlib, XWindow } from "./x11.ts";

const NOVNC = "/usr/share/novnc";
const CANVAS = "#screen canvas";
/** The cells of xterm's font `fixed`. */
const CELL = { width: 6, height: 13 } as const;
const FIRST_VNC_PORT = 5_900;

/** What is not installed; `undefined` when all is there. */
export async function missingForVnc(): Promise<string | undefined> {
  for (const program of ["Xtigervnc", "websockify", "xterm"]) {
    if (!await has(program)) return program;
  }
  if (!hasXlib()) return "libX11";
  return await Deno.stat(`${NOVNC}/vnc_lite.html`).then(() => undefined, () => "novnc");
}

/** An X server that is also a VNC server, and its way to browsers. */
class VncServer {
  readonly display: string;
  readonly #server: Deno.ChildProcess;
  readonly #proxy: Deno.ChildProcess;
  readonly address: string;

  private constructor(
    display: string,
    server: Deno.ChildProcess,
    proxy: Deno.ChildProcess,
    address: string,
  ) {
    this.display = display;
    this.#server = server;
    this.#proxy = proxy;
    this.address = address;
  }

  static async start(width: number, height: number): Promise<VncServer> {
    const server = new Deno.Command("Xtigervnc", {
      // deno-fmt-ignore
      args: ["-displayfd", "1", "-geometry", `${width}x${height}`, "-depth", "24",
        "-SecurityTypes", "None", "-localhost"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const [, display] = await new Output(server.stdout).until(/^(\d+)\n/);
    const port = freePort();
    const proxy = new Deno.Command("websockify", {
      args: ["--web", NOVNC, `127.0.0.1:${port}`, `127.0.0.1:${FIRST_VNC_PORT + Number(display)}`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await reachable(port);
    const page = `http://127.0.0.1:${port}/vnc_lite.html?host=127.0.0.1&port=${port}&path=`;
    return new VncServer(`:${display}`, server, proxy, page);
  }

  cpuMs(): number {
    return readCpuMs(this.#server.pid) + readCpuMs(this.#proxy.pid);
  }

  async stop(): Promise<void> {
    for (const process of [this.#proxy, this.#server]) {
      process.kill("SIGTERM");
      await process.status;
    }
  }
}

export class VncStage implements Stage {
  readonly name = "noVNC";

  private constructor(
    readonly page: ProbedPage,
    private readonly terminal: { server: VncServer; xterm: Deno.ChildProcess; to: Deno.FsFile },
    private readonly desktop: { server: VncServer; window: XWindow; content: Desktop },
    private readonly directory: string,
  ) {}

  static async start(browser: Browser): Promise<VncStage> {
    const directory = await Deno.makeTempDir({ prefix: "vnc-bench-" });
    const servers = [
      await VncServer.start(COLS * CELL.width, ROWS * CELL.height),
      await VncServer.start(WIDTH, HEIGHT),
    ] as const;
    const fifo = `${directory}/lines`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const xterm = new Deno.Command("xterm", {
      // deno-fmt-ignore
      args: ["-display", servers[0].display, "-b", "0", "-bw", "0", "+sb", "-fn", "fixed",
        "-geometry", `${COLS}x${ROWS}+0+0`, "-e", "cat", fifo],
      stdin: "null",
      stderr: "null",
    }).spawn();
    const to = await Deno.open(fifo, { write: true });
    const window = new XWindow(servers[1].display, WIDTH, HEIGHT);
    const content = new Desktop();
    const whole = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
    window.load(content.rgba, whole);
    window.put(whole);
    const page = await ProbedPage.open(browser);
    return new VncStage(
      page,
      { server: servers[0], xterm, to },
      { server: servers[1], window, content },
      directory,
    );
  }

  async openTerminal(): Promise<Show> {
    await this.#open(this.terminal.server);
    await this.page.watch(placeInText(CANVAS));
    return async (number) => {
      const text = new TextEncoder().encode(linesAsAnsi(number));
      const startMs = nowMs();
      await this.terminal.to.write(text);
      return startMs;
    };
  }

  async openDesktop({ region }: Change): Promise<Show> {
    const { server, window, content } = this.desktop;
    await this.#open(server);
    await this.page.watch(placeOn(CANVAS, region));
    return (number) => {
      content.draw(region, number);
      window.load(content.rgba, region);
      const startMs = nowMs();
      window.put(region);
      return Promise.resolve(startMs);
    };
  }

  cpuMs(): number {
    return this.terminal.server.cpuMs() + this.desktop.server.cpuMs();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.terminal.to.close();
    await this.terminal.xterm.status;
    this.desktop.window[Symbol.dispose]();
    await this.terminal.server.stop();
    await this.desktop.server.stop();
    await Deno.remove(this.directory, { recursive: true });
  }

  async #open({ address }: VncServer): Promise<void> {
    await this.page.page.goto(address);
    await this.page.page.locator(CANVAS).waitFor();
    await this.page.page.getByText("Connected to").waitFor();
  }
}

/** A port that nothing listens on now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Waits until a port is listened on. */
async function reachable(port: number): Promise<void> {
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
