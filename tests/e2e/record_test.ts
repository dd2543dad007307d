/** `listen --record`, with clients that log in. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { AnsiScreen } from "../support/ansi_screen.ts";
import { playCast } from "../support/cast.ts";
import { LARGE, largePixels } from "../support/large_picture.ts";
import { Listening, type TestSource } from "../support/listening.ts";

/** Different pixels for each place and seed. */
function pixels(width: number, height: number, seed: number): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < rgba.length; at++) rgba[at] = at % 4 === 3 ? 255 : at * 7 + seed;
  return rgba;
}

/** The folders of the clients in order of arrival. */
function recordings(listening: Listening): string[] {
  const root = `${listening.directory}/rec`;
  return [...Deno.readDirSync(root)].map(({ name }) => `${root}/${name}`).sort();
}

function lines(path: string): Record<string, unknown>[] {
  const text = Deno.readTextFileSync(path);
  assert(text.endsWith("\n"), `${path} ends with a whole line`);
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** The size of a file, or of all files in a folder. */
function sizeOf(path: string): number {
  const { isFile, size } = Deno.statSync(path);
  if (isFile) return size;
  return [...Deno.readDirSync(path)].reduce((sum, { name }) => sum + sizeOf(`${path}/${name}`), 0);
}

/** The client's number from `client.json`. */
function idOf(folder: string): string {
  return String(lines(`${folder}/client.json`)[0]!.source);
}

function screenOf(folder: string): string[] {
  const screen = new AnsiScreen(1, 1);
  playCast(screen, Deno.readTextFileSync(`${folder}/${idOf(folder)}.cast`));
  return Array.from({ length: screen.rows }, (_, row) => screen.line(row));
}

async function showSome(text: TestSource, picture: TestSource): Promise<void> {
  await text.showText("one ", "two ");
  await text.showText("one ", "2wo ");
  await picture.showPixels(5, 3, pixels(5, 3, 1));
  await picture.showPixels(5, 3, pixels(5, 3, 2));
  await text.showText("bigger  ", "screen  ", "now     ");
}

Deno.test("Ctrl-C leaves the last large picture on disk, in the recording and as a snapshot", async () => {
  await using listening = await Listening.start(
    "--record",
    "DIR/rec",
    "--snapshot",
    "DIR/pictures",
  );
  const client = await listening.connect("picture", "application");
  const { width, height } = LARGE;
  await client.showPixels(width, height, largePixels(1));
  await client.showPixels(width, height, largePixels(2));
  assert.equal(await listening.stop(), 0);
  const [folder] = recordings(listening);
  const { file } = lines(`${folder}/2/index.jsonl`).at(-1)!;
  for (const path of [`${folder}/2/${file}`, `${listening.directory}/pictures/2.png`]) {
    const { data } = PNG.sync.read(Buffer.from(Deno.readFileSync(path)));
    assert.equal(Buffer.compare(data, largePixels(2)), 0, path);
  }
});

Deno.test("clients are recorded up to Ctrl-C, text as asciicast and pixels as PNG files", async () => {
  await using listening = await Listening.start("--record", "DIR/rec", "--record-fps", "1000");
  const text = await listening.connect("a ../../title");
  const picture = await listening.connect("picture", "application");
  await showSome(text, picture);
  assert.equal(await listening.stop(), 0);
  const [first, second] = recordings(listening);

  assert.match(first!, /\/rec\/\d{8}T\d{6}Z-2-[0-9a-f]{4}(-[0-9a-f]{4}){4}$/);
  assert.deepEqual(screenOf(first!), ["bigger  ", "screen  ", "now     "]);
  assert.deepEqual(lines(`${first}/2.cast`)[0]!.title, "a ../../title");
  const events = lines(`${first}/events.jsonl`).map(({ kind }) => kind);
  assert.deepEqual([events[0], events.at(-1)], ["registered", "terminated"]);
  assert.equal(events.includes("frame"), false);

  const index = lines(`${second}/3/index.jsonl`);
  assert.deepEqual(index.map(({ file }) => file), ["000001.png", "000002.png"]);
  for (const [at, { file }] of index.entries()) {
    const image = PNG.sync.read(Buffer.from(Deno.readFileSync(`${second}/3/${file}`)));
    assert.deepEqual(new Uint8Array(image.data), pixels(5, 3, at + 1));
  }
  if (Deno.build.os !== "windows") {
    const mode = (path: string) => Deno.statSync(path).mode! & 0o777;
    assert.deepEqual(
      [first!, `${second}/3`, `${first}/2.cast`, `${second}/3/000001.png`].map(mode),
      [0o700, 0o700, 0o600, 0o600],
    );
  }
  const log = await listening.err.rest();
  assert.equal(log.match(/info recording-started/g)?.length, 2);
  assert.doesNotMatch(log, /recording-stopped/);
});

Deno.test("recordings are readable after kill -9", async () => {
  await using listening = await Listening.start("--record", "DIR/rec", "--record-fps", "1000");
  const text = await listening.connect("text");
  const picture = await listening.connect("picture", "application");
  await showSome(text, picture);
  for (let i = 0; i < 50; i++) await text.showText(`line ${i} `.padEnd(80, "x"));
  await picture.showPixels(300, 300, pixels(300, 300, 3));
  assert.equal(await listening.stop("SIGKILL"), 137);
  const [first, second] = recordings(listening);
  screenOf(first!);
  for (const folder of [first!, second!]) lines(`${folder}/events.jsonl`);
  const files = [...Deno.readDirSync(`${second}/3`)].map(({ name }) => name);
  for (const name of files.filter((name) => name.endsWith(".png"))) {
    PNG.sync.read(Buffer.from(Deno.readFileSync(`${second}/3/${name}`)));
  }
  for (const { file } of lines(`${second}/3/index.jsonl`)) assert(files.includes(String(file)));
});

Deno.test("a deleted folder ends its recording with one log line, and nothing else", async () => {
  await using listening = await Listening.start("--record", "DIR/rec", "--record-fps", "1000");
  const picture = await listening.connect("picture", "application");
  const other = await listening.connect("other");
  await picture.showPixels(5, 3, pixels(5, 3, 1));
  const [folder] = recordings(listening);
  await listening.out.until(/client 2 resized/);
  await Deno.remove(folder!, { recursive: true });
  for (let seed = 2; seed < 5; seed++) await picture.showPixels(5, 3, pixels(5, 3, seed));
  await listening.err.until(
    /warn recording-stopped source=2 reason=write-failed detail="[^"]+" path=/,
  );
  picture.ident("still here");
  await listening.out.until(/client 2 ident "still here"/);
  await other.showText("unharmed");
  assert.equal(await listening.stop(), 0);
  assert.equal((await listening.err.rest()).match(/recording-stopped/g)?.length, 1);
  assert.deepEqual(screenOf(recordings(listening)[0]!), ["unharmed"]);
});

