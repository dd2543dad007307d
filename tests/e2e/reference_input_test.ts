/**
 * What is typed into real sources, and what their programs get of it. Tests of `afsrv_remoting` need an
 * X server that speaks VNC as well, Xvnc, and xev; each test is ignored where a program is missing.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as pass } from "node:timers/promises";
import type { ListenHandler, Source } from "../../lib/mod.ts";
import { endProcess } from "../support/end_process.ts";
import {
  ARCAN_NET,
  FrameWatch,
  Reference,
  REMOTING,
  type Run,
  TERMINAL,
  which,
} from "../support/reference.ts";
import { RfbRelay } from "../support/rfb_relay.ts";

const noTerminal = ARCAN_NET === undefined || TERMINAL === undefined;
/** Typing takes 20 s and stops 4.3 s, on a machine that does nothing else. */
const DEADLINE_MS = 120_000;

/** A terminal whose program says `ready`, and later what it got. */
class Typing implements AsyncDisposable {
  readonly watch: FrameWatch;
  readonly source: Source;
  readonly #reference: Reference;

  private constructor(reference: Reference, watch: FrameWatch, source: Source) {
    this.#reference = reference;
    this.watch = watch;
    this.source = source;
  }

  static async start(script: string, run: Partial<Run> = {}): Promise<Typing> {
    const watch = new FrameWatch(DEADLINE_MS);
    let source: Source | undefined;
    const handler: ListenHandler = (listener, status) => {
      if (status.kind !== "segment_request") return;
      source = listener.acceptTarget((client, { kind }) => {
        if (kind === "preroll") client.targetVerbose();
        if (kind === "frame") watch.changed(client);
      });
    };
    const env = { ARCAN_TERMINAL_EXEC: script, LC_ALL: "C.UTF-8" };
    const command = [TERMINAL!] as const;
    const reference = await Reference.start(
      { command, env, deadlineMs: DEADLINE_MS, ...run },
      handler,
    );
    await watch.untilText(/ready/);
    return new Typing(reference, watch, source!);
  }

