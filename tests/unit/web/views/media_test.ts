/** H.264 and sound on their way to viewers, from a real source over a socket. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { readPictureFormat } from "../../../../lib/decoders/h264/sps.ts";
import { yuv420ToRgba } from "../../../../lib/decoders/h264/yuv420.ts";
import {
  KEY_PICTURE_WAIT_MS,
  MAX_SERIES_UNITS,
  VIEWER_SOUND_BYTES,
  VIEWER_UNITS_AHEAD,
} from "../../../../lib/limits.ts";
import { VIDEO_FLAG } from "../../../../lib/wire/constants.ts";
import { BOTTOM_UP, KEY_PICTURE } from "../../../../lib/web/views/protocol.ts";
import { FakeTimers } from "../../../support/fake_timers.ts";
import { keyUnit, samePicture, sps, testPlanes } from "../../../support/h264.ts";
import { h264Frame } from "../../../support/h264_listening.ts";
import { noisePicture, opaque } from "../../../support/source.ts";
import { Viewer } from "../../../support/viewer.ts";
import { Viewing } from "../../../support/viewing.ts";

const STREAM = { widthBlocks: 2, heightBlocks: 1 } as const;
const KEY = keyUnit(STREAM, testPlanes(STREAM));
/** What the reference makes besides the constrained baseline. */
const HIGH_KEY = keyUnit({ ...STREAM, profile: 100 });

function start(): Promise<Viewing> {
  return Viewing.start("game", { h264: "pass" });
}

async function draw({ source }: Viewing, unit: Uint8Array): Promise<void> {
  await source.client.draw(h264Frame(unit, 32, 16));
  await source.client.allAcknowledged();
}

const untilUnits = (viewer: Viewer, count: number) =>
  viewer.until(() => viewer.units.length >= count, `${count} units, has ${viewer.units.length}`);

function look(viewing: Viewing, h264 = true, mode: "full" | "tile" = "full"): Viewer {
  return viewing.open({ mode }).hello(h264);
}

Deno.test("H.264 goes to viewers untouched, and one that comes in the middle begins with the key picture", async () => {
  await using viewing = await start();
  const units = [HIGH_KEY, samePicture(STREAM, 1), samePicture(STREAM, 2)];
  await draw(viewing, units[0]!);
  const first = look(viewing);
  await draw(viewing, units[1]!);
  const second = look(viewing);
  await draw(viewing, units[2]!);
  for (const viewer of [first, second]) {
    await untilUnits(viewer, 3);
    assert.deepEqual(viewer.units.map(({ data }) => data), units);
    assert.deepEqual(viewer.units.map(({ flags }) => flags), [KEY_PICTURE, 0, 0]);
    assert.deepEqual([viewer.units[0]!.width, viewer.units[0]!.height], [32, 16]);
  }
  assert.equal(viewing.source.cancels, 0);
});

Deno.test("a slow viewer of H.264 gets what it can decode, then the newest key picture", async () => {
  await using viewing = await start();
  const slow = look(viewing);
  slow.acknowledges = false;
  await draw(viewing, KEY);
  await untilUnits(slow, 1);
  for (let i = 1; i <= 2 * VIEWER_UNITS_AHEAD; i++) await draw(viewing, samePicture(STREAM, i));
  await untilUnits(slow, VIEWER_UNITS_AHEAD);
  await draw(viewing, HIGH_KEY);
  const quick = look(viewing);
  await untilUnits(quick, 1);
  assert.equal(slow.units.length, VIEWER_UNITS_AHEAD);
  slow.acknowledge(slow.units[0]!.seq);
  await untilUnits(slow, VIEWER_UNITS_AHEAD + 1);
  assert.deepEqual(slow.units.at(-1)!.data, HIGH_KEY);
});

Deno.test("a small picture of H.264 is made of key pictures alone", async () => {
  await using viewing = await start();
  const tile = look(viewing, true, "tile");
  await draw(viewing, KEY);
  await draw(viewing, samePicture(STREAM, 1));
  await untilUnits(tile, 1);
  await draw(viewing, HIGH_KEY);
  await untilUnits(tile, 2);
  assert.deepEqual(tile.units.map(({ data }) => data), [KEY, HIGH_KEY]);
});

