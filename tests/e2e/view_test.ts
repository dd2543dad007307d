/** `listen --view` on a pseudo-terminal. */

import assert from "node:assert/strict";
import { AnsiScreen } from "../support/ansi_screen.ts";
import { PATIENCE_MS } from "../support/changes.ts";
import { endProcess } from "../support/end_process.ts";
import { Listening, MAIN, Output, TestSource } from "../support/listening.ts";
import { hasScript, onTerminal } from "../support/pseudo_terminal.ts";

const PREFIX = "\x1d";
const [COLS, ROWS] = [60, 12];
// deno-lint-ignore no-control-regex -- matches escape sequences
const GRAPHICS = /\x1b_G[^\x1b]*\x1b\\/g;
// deno-lint-ignore no-control-regex -- matches escape sequences
const UNFINISHED = /\x1b[^A-Za-z]*$|\x1b_[^]*$/;
// deno-lint-ignore no-control-regex -- matches escape sequences
const LEFT = /\x1b\[\?25h\x1b\[\?1049l([^]*)code=0/;

/** `listen --view` under `script`, with typed input and the screen as output. */
class Viewing implements AsyncDisposable {
  readonly output: Output;
  readonly #typed: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(
    readonly directory: string,
    readonly process: Deno.ChildProcess,
    readonly key: Awaited<ReturnType<typeof Listening.prepare>>["key"],
  ) {
    this.output = new Output(process.stdout);
    this.#typed = process.stdin.getWriter();
  }

  static start(...flags: string[]): Promise<Viewing> {
    return Viewing.startIn({}, ...flags);
  }

  /** Likewise on a terminal of another size, or after a shell command. */
  static async startIn(
    { cols = COLS, rows = ROWS, script = ":" },
    ...flags: string[]
  ): Promise<Viewing> {
    const directory = await Deno.makeTempDir({ prefix: "viewing-test-" });
    const { args, key } = await Listening.prepare(directory, ["--view", ...flags]);
    const command = ["sh", "-c", `${script} && exec "$0" "$@"`, Deno.execPath(), "run", "-A", MAIN]
      .concat(args).map((word) => `'${word}'`);
    const process = onTerminal(
      `stty rows ${rows} cols ${cols}; ${command.join(" ")}; echo "code=$?"; stty -a`,
      { cwd: directory, env: { TERM: "xterm-256color" } },
    );
    return new Viewing(directory, process, key);
  }

  async connect(title: string, segkind = "tui"): Promise<TestSource> {
    const [, port] = await this.output.until(/listening on 127\.0\.0\.1:(\d+)/);
    return await TestSource.connect(Number(port), this.key, title, segkind);
  }

  async type(text: string): Promise<void> {
    await this.#typed.write(new TextEncoder().encode(text));
  }

  /** Waits for a screen. @returns Its lines without blanks at their ends. */
  async untilScreen(isRight: (lines: string[]) => boolean): Promise<string[]> {
    let lines: string[] = [];
    await this.output.until({
      exec: () => isRight(lines = this.#screen()) ? [] : null,
      toString: () => `a screen other than\n${lines.join("\n")}`,
    });
    return lines;
  }

  #screen(): string[] {
    const [, drawing = ""] = this.output.text.split("\x1b[?1049h");
    const screen = new AnsiScreen(COLS, ROWS);
    screen.write(drawing.replace(GRAPHICS, "").replace(UNFINISHED, ""));
    return Array.from({ length: ROWS }, (_, row) => screen.line(row).trimEnd());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // After a failed test the program is still running.
    await this.type(`${PREFIX}q`).catch(() => {});
    await this.#typed.close().catch(() => {});
    const deadline = setTimeout(() => endProcess(this.process), PATIENCE_MS);
    await this.output.rest();
    clearTimeout(deadline);
    await this.process.status;
    await Deno.remove(this.directory, { recursive: true });
  }
}

Deno.test("without a terminal --view is an error at the start", async () => {
  await using listening = await Listening.start("--view");
  assert.equal((await listening.process.status).code, 2);
  assert.equal(
    await listening.err.rest(),
    "error: --view needs a terminal on standard input and output\n",
  );
});

const ignore = !await hasScript();

for (const [how, ...flags] of [[""], [" of a worker", "--workers", "2"]] as const) {
  Deno.test({
    name: `a client${how} is shown and typed into, and leaving restores the terminal`,
    ignore,
    fn: () => showAndType(flags),
  });
}

async function showAndType(flags: readonly string[]): Promise<void> {
  await using viewing = await Viewing.start(...flags);
  await viewing.output.until(/waiting for clients/);
  const client = await viewing.connect("my title");
  // Clients fill all rows but the status bar.
  await client.until(() => `${client.sizes.at(-1)}` === `${[COLS * 8, (ROWS - 1) * 16]}`);
  await client.showText("hello there", "w\x07rld");
  const screen = await viewing.untilScreen(([first]) => first === "hello there");
  assert.deepEqual(screen.slice(1, 3), ["w rld", ""]);
  assert.match(screen[ROWS - 1]!, /^ client 2 tui 11x2 my title .* \^\] q leave$/);
  await viewing.type("né\r");
  await client.until(() => client.typed === "né\n");
  await viewing.type(`${PREFIX}q`);
  const [, rest] = await viewing.output.until(LEFT);
  assert.match(rest!, /closing 1 client/);
  await viewing.output.until(/[^-]icanon[^]*[^-]echo\b/);
  await client.close();
}