Deno.test({
  name: "a full disk ends a recording with one log line, and nothing else",
  // A limit of the file size acts like a full disk: a write ends in the middle.
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const limit = "trap '' XFSZ; ulimit -f 32";
    await using listening = await Listening.startAfter(limit, "--record", "DIR/rec");
    const text = await listening.connect("text");
    const other = await listening.connect("other");
    const width = 200;
    for (let i = 0; !listening.err.text.includes("recording-stopped"); i++) {
      assert(i < 1000, "the limit has no effect");
      await text.showText(`line ${i} `.padEnd(width, String.fromCharCode(97 + i % 26)));
    }
    await listening.err.until(
      /warn recording-stopped source=2 reason=write-failed detail="File too large[^"]*" path=/,
    );
    await text.showText("still here");
    await other.showText("unharmed");
    assert.equal(await listening.stop(), 0);
    assert.equal((await listening.err.rest()).match(/recording-stopped/g)?.length, 1);
    const [first, second] = recordings(listening);
    const cast = Deno.statSync(`${first}/2.cast`).size;
    assert(cast > 8_000 && cast <= 32_768, `${cast} bytes`);
    // The part of a line was removed again, so that the recording plays.
    assert.match(screenOf(first!)[0]!, /^line \d+ /);
    lines(`${first}/events.jsonl`);
    assert.deepEqual(screenOf(second!), ["unharmed"]);
  },
});