Deno.test("a viewer that does not decode H.264 makes the client send other video, which all see", async () => {
  await using viewing = await start();
  const able = look(viewing);
  await draw(viewing, KEY);
  await untilUnits(able, 1);
  const other = look(viewing, false);
  await viewing.source.until(() => viewing.source.cancels > 0);
  const picture = noisePicture(32, 16);
  await viewing.source.showPixels(32, 16, picture.rgba);
  for (const viewer of [able, other]) await viewer.untilShown(viewing.id, opaque(picture));
  assert.equal(other.units.length, 0);
  await draw(viewing, KEY);
  await viewing.source.until(() => viewing.source.cancels > 1);
  assert.equal(able.units.length, 1, "what comes of H.264 after that is refused");
});

Deno.test("pixels that cover H.264 come whole, and pictures are turned as the client says", async () => {
  await using viewing = await start();
  const viewer = look(viewing);
  const picture = noisePicture(32, 16);
  await viewing.source.showPixels(32, 16, picture.rgba);
  await viewer.untilShown(viewing.id, opaque(picture));
  await viewing.source.client.draw({ ...h264Frame(KEY, 32, 16), flags: VIDEO_FLAG.origoLowerLeft });
  await untilUnits(viewer, 1);
  assert.equal(viewer.units[0]!.flags, KEY_PICTURE | BOTTOM_UP);
  const before = viewer.rectangles.length;
  const rgba = picture.rgba.slice();
  rgba[0]! ^= 0xff;
  await viewing.source.showPixels(32, 16, rgba);
  await viewer.untilShown(viewing.id, opaque({ ...picture, rgba }));
  const [whole] = viewer.rectangles.slice(before);
  assert.deepEqual([whole!.width, whole!.height], [32, 16]);
});

Deno.test("sound goes to viewers, and beyond a bound none that would be late", async () => {
  await using viewing = await start();
  const { bench } = viewing;
  using client = await bench.login();
  const { id } = bench.listener.clients.at(-1)!;
  using viewer = new Viewer();
  viewer.attach(viewing.clients.openView(id, { mode: "full", rights: "look" }, viewer)).hello();
  viewer.acknowledges = false;
  client.session.send({
    command: "audioframe",
    stream: 1,
    channels: 2,
    encoding: 0,
    samples: 4,
    rate: 48_000,
  });
  const send = (packets: number) => {
    const payload = new Uint8Array(VIEWER_SOUND_BYTES / 8);
    new DataView(payload.buffer).setInt16(0, -2, true);
    for (let i = 0; i < packets; i++) client.session.sendData("audio", 0, 0xbacabaca, payload);
    return client.roundTrip(bench);
  };
  await send(12);
  const [first] = viewer.sounds;
  assert.deepEqual([first!.rate, first!.channels, first!.samples[0]], [48_000, 2, -2]);
  const { length } = viewer.sounds;
  assert.equal(length, 8);
  await send(1);
  assert.equal(viewer.sounds.length, length);
  for (const { seq } of viewer.heads) viewer.acknowledge(seq);
  await send(1);
  assert.equal(viewer.sounds.length, length + 1);
});

Deno.test("a viewer that finds no key picture waits for one a while, then the client is asked for other video", async () => {
  await using viewing = await start();
  await draw(viewing, KEY);
  for (let i = 1; i <= MAX_SERIES_UNITS; i++) await draw(viewing, samePicture(STREAM, i));
  using timers = new FakeTimers();
  const viewer = look(viewing);
  await draw(viewing, samePicture(STREAM, 1));
  assert.deepEqual([viewer.units.length, timers.size > 0], [0, true]);
  timers.pass(KEY_PICTURE_WAIT_MS);
  await viewing.source.until(() => viewing.source.cancels > 0);
});

Deno.test("a snapshot of H.264 that is passed on is decoded when it is asked for, as far as it can be", async () => {
  await using viewing = await start();
  const planes = testPlanes(STREAM);
  await draw(viewing, KEY);
  await draw(viewing, samePicture(STREAM, 1));
  const taken = await viewing.clients.snapshot(viewing.id);
  assert.ok(taken?.kind === "png");
  const png = PNG.sync.read(Buffer.from(taken.bytes));
  const format = readPictureFormat(sps(STREAM).subarray(4));
  assert.deepEqual(new Uint8Array(png.data), yuv420ToRgba(planes, format));
  await draw(viewing, HIGH_KEY);
  await assert.rejects(viewing.clients.snapshot(viewing.id), { code: "nothing-shown" });
  assert.equal(viewing.source.cancels, 0);
});