Deno.test({
  name: "on a terminal that reports 0 x 0 clients are asked for 80 x 24",
  ignore,
  fn: async () => {
    await using viewing = await Viewing.startIn({ cols: 0, rows: 0 });
    await viewing.output.until(/waiting for clients/);
    const client = await viewing.connect("my title");
    await client.until(() => `${client.sizes.at(-1)}` === `${[80 * 8, 23 * 16]}`);
    await viewing.type(`\x1b[[A\x1b[[F${PREFIX}q`);
    await viewing.output.until(LEFT);
    await client.close();
  },
});

Deno.test({
  name: "--view shows several clients, with text and pixels",
  ignore,
  fn: async () => {
    await using viewing = await Viewing.start();
    const text = await viewing.connect("text");
    await text.showText("first");
    const picture = await viewing.connect("picture", "application");
    await picture.showPixels(2, 2, new Uint8Array(16).fill(255));
    await viewing.untilScreen((lines) => /^ \[1\/2\] client 2/.test(lines.at(-1)!));
    await viewing.type(`${PREFIX}n`);
    const screen = await viewing.untilScreen(([first]) => first === "▀▀");
    assert.match(screen.at(-1)!, /^ \[2\/2\] client 3 application 2x2 picture/);
    await picture.close();
    await text.showText("again");
    await viewing.untilScreen(([first]) => first === "again");
    await viewing.type(`${PREFIX}x`);
    await text.client.finished();
    await viewing.untilScreen((lines) => lines.at(-1)!.startsWith(" waiting for clients"));
    await viewing.type(`${PREFIX}q`);
    await viewing.output.until(/code=0/);
  },
});

Deno.test({
  name: "a stopped terminal delays neither clients nor signals",
  ignore,
  fn: async () => {
    await using viewing = await Viewing.startIn({
      script: "mkfifo alive && echo $$ >pid && exec 9>alive",
    });
    const { directory } = viewing;
    let alive: Deno.FsFile | undefined;
    while (alive === undefined) {
      alive = await Deno.open(`${directory}/alive`).catch(() => undefined);
    }
    using _ = alive;
    const client = await viewing.connect("stopped", "application");
    const [width, height] = [COLS, 2 * ROWS];
    const noise = () => crypto.getRandomValues(new Uint8Array(width * height * 4));
    await client.showPixels(width, height, noise());
    await viewing.untilScreen(([first]) => first!.startsWith("▀▀"));
    viewing.process.kill("SIGSTOP");
    // Each takes over 20 kB to draw; the buffer of the terminal holds some of them.
    for (let i = 0; i < 50; i++) await client.showPixels(width, height, noise());
    Deno.kill(Number(Deno.readTextFileSync(`${directory}/pid`)), "SIGTERM");
    // Only the end of the process closes it.
    assert.equal(await alive.read(new Uint8Array(1)), null);
    viewing.process.kill("SIGCONT");
    await viewing.output.until(/code=0/);
    await client.close();
  },
});

Deno.test({
  name: "--view and --record work together",
  ignore,
  fn: async () => {
    await using viewing = await Viewing.start("--record", "DIR/rec");
    const client = await viewing.connect("text");
    await client.showText("recorded");
    await viewing.untilScreen(([first]) => first === "recorded");
    await viewing.type(`${PREFIX}q`);
    await viewing.output.until(/code=0/);
    const [folder] = [...Deno.readDirSync(`${viewing.directory}/rec`)];
    assert.match(
      Deno.readTextFileSync(`${viewing.directory}/rec/${folder!.name}/2.cast`),
      /recorded/,
    );
    await client.close();
  },
});
