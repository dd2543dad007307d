// Frames without commit must appear in no snapshot, recording or view.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import { Recorder } from "../../../lib/handlers/record/recorder.ts";
import { Snapshots } from "../../../lib/handlers/pictures/snapshot_files.ts";
import { Viewer } from "../../../lib/handlers/view/viewer.ts";
import { silentLogger } from "../../../lib/log.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { AnsiScreen } from "../../support/ansi_screen.ts";
import { playCast } from "../../support/cast.ts";
import { inDirectory } from "../../support/directory.ts";
import { FakeClient } from "../../support/fake_client.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { compressedFrame, frameHeader, tpackFrame } from "../decoders/frames.ts";

const [WIDTH, HEIGHT] = [4, 2];
const SHOWN = 10;
const UNSEEN = 200;

type Frame = { header: FrameHeader; payload: Uint8Array };

const SIZE = { surfaceWidth: WIDTH, surfaceHeight: HEIGHT, commit: false };
const REGION = { x: 1, y: 0, width: 2, height: 1 };

/** Whole and partial frames of each format, absolute and as a difference. */
const UNSEEN_PIXELS: readonly [name: string, Frame][] = [
  ["raw", raw({})],
  ["raw in part", raw(REGION)],
  ["zstd", zstd(WIDTH * HEIGHT, {})],
  ["zstd in part", zstd(2, REGION)],
  ["zstd difference", zstd(WIDTH * HEIGHT, { format: VIDEO_FORMAT.zstdDelta })],
];

const UNSEEN_TEXT: readonly [name: string, Frame][] = [
  ["whole", tpackFrame({ lines: [{ row: 0, cells: "NEVER" }] }, { commit: false })],
  ["of another size", tpackFrame({ lines: [{ row: 3, cells: "NEVER SEEN" }] }, { commit: false })],
  ["difference", tpackFrame({ flags: 2, lines: [{ row: 0, cells: "NEV" }] }, { commit: false })],
];

function raw(fields: Partial<FrameHeader>): Frame {
  const header = frameHeader({ ...SIZE, ...fields });
  return { header, payload: new Uint8Array(header.length).fill(UNSEEN) };
}

function zstd(pixels: number, fields: Partial<FrameHeader>): Frame {
  return compressedFrame(new Uint8Array(pixels * 3).fill(UNSEEN), { ...SIZE, ...fields });
}

function showPixels(client: FakeClient): void | Promise<void> {
  const rgba = new Uint8Array(WIDTH * HEIGHT * 4).fill(SHOWN);
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255;
  return client.showPixels(WIDTH, HEIGHT, rgba);
}

function assertShown(png: Uint8Array): void {
  const { data } = PNG.sync.read(Buffer.from(png));
  const colors = new Set([...data].filter((_, at) => at % 4 !== 3));
  assert.deepEqual([...colors], [SHOWN]);
}

for (const [name, frame] of UNSEEN_PIXELS) {
  Deno.test(`a snapshot has no pixels without commit: ${name}`, () =>
    inDirectory(async (directory) => {
      const snapshots = new Snapshots(directory, silentLogger);
      const client = new FakeClient(2);
      client.source.targetUpdatehandler(snapshots.observer);
      client.source.targetVerbose();
      await showPixels(client);
      client.takeFrame(frame);
      await snapshots.writeAll();
      assertShown(await Deno.readFile(`${directory}/2.png`));
      client.takeFrame(frame);
      await client.end();
      assertShown(await Deno.readFile(`${directory}/2.png`));
    }));

  Deno.test(`a recording has no pixels without commit: ${name}`, async () => {
    const files = new FakeFiles();
    const log = silentLogger;
    const recorder = new Recorder({ directory: "/rec", log, files, maxFps: 0.001 });
    const client = new FakeClient(2);
    client.source.targetUpdatehandler(recorder.observer);
    client.source.targetVerbose();
    const first = new Uint8Array(WIDTH * HEIGHT * 4).fill(255);
    await client.showPixels(WIDTH, HEIGHT, first);
    // Not due yet: the recorder reads these pixels from the surface at the end.
    await showPixels(client);
    client.takeFrame(frame);
    await client.end();
    const names = [...files.content.keys()].filter((file) => file.endsWith(".png")).sort();
    assert.equal(names.length, 2);
    assertShown(Buffer.from(files.content.get(names[1]!)!, "latin1"));
  });

  Deno.test(`the viewer shows no pixels without commit: ${name}`, { permissions: "none" }, () => {
    const client = new FakeClient(2);
    const viewer = new Viewer({ cols: 20, rows: 4 }, false);
    viewer.add(client.source);
    void showPixels(client);
    viewer.render();
    const before = client.source.surface.rgba();
    client.takeFrame(frame);
    assert.equal(viewer.render(), "", "nothing has changed");
    assert.deepEqual(client.source.surface.rgba(), before);
  });
}

for (const [name, frame] of UNSEEN_TEXT) {
  Deno.test(`text without commit appears nowhere: ${name}`, () =>
    inDirectory(async (directory) => {
      const snapshots = new Snapshots(directory, silentLogger);
      const files = new FakeFiles();
      const recorder = new Recorder({ directory: "/rec", log: silentLogger, files });
      const viewer = new Viewer({ cols: 20, rows: 4 }, false);
      const client = new FakeClient(2);
      client.source.targetUpdatehandler(async (source, status) => {
        await recorder.observer(source, status);
        await snapshots.observer(source, status);
      });
      client.source.targetVerbose();
      viewer.add(client.source);
      await client.showText({ lines: [{ row: 0, cells: "shown" }] });
      viewer.render();
      client.takeFrame(frame);
      assert.equal(viewer.render(), "");
      assert.equal(client.source.text(), "shown");
      await snapshots.writeAll();
      assert.equal(await Deno.readTextFile(`${directory}/2.txt`), "shown\n");
      client.takeFrame(frame);
      await client.end();
      assert.equal(await Deno.readTextFile(`${directory}/2.txt`), "shown\n");
      const screen = new AnsiScreen(1, 1);
      const cast = [...files.content].find(([file]) => file.endsWith("2.cast"))![1];
      playCast(screen, cast);
      assert.equal(screen.line(0), "shown");
    }));
}
