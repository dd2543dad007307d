/**
 * The real thing: unmodified `arcan-net` and `afsrv_terminal` against our listener. Runs where both
 * are installed; everywhere else the recorded session of the conformance tests stands in.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Keystore, parsePublicKey, publicKeyOf } from "../../keystore/mod.ts";
import type { Source, Status } from "../../lib/mod.ts";
import { netListen, silentLogger } from "../../lib/mod.ts";

const TERMINAL = which("afsrv_terminal");
const ignore = which("arcan-net") === undefined || TERMINAL === undefined;
/** A real client that hangs, as those of 2025 sometimes do, must not hold the tests up. */
const DEADLINE_MS = 30_000;

interface Run {
  readonly mode: "ephemeral" | "direct";
  readonly secret?: string;
  /** Who wrote the client's keystore; by ours the client knows the listener's key and insists on it. */
  readonly store: "arcan-net" | "ours";
}

const RUNS: readonly Run[] = [
  { mode: "ephemeral", store: "arcan-net" },
  { mode: "direct", store: "arcan-net" },
  { mode: "ephemeral", store: "arcan-net", secret: "correct horse" },
  { mode: "direct", store: "arcan-net", secret: "correct horse" },
  { mode: "ephemeral", store: "ours" },
];

for (const run of RUNS) {
  const secret = run.secret === undefined ? "default" : "own";
  const name = `reference terminal: ${run.mode} mode, ${secret} secret, keystore of ${run.store}`;
  Deno.test({ name, ignore, fn: () => session(run) });
}

async function session(run: Run): Promise<void> {
  const ours = await Deno.makeTempDir();
  const theirs = await Deno.makeTempDir();
  const kinds: string[] = [];
  let terminal: Source | undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const watch = new ScreenWatch();
  const keystore = await Keystore.open(ours);
  const listener = netListen("demo", "127.0.0.1", 0, (source, status) => {
    if (status.kind !== "segment_request") return;
    terminal = source.acceptTarget((client: Source, status: Status) => {
      if (status.kind === "preroll") client.targetVerbose();
      if (status.kind === "frame") watch.changed(client);
      else kinds.push(status.kind);
      if (status.kind === "terminated") end();
    });
  }, { keystore, log: silentLogger });
  if (run.secret !== undefined) listener.targetInput(`0:${run.secret}`);

  await keystore.add(["demo"], await makeClientKey(theirs, run, listener.address.port, keystore));

  const child = spawnTerminal(theirs, run);
  const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  try {
    await watch.until((text) => text.includes("ready"));
    typeLine(terminal!, "echo typed-$((40+2))");
    await watch.until((text) => /^typed-42$/m.test(text));
    terminal!.targetDisplayhint(800, 480);
    await watch.until(() => terminal!.surface.width === 800 && terminal!.surface.height === 480);
    assert.match(terminal!.text(), /^typed-42$/m, "the screen keeps its text when it is resized");
    terminal!.deleteImage();
    await ended;
    await child.status;
    assert.equal(kinds.filter((kind) => kind === "terminated").length, 1);
    assert.equal(kinds.at(-1), "terminated");
    assert.deepEqual(kinds.slice(0, 3), ["registered", "preroll", "privdrop"]);
  } finally {
    clearTimeout(deadline);
    listener.abort();
    await listener.finished();
    await Deno.remove(ours, { recursive: true });
    await Deno.remove(theirs, { recursive: true });
  }
}

/** Waits for the screen to look right, frame by frame. */
class ScreenWatch {
  #text = "";
  #check: (() => void) | undefined;

  changed(source: Source): void {
    this.#text = source.text();
    this.#check?.();
  }

  until(isRight: (text: string) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const deadline = setTimeout(
      () => reject(new Error(`the screen never came to be right:\n${this.#text}`)),
      DEADLINE_MS,
    );
    this.#check = () => {
      if (!isRight(this.#text)) return;
      this.#check = undefined;
      clearTimeout(deadline);
      resolve();
    };
    this.#check();
    return promise;
  }
}

/** Makes the client's keystore; returns the public key that the listener must accept. */
async function makeClientKey(
  statePath: string,
  { store }: Run,
  port: number,
  ours: Keystore,
): Promise<Uint8Array> {
  if (store === "ours") {
    const keystore = await Keystore.open(`${statePath}/a12`);
    await keystore.add(["outbound-ref"], publicKeyOf(ours.identity()));
    return (await keystore.addHost("ref", "127.0.0.1", port)).publicKey;
  }
  const shown = await arcanNet(statePath, ["keystore", "ref", "127.0.0.1", `${port}`]);
  return parsePublicKey(/[A-Za-z0-9+/]{43}=/.exec(shown)![0]);
}

function typeLine(source: Source, line: string): void {
  for (const utf8 of line) {
    source.targetInput({ kind: "digital", translated: true, utf8, active: true });
  }
  source.targetInput({ kind: "digital", translated: true, keysym: 13, active: true });
}

function spawnTerminal(statePath: string, { mode, secret, store }: Run): Deno.ChildProcess {
  const options = ["-r", "1", "-X"];
  if (store === "arcan-net") options.push("--soft-auth");
  if (mode === "direct") options.push("--no-ephem-rt");
  if (secret !== undefined) options.push("-a");
  const child = new Deno.Command("arcan-net", {
    args: [...options, "ref@", "--", TERMINAL!],
    env: {
      ARCAN_STATEPATH: statePath,
      ARCAN_TERMINAL_EXEC: "echo ready; exec /bin/sh",
      PS1: "$ ",
      ENV: "",
    },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  void feed(child, secret === undefined ? "" : `${secret}\n`);
  return child;
}

async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  if (text !== "") await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

async function arcanNet(statePath: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("arcan-net", {
    args,
    env: { ARCAN_STATEPATH: statePath },
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

function which(program: string): string | undefined {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if (Deno.statSync(`${directory}/${program}`).isFile) return `${directory}/${program}`;
    } catch {
      // Not there: the next one.
    }
  }
  return undefined;
}
