/**
 * The real thing: unmodified clients of the reference against our listener. Each test runs where its
 * programs are on the `PATH`; everywhere else the recorded session of the conformance tests stands in.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { blake3 } from "@noble/hashes/blake3.js";
import { PNG } from "pngjs";
import type { ListenHandler, Source } from "../../lib/mod.ts";
import { Recorder, silentLogger, snapshot } from "../../lib/mod.ts";
import {
  ARCAN_NET,
  FrameWatch,
  PIXEL,
  Reference,
  type Run,
  TERMINAL,
} from "../support/reference.ts";
import { assertReplays, replay } from "../support/xterm.ts";

const noTerminal = ARCAN_NET === undefined || TERMINAL === undefined;
const noPixel = ARCAN_NET === undefined || PIXEL === undefined;

/** A shell in the terminal, which says when it is ready. */
function shell(script = "echo ready; exec /bin/sh"): Pick<Run, "command" | "env"> {
  const env = { ARCAN_TERMINAL_EXEC: script, PS1: "$ ", ENV: "", LC_ALL: "C.UTF-8" };
  return { command: [TERMINAL!], env };
}

/** One client that is watched, and the kinds of its records but frames. */
class Client {
  readonly kinds: string[] = [];
  readonly watch = new FrameWatch();
  /** Is told in the preroll, before the client may draw. */
  onPreroll: (client: Source) => void = () => {};
  /** Is asked for a subsegment; refuses it by doing nothing. */
  onRequest: (client: Source) => void = () => {};
  /** Is told of every frame. */
  onFrame: (client: Source) => void = () => {};
  readonly ended = Promise.withResolvers<void>();
  source: Source | undefined;

  readonly handler: ListenHandler = (source, status) => {
    if (status.kind !== "segment_request") return;
    this.source = source.acceptTarget((client, { kind }) => {
      if (kind === "preroll") {
        client.targetVerbose();
        this.onPreroll(client);
      }
      if (kind === "segment_request") this.onRequest(client);
      if (kind === "frame") {
        this.onFrame(client);
        this.watch.changed(client);
      } else this.kinds.push(kind);
      if (kind === "terminated") this.ended.resolve();
    });
  };

  /** Ends it, as a handler does, and waits until it has. */
  async end(reference: Reference): Promise<void> {
    this.source!.deleteImage();
    await this.ended.promise;
    await reference.ended();
    assert.equal(this.kinds.filter((kind) => kind === "terminated").length, 1);
    assert.equal(this.kinds.at(-1), "terminated");
    assert.deepEqual(this.kinds.slice(0, 3), ["registered", "preroll", "privdrop"]);
  }
}

const RUNS: readonly Omit<Run, "command">[] = [
  { mode: "ephemeral", store: "arcan-net" },
  { mode: "direct", store: "arcan-net" },
  { mode: "ephemeral", store: "arcan-net", secret: "correct horse" },
  { mode: "direct", store: "arcan-net", secret: "correct horse" },
  { mode: "ephemeral", store: "ours" },
];

for (const run of RUNS) {
  const secret = run.secret === undefined ? "default" : "own";
  Deno.test({
    name: `reference terminal: ${run.mode} mode, ${secret} secret, keystore of ${run.store}`,
    ignore: noTerminal,
    fn: async () => {
      const client = new Client();
      await using reference = await Reference.start({ ...shell(), ...run }, client.handler);
      await client.watch.untilText(/ready/);
      client.source!.typeText("echo typed-$((40+2))\n");
      await client.watch.untilText(/^typed-42$/m);
      client.source!.targetDisplayhint(800, 480);
      await client.watch.until(({ surface }) => surface.width === 800 && surface.height === 480);
      assert.match(client.source!.text(), /^typed-42$/m, "it keeps its text when it is resized");
      await client.end(reference);
    },
  });
}