  /** Stops the terminal, which says its number. */
  async stop(durationMs: number): Promise<void> {
    const pid = Number(/pid (\d+)/.exec(this.source.text())![1]);
    Deno.kill(pid, "SIGSTOP");
    await pass(durationMs);
    Deno.kill(pid, "SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reference[Symbol.asyncDispose]();
  }
}

function lines(length: number): string {
  let text = "";
  for (let i = 0; text.length < length; i++) text += `line ${i} of what is typed, åäö 漢字 ABC\n`;
  return text.slice(0, length);
}

/**
 * On a busy machine arcan-net loses an event now and then, stopped client or not: it fills the queue of
 * its client from two threads without a lock. What is lost for want of room is lost every time.
 */
const ATTEMPTS = 3;

/** Types into a terminal that is stopped three times; its program must get every byte. */
async function typeWithStops(verb: "typeText" | "paste", text: string): Promise<void> {
  const wanted = text.replaceAll("\n", "\r");
  for (let attempt = 1;; attempt++) {
    const difference = firstDifference(await typedWithStops(verb, text), wanted);
    if (difference === undefined) return;
    assert.ok(attempt < ATTEMPTS, difference);
  }
}

async function typedWithStops(verb: "typeText" | "paste", text: string): Promise<string> {
  const file = await Deno.makeTempFile();
  const part = Math.ceil(new TextEncoder().encode(text).length / 4);
  // A line of its own for each part, so that the number of the terminal stays on the screen.
  const script = `stty raw -echo; printf 'pid %s ready\\r\\n' $PPID
    for i in 1 2 3 4; do head -c ${part} >> ${file}; printf 'part %s\\r\\n' $i; done
    exec sleep 1000`;
  await using typing = await Typing.start(script);
  const sent = typing.source[verb](text);
  for (const [index, stopMs] of [300, 1_000, 3_000].entries()) {
    await typing.watch.untilText(new RegExp(`part ${index + 1}`));
    await typing.stop(stopMs);
  }
  assert.equal(await sent, true);
  // What remains of a part that is not full.
  typing.source.typeText("$".repeat(8));
  await typing.watch.untilText(/part 4/);
  const got = await Deno.readTextFile(file);
  await Deno.remove(file);
  return got.replace(/\$+$/, "");
}

/** Where a program got something else than was typed, and how much it got. */
function firstDifference(got: string, wanted: string): string | undefined {
  if (got === wanted) return undefined;
  let at = 0;
  while (got[at] === wanted[at]) at++;
  const place = (text: string) => JSON.stringify(text.slice(at, at + 100));
  return `${got.length} of ${wanted.length}, at ${at} ${place(got)} for ${place(wanted)}`;
}

Deno.test({
  name: "reference terminal: stopped for 0.3, 1 and 3 s in the middle, it gets every byte in order",
  ignore: noTerminal,
  fn: async () => {
    await Promise.all([
      typeWithStops("typeText", lines(16_384)),
      typeWithStops("paste", lines(65_536)),
    ]);
  },
});

Deno.test({
  name: "reference terminal: what is typed after it has stood still for long arrives",
  ignore: noTerminal,
  fn: async () => {
    const script = `stty raw -echo; printf 'pid %s ready\\r\\n' $PPID
      printf 'got %s\\r\\n' "$(head -c 16)"; exec sleep 1000`;
    await using typing = await Typing.start(script);
    // By then the terminal's own clock has filled its queue.
    const stopped = typing.stop(4_000);
    await pass(3_500);
    const sent = [..."0123456789abcdef"].map((letter) => typing.source.typeText(letter));
    await Promise.all([stopped, ...sent]);
    await typing.watch.untilText(/got 0123456789abcdef/);
  },
});

Deno.test({
  name: "reference terminal: thousands of calls of verbs arrive in order, awaited or not",
  ignore: noTerminal,
  fn: async () => {
    const count = 1_000;
    const script = `stty raw -echo; echo ready; head -c ${5 * count} | md5sum; exec sleep 1000`;
    await using typing = await Typing.start(script);
    const words = Array.from({ length: count }, (_, i) => `${i} `.padStart(5));
    for (const word of words.slice(0, count / 2)) void typing.source.typeText(word);
    for (const word of words.slice(count / 2)) {
      assert.equal(await typing.source.typeText(word), true);
    }
    const sum = createHash("md5").update(words.join("")).digest("hex");
    await typing.watch.untilText(new RegExp(sum));
  },
});

/** Keys, and the bytes that a program in a terminal gets of them. */
const KEYS: readonly [press: (source: Source) => unknown, bytes: string][] = [
  [(source) => source.typeText("\t\x1b\na"), "09 1b 0d 61"],
  [(source) => source.pressKey("tab"), "09"],
  [(source) => source.pressKey("escape"), "1b"],
  [(source) => source.pressKey("return"), "0d"],
  [(source) => source.pressKey("kp_enter"), "0d"],
  [(source) => source.pressKey("c", ["ctrl"]), "03"],
  [(source) => source.pressKey("x", ["alt"]), "1b 78"],
  [(source) => source.pressKey("a", ["shift"]), "41"],
  [(source) => source.typeText("ABC|~{}%"), "41 42 43 7c 7e 7b 7d 25"],
  [(source) => source.pressKey("up"), "1b 5b 41"],
  [(source) => source.pressKey("delete"), "1b 5b 33 7e"],
];
/** The two terminals in one; each knows Backspace as something else, as `stty` says there. */
const TERMINALS = [["tsm", "08"], ["st", "7f"]] as const;

for (const [interp, backspace] of TERMINALS) {
  Deno.test({
    name: `reference terminal: control keys and modifiers reach a program, ${interp}`,
    ignore: noTerminal,
    fn: async () => {
      const keys = [...KEYS, [
        (source: Source) => source.pressKey("backspace"),
        backspace,
      ]] as const;
      const wanted = keys.map(([, bytes]) => bytes).join(" ");
      const count = wanted.split(" ").length;
      const directory = await Deno.makeTempDir();
      // The one called st runs nothing but the user's shell.
      const shell = `${directory}/shell`;
      await Deno.writeTextFile(
        shell,
        `#!/bin/sh
        stty raw -echo; echo ready
        head -c ${count} | od -An -v -tx1 -w64; exec sleep 1000\n`,
        { mode: 0o755 },
      );
      const env = { ARCAN_ARG: `interp=${interp}`, ARCAN_TERMINAL_EXEC: shell, SHELL: shell };
      await using typing = await Typing.start("", { env: { ...env, LC_ALL: "C.UTF-8" } });
      for (const [press] of keys) assert.equal(await press(typing.source), true);
      await typing.watch.until((source) => source.text().replaceAll("\n", "").includes(wanted));
      await Deno.remove(directory, { recursive: true });
    },
  });
}

const XVNC = which("Xvnc");
const XEV = which("xev");
const STDBUF = which("stdbuf");

/** An X server with a window that says which input it gets. */
class Screen implements AsyncDisposable {
  readonly port: number;
  readonly #server: Deno.ChildProcess;
  readonly #window: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string>;