Deno.test("a recording ends at its size limit, the client goes on", async () => {
  await using listening = await Listening.start("--record", "DIR/rec", "--record-max-bytes", "2K");
  const text = await listening.connect("text");
  for (let i = 0; i < 40; i++) await text.showText(`line ${i} `.padEnd(60, "x"));
  await listening.err.until(
    /recording-stopped source=2 reason=max-bytes detail="the limit is 2048 bytes"/,
  );
  text.ident("still here");
  await listening.out.until(/client 2 ident/);
  const [folder] = recordings(listening);
  screenOf(folder!);
  const size = sizeOf(folder!);
  assert(size <= 2048, `${size} bytes`);
});

Deno.test({
  name: "the oldest recordings and pictures are deleted when all together exceed the limit",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const flags = ["--record", "DIR/rec", "--snapshot", "DIR/rec", "--record-keep", "2K,30d"];
    await using listening = await Listening.start(...flags);
    const stays = await listening.connect("stays");
    await stays.showText("still here");
    const count = 8;
    for (let number = 0; number < count; number++) {
      const client = await listening.connect(`client ${number}`);
      await client.showText(`number ${number}`);
      await client.close();
    }
    await listening.err.until(/info recording-deleted path=\S+-3-\S+ bytes=\d+ reason=max-bytes/);
    const isKept = (path: string) => /Z-2-[^/]*$/.test(path);
    assert.equal(recordings(listening).some(isKept), true, "it is still being written");
    assert.equal(await listening.stop(), 0);
    const deleted = (await listening.err.rest()).match(/(recording|snapshot)-deleted/g)!.length;
    const left = recordings(listening);
    assert.equal(deleted + left.length, 2 * (count + 1));
    const size = left.reduce((sum, path) => sum + sizeOf(path), 0);
    assert(size > 0 && size <= 2048, `${size} bytes`);
  },
});

Deno.test({
  name: "--record-keep refuses a directory where others could replace folders by links",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const directory = await Deno.makeTempDir();
    try {
      await Deno.chmod(directory, 0o777);
      const flags = ["--record", directory, "--record-keep", "1G"];
      await using refused = await Listening.start(...flags);
      assert.equal((await refused.process.status).code, 2);
      assert.match(
        await refused.err.rest(),
        /^error: --record-keep deletes nothing in .*chmod \+t\)$/m,
      );
      await Deno.chmod(directory, 0o1777);
      await using listening = await Listening.start(...flags);
      await listening.err.until(/listening on/);
      assert.equal(await listening.stop(), 0);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test("--record-keep alone is refused", async () => {
  await using listening = await Listening.start("--record-keep", "1G");
  assert.equal((await listening.process.status).code, 2);
  assert.match(
    await listening.err.rest(),
    /^error: --record-keep .* needs --record DIR or --snapshot DIR$/m,
  );
});

Deno.test("a directory that is not writable is an error at the start", async () => {
  await using listening = await Listening.start("--record", "/dev/null/rec");
  assert.equal((await listening.process.status).code, 2);
  assert.match(
    await listening.err.rest(),
    /^error: --record cannot write to \/dev\/null\/rec: .*\n$/m,
  );
});

for (const flag of ["--record-max-bytes", "--record-max-seconds", "--record-fps"]) {
  Deno.test(`${flag} alone is refused`, async () => {
    await using listening = await Listening.start(flag, "5");
    assert.equal((await listening.process.status).code, 2);
    assert.match(
      await listening.err.rest(),
      new RegExp(`^error: ${flag} limits a recording: it needs --record DIR$`, "m"),
    );
  });
}

for (
  const [flag, value] of [
    ["--record-max-bytes", "lots"],
    ["--record-max-bytes", "0"],
    ["--record-max-seconds", "-1"],
    ["--record-fps", "0"],
  ]
) {
  Deno.test(`${flag} ${value} is refused`, async () => {
    await using listening = await Listening.start(flag!, value!);
    assert.equal((await listening.process.status).code, 2);
    assert.match(
      await listening.err.rest(),
      new RegExp(`^error: option '${flag} .* is invalid\\. It must be `),
    );
  });
}