Deno.test({
  name: "reference terminal: typed into, resized, recorded; the asciicast replays to its screen",
  ignore: noTerminal,
  fn: async () => {
    const directory = await Deno.makeTempDir();
    const client = new Client();
    const recorder = new Recorder({ directory, log: silentLogger });
    const observers = [recorder.observer];
    let last: Source["surface"]["grid"];
    client.onFrame = ({ surface }) => last = surface.grid?.clone();
    {
      await using reference = await Reference.start(shell(), client.handler, { observers });
      await client.watch.untilText(/ready/);
      const source = client.source!;
      source.typeText("printf 'a\\033[1;31mred\\033[0m \\346\\274\\242\\345\\255\\227|\\n'\n");
      await client.watch.untilText(/^ared 漢字\|$/m);
      source.paste("echo pasted åäö");
      source.pressKey("backspace");
      source.pressKey("return");
      await client.watch.untilText(/^pasted åä$/m);
      source.typeText("i=0; while [ $i -lt 60 ]; do echo line $i; i=$((i+1)); done\n");
      await client.watch.untilText(/^line 59$/m);
      source.targetDisplayhint(800, 480);
      await client.watch.until(({ surface }) => surface.width === 800);
      source.typeText("stty size; printf '\\033[7mdone\\033[0m'\n");
      await client.watch.untilText(/^30 100\ndone\$$/m);
      await client.end(reference);
    }
    assert(last !== undefined);
    const [folder] = [...Deno.readDirSync(directory)].map(({ name }) => `${directory}/${name}`);
    const files = [...Deno.readDirSync(folder!)].map(({ name }) => name);
    const cast = files.find((name) => name.endsWith(".cast"))!;
    const screen = await replay(await Deno.readTextFile(`${folder}/${cast}`));
    assert.deepEqual([screen.cols, screen.rows], [100, 30]);
    assertReplays(screen, last);
    await Deno.remove(directory, { recursive: true });
  },
});

/** A font that many machines have; the terminal says on standard error that it opens one. */
const FONT = ["DejaVuSansMono.ttf", "DejaVuSans.ttf"]
  .map((name) => `/usr/share/fonts/truetype/dejavu/${name}`)
  .find(isFile);

Deno.test({
  name: "reference terminal: a font that is sent in the preroll is opened",
  ignore: noTerminal || FONT === undefined,
  fn: async () => {
    const font = await Deno.readFile(FONT!);
    const client = new Client();
    const sent = Promise.withResolvers<string>();
    client.onPreroll = (source) => source.targetFonthint(6, -1, { font, onEnd: sent.resolve });
    const reference = await Reference.start(shell(), client.handler);
    {
      await using _ = reference;
      assert.equal(await sent.promise, "completed");
      await client.watch.untilText(/ready/);
      await client.end(reference);
    }
    assert.match(await reference.stderr, /open_font::probe\(\d+, \d+\)/);
  },
});

/** What the client of pixels says about each frame that it draws. */
const DRAWN = /frame n=\d+ size=(\d+)x(\d+) rgb_blake3=([0-9a-f]{64})/g;

/** The pixels as the client of pixels counts them: triplets without opacity. */
function rgbHash(rgba: Uint8Array): string {
  const rgb = new Uint8Array(rgba.length / 4 * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb.set(rgba.subarray(from, from + 3), to);
    to += 3;
  }
  return blake3(rgb).toHex();
}

function pngHash(file: Uint8Array): string {
  return rgbHash(PNG.sync.read(Buffer.from(file)).data);
}

for (const [what, ...flags] of [["whole pictures"], ["changed regions", "-d"]]) {
  Deno.test({
    name: `reference client of pixels: frames, recording and snapshot are what it drew, ${what}`,
    ignore: noPixel,
    fn: async () => {
      const frames = 5;
      const directory = await Deno.makeTempDir();
      const client = new Client();
      // The rest of the thread's time is not the recorder's: pictures come as fast as they are taken.
      const recorder = new Recorder({ directory, log: silentLogger, maxFps: 1000 });
      const observers = [recorder.observer];
      const shown: string[] = [];
      client.onFrame = ({ surface }) => shown.push(rgbHash(surface.rgba()!));
      const command = [PIXEL!, "-v", "-n", `${frames}`, "-f", "10", ...flags] as const;
      const reference = await Reference.start({ command }, client.handler, { observers });
      let last: ReturnType<typeof snapshot>;
      {
        await using _ = reference;
        await client.watch.until(() => shown.length === frames);
        last = snapshot(client.source!);
        await client.end(reference);
      }
      const drawn = [...(await reference.stderr).matchAll(DRAWN)].map(([, , , hash]) => hash!);
      assert.equal(drawn.length, frames);
      assert.deepEqual(shown, drawn, "each frame is what was drawn");
      assert(last?.kind === "png");
      assert.equal(pngHash(last.bytes), drawn.at(-1), "the snapshot is the last frame");

      const [folder] = [...Deno.readDirSync(directory)].map(({ name }) => `${directory}/${name}`);
      const [segment] = [...Deno.readDirSync(folder!)].filter((entry) => entry.isDirectory);
      const pictures = `${folder}/${segment!.name}`;
      const index = (await Deno.readTextFile(`${pictures}/index.jsonl`)).trimEnd().split("\n")
        .map((line) => JSON.parse(line));
      const recorded: string[] = [];
      for (const { file, width, height } of index) {
        assert.deepEqual([width, height], [320, 200]);
        recorded.push(pngHash(await Deno.readFile(`${pictures}/${file}`)));
      }
      assert.equal(recorded.at(-1), drawn.at(-1), "the last picture is the last frame");
      // A busy machine may leave pictures out, but invents none and keeps their order.
      const places = recorded.map((hash) => drawn.indexOf(hash));
      assert.deepEqual(places, [...new Set(places)].sort((a, b) => a - b));
      assert(!places.includes(-1), "each picture is a frame");
      await Deno.remove(directory, { recursive: true });
    },
  });
}

