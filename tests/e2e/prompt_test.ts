/** `--ask-secret` on a terminal of its own: what keys do, and how the terminal is left. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PATIENCE_MS } from "../support/changes.ts";
import { Output } from "../support/listening.ts";
import { hasScript, onTerminal } from "../support/pseudo_terminal.ts";

const MAIN = fileURLToPath(new URL("prompt_main.ts", import.meta.url));
/** How the terminal is once the program has ended. */
const RESTORED = /[^-]icanon[^]*[^-]echo\b/;

/** The program under `script`, whose input is what is typed and whose output is the screen. */
class Asking implements AsyncDisposable {
  readonly output: Output;
  readonly #process: Deno.ChildProcess;
  readonly #typed: WritableStreamDefaultWriter<Uint8Array>;

  constructor() {
    const run = `exec "${Deno.execPath()}" run -A --no-check "${MAIN}"`;
    this.#process = onTerminal(
      // The keys signal this shell as well, which has to go on.
      `trap : INT QUIT; sh -c 'tty; echo pid=$$; ${run}'; echo "code=$?"; stty -a; echo done`,
      { env: { SHELL: "/bin/sh" } },
    );
    this.output = new Output(this.#process.stdout);
    this.#typed = this.#process.stdin.getWriter();
  }

  async type(...keys: (string | number)[]): Promise<void> {
    const encoder = new TextEncoder();
    for (const key of keys) {
      await this.#typed.write(
        typeof key === "number" ? Uint8Array.of(key) : encoder.encode(key),
      );
    }
  }

  /** Waits for the question. @returns The terminal and the process. */
  async asked(): Promise<{ tty: string; pid: number }> {
    const [, tty, pid] = await this.output.until(/(\/dev\/\S+)\r\npid=(\d+)\r\n[^]*SECRET: /);
    return { tty: tty!, pid: Number(pid) };
  }

  /** Waits until the program has ended. @returns What it said behind the question, and its code. */
  async ended(): Promise<{ said: string; code: number }> {
    const [, said, code, modes] = await this.output.until(
      /SECRET: ([^]*)code=(\d+)\r\n([^]*)done\r\n/,
    );
    assert.match(modes!, RESTORED);
    return { said: said!.trim(), code: Number(code) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A test that has failed has not answered yet.
    await this.#typed.write(Uint8Array.of(3)).catch(() => {});
    await this.#typed.close().catch(() => {});
    await this.output.rest();
    await this.#process.status;
  }
}

async function echoes(tty: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("stty", { args: ["-F", tty, "-a"] }).output();
  return RESTORED.test(new TextDecoder().decode(stdout));
}

/** Waits until a process is stopped; only its parent is told, so this asks the system. */
async function stopped(pid: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!/\) T /.test(await Deno.readTextFile(`/proc/${pid}/stat`))) {
    assert(performance.now() < deadline, "the process does not stop");
  }
}

const ignore = Deno.build.os !== "linux" || !await hasScript();

const KEYS: readonly [name: string, keys: (string | number)[], secret: string][] = [
  ["Backspace takes a character, of any length", ["hemå😀\x7f\b\x7f", "m\r"], "hem"],
  ["Ctrl-U takes all", ["wrong one\x15", "right\r"], "right"],
  ["Ctrl-W takes a word and the blanks behind it", ["two words  \x17", "more\r"], "two more"],
  ["arrows, Home, Delete and F1 do nothing", ["a\x1b[A\x1b[D\x1bOHb\x1b[3~\x1bOPc\r"], "abc"],
  ["other control keys do nothing", ["a\x01\x05\x0b\x0c\x16\x18b\t\r"], "ab"],
  ["Ctrl-D does nothing behind text", ["a\x04b\r"], "ab"],
  ["a line feed ends it as well", ["a\n"], "a"],
];

for (const [name, keys, secret] of KEYS) {
  Deno.test({
    name: `at the prompt: ${name}`,
    ignore,
    fn: async () => {
      await using asking = new Asking();
      await asking.asked();
      await asking.type(...keys);
      assert.deepEqual(await asking.ended(), { said: JSON.stringify(secret), code: 0 });
    },
  });
}

const GIVEN_UP: readonly [name: string, keys: (string | number)[], code: number][] = [
  ["Ctrl-C", ["hem\x03"], 130],
  ["Ctrl-\\", ["hem\x1c"], 131],
  ["Ctrl-D on an empty line", ["\x04"], 1],
  ["bytes that are not UTF-8", ["hem", 0xe4, "lig\r"], 1],
];

for (const [name, keys, code] of GIVEN_UP) {
  Deno.test({
    name: `at the prompt: ${name} gives up, with the terminal as it was and nothing shown`,
    ignore,
    fn: async () => {
      await using asking = new Asking();
      await asking.asked();
      await asking.type(...keys);
      const ended = await asking.ended();
      assert.equal(ended.code, code, ended.said);
      assert.doesNotMatch(ended.said, /hem|lig\b/);
    },
  });
}

for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const) {
  Deno.test({
    name: `at the prompt: ${signal} leaves the terminal as it was`,
    ignore,
    fn: async () => {
      await using asking = new Asking();
      const { tty, pid } = await asking.asked();
      assert.equal(await echoes(tty), false);
      Deno.kill(pid, signal);
      assert.equal((await asking.ended()).code, code);
    },
  });
}

Deno.test({
  name: "at the prompt: a stopped program gives the terminal back and takes it again",
  ignore,
  fn: async () => {
    await using asking = new Asking();
    const { tty, pid } = await asking.asked();
    await asking.type("hem");
    Deno.kill(pid, "SIGTSTP");
    await stopped(pid);
    assert.equal(await echoes(tty), true);
    Deno.kill(pid, "SIGCONT");
    // What arrives after the stop is shown, by the terminal.
    await asking.output.until(/SECRET: (hem)?\r\n[^]*SECRET: /);
    assert.equal(await echoes(tty), false);
    await asking.type("lig\r");
    assert.match((await asking.ended()).said, /"hemlig"$/);
  },
});