  private constructor(display: number, server: Deno.ChildProcess) {
    this.port = 5_900 + display;
    this.#server = server;
    this.#window = new Deno.Command(STDBUF!, {
      args: ["-oL", XEV!, "-geometry", "320x200+0+0"],
      env: { DISPLAY: `:${display}`, LC_ALL: "C.UTF-8" },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#lines = linesOf(this.#window.stdout);
  }

  static async start(): Promise<Screen> {
    const server = new Deno.Command(XVNC!, {
      args: [
        ...["-displayfd", "1", "-SecurityTypes", "None", "-localhost", "-ac", "-nocursor"],
        ...["-geometry", "320x200", "-depth", "24"],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines = linesOf(server.stdout);
    const { value } = await lines.next();
    await lines.return(undefined);
    const screen = new Screen(Number(value), server);
    await screen.until(/^MapNotify/);
    return screen;
  }

  /** Waits for a line. @returns What was said up to it. */
  async until(pattern: RegExp): Promise<string> {
    let said = "";
    for (;;) {
      const { value, done } = await this.#lines.next();
      assert.ok(!done, `the window has ended before ${pattern}`);
      said += `${value}\n`;
      if (pattern.test(value)) return said;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of [this.#window, this.#server]) {
      endProcess(process);
      await process.status;
    }
    await this.#lines.return(undefined);
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const piece of stream) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

Deno.test({
  name: "reference client of VNC: modifiers are held, the mouse goes where it is told",
  ignore: [ARCAN_NET, REMOTING, XVNC, XEV, STDBUF].includes(undefined),
  fn: async () => {
    await using screen = await Screen.start();
    await using relay = new RfbRelay(screen.port);
    const client = Promise.withResolvers<Source>();
    const handler: ListenHandler = (source, status) => {
      if (status.kind !== "segment_request") return;
      source.acceptTarget((client_, { kind }) => {
        if (kind === "privdrop") client.resolve(client_);
      });
    };
    const env = { ARCAN_ARG: `protocol=vnc:host=127.0.0.1:port=${relay.port}` };
    await using _ = await Reference.start({ command: [REMOTING!], env }, handler);
    const source = await client.promise;
    await source.typeText("aZ|~{}%é€");
    await source.paste("Bc");
    await source.pressKey("c", ["ctrl"]);
    await source.moveMouse(200, 150);
    await source.clickMouse("right", 40, 30);
    const said = await screen.until(/^ButtonRelease/);
    assert.equal(textOf(said), "aZ|~{}%é€Bc\x03");
    const places = [...said.matchAll(/^MotionNotify[^]*?root:\((\d+,\d+)\)/gm)].map(([, at]) => at);
    assert.ok(places.includes("200,150"), `${places}`);
    assert.equal(places.at(-1), "40,30");
    const [, x, y, button] = /^ButtonPress[^]*?root:\((\d+),(\d+)\)[^]*?button (\d)/m.exec(said)!;
    assert.deepEqual([x, y, button], ["40", "30", "3"]);
  },
});

/** The text of the keys that were pressed, as the X server's own table of keys has it. */
function textOf(said: string): string {
  const presses = said.matchAll(
    /^KeyPress[^]*?XLookupString gives \d bytes:(?: \(([0-9a-f ]+)\))?/gm,
  );
  const hex = [...presses].map(([, bytes = ""]) => bytes.replaceAll(" ", "")).join("");
  return new TextDecoder().decode(Uint8Array.fromHex(hex));
}