Deno.test({
  name: "reference client of pixels: a font, a file and a state arrive as they were sent",
  ignore: noPixel,
  fn: async () => {
    const bytes = (length: number) => {
      const content = new Uint8Array(length);
      for (let at = 0; at < length; at++) content[at] = Math.imul(at, 2654435761) >>> 24;
      return content;
    };
    const [font, file, state] = [bytes(300_001), bytes(70_000), bytes(1)];
    const client = new Client();
    const ends: string[] = [];
    const done = Promise.withResolvers<void>();
    const onEnd = (state: string) => {
      ends.push(state);
      if (ends.length === 3) done.resolve();
    };
    const reference = await Reference.start({ command: [PIXEL!, "-n", "1"] }, client.handler);
    {
      await using _ = reference;
      await client.watch.until(() => true);
      assert(client.source!.targetFonthint(4.5, 2, { font, onEnd }));
      assert(client.source!.openNonblock(file, { onEnd, compress: false }));
      assert(client.source!.restoreTarget(state, { onEnd }));
      await done.promise;
      assert.deepEqual(ends, ["completed", "completed", "completed"]);
      await client.end(reference);
    }
    const said = await reference.stderr;
    // A real source makes the hint of the file by itself.
    assert.match(said, /fonthint fd=-1 has_fd=0 size_mm=4\.50* hinting=2 append=0/);
    assert.match(said, /fonthint fd=\d+ has_fd=1 size_mm=4\.50* hinting=-1 append=0/);
    for (
      const [kind, content] of [["FONTHINT", font], ["BCHUNK_IN", file], [
        "RESTORE",
        state,
      ]] as const
    ) {
      const hash = blake3(content).toHex();
      assert.match(
        said,
        new RegExp(`fd kind=${kind} type=file size=${content.length} end=eof blake3=${hash}`),
      );
    }
  },
});

/** Verbs, and what the reference's own library says of the events that they send. */
const VERBS: readonly [call: (source: Source) => unknown, ...said: string[]][] = [
  [
    (source) => source.messageTarget("é".repeat(50)),
    `TGT:MESSAGE(continued: 1, message: ${"é".repeat(38)})`,
    `TGT:MESSAGE(continued: 0, message: ${"é".repeat(12)})`,
  ],
  [(source) => source.targetFramemode("automatic"), "TGT:FRAMESKIP(0)"],
  [(source) => source.targetCoreopt(3, "value"), "TGT:COREOPT(3=value)"],
  [(source) => source.targetAnchorhint({ x: 1, y: 2, z: 3 }), "TGT:ANCHORHINT(relxyz=1,2,3:sref=0"],
  [
    (source) => source.targetDisplayhint(300, 200, ["unfocused"], { ppcm: 40 }),
    "TGT:DISPLAYHINT(300*200, ppcm: 40.000000, flags: unfocus ",
  ],
  [
    (source) => source.targetGraphmode("cursor", 90, 0, 7),
    "TGT:GRAPHMODE(group: 6, value: 90, 0, 7)",
  ],
  [(source) => source.resetTarget(), "TGT:RESET(soft)"],
  [(source) => source.wheel(1), "wheel-down:pressed", "wheel-down:released"],
  [
    (source) => source.clickMouse("left", 20, 10),
    "0] act: yes, rel: no, v(2){20, 20, 0, 0}",
    "1] act: yes, rel: no, v(2){10, 10, 0, 0}",
    "left:pressed",
    "left:released",
  ],
  [
    (source) => source.targetAlloc("debug", () => {}),
    "TGT:NEWSEGMENT(cookie:0, direction: write, type: 255)",
  ],
];

Deno.test({
  name: "reference client of pixels: verbs arrive as what they are, its request is granted",
  ignore: noPixel,
  fn: async () => {
    const client = new Client();
    client.onRequest = (source) => source.acceptTarget(() => {});
    const command = [PIXEL!, "-n", "1", "-s"] as const;
    const reference = await Reference.start({ command }, client.handler);
    {
      await using _ = reference;
      await client.watch.until(() => true);
      for (const [call] of VERBS) assert.notEqual(call(client.source!), false);
      await client.end(reference);
    }
    const said = await reference.stderr;
    assert.match(said, /TGT:NEWSEGMENT\(cookie:4242, direction: write, type: 16\)/);
    let at = 0;
    for (const line of VERBS.flatMap(([, ...lines]) => lines)) {
      at = said.indexOf(line, at);
      assert(at >= 0, `${line} in ${said}`);
    }
  },
});

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
