/** Files, recordings, sound and video on the page. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import type { Page } from "playwright-core";
import { browsing, openClient, pixelsOf } from "../support/browser.ts";
import { FileClient, hashOf, randomBytes } from "../support/file_client.ts";
import { h264Frame } from "../support/h264_listening.ts";
import type { TestSource } from "../support/listening.ts";
import vectors from "../vectors/events/video-h264.json" with { type: "json" };
import high from "../vectors/h264/high.json" with { type: "json" };

const CONTENT = randomBytes(10_000_000);
const HASH = hashOf(CONTENT);
const DATA_HEAD_BYTES = 7;
const CANVAS = ".frame canvas";

/** Colours of a decoder differ a little. */
function isNear(got: Uint8Array, wanted: ArrayLike<number>, most: number): boolean {
  return got.length === wanted.length &&
    got.every((byte, i) => Math.abs(byte - wanted[i]!) <= most);
}

/** Waits until the canvas shows something; its pixels are looked at whenever the page draws. */
async function untilShown(page: Page, isShown: (rgba: Uint8Array) => boolean): Promise<void> {
  for (;;) {
    if (isShown(await pixelsOf(page, CANVAS))) return;
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
}

async function drawUnits(
  source: TestSource,
  units: readonly { data_b64: string }[],
): Promise<void> {
  for (const { data_b64 } of units) {
    await source.client.draw(h264Frame(Uint8Array.fromBase64(data_b64), high.width, high.height));
    await source.client.allAcknowledged();
  }
}

/** The middle of both halves. */
function halves(rgba: Uint8Array): Uint8Array {
  const row = high.height / 2 * high.width;
  const at = (column: number) => rgba.subarray((row + column) * 4, (row + column) * 4 + 3);
  return Uint8Array.of(...at(high.width / 4), ...at(high.width * 3 / 4));
}

browsing(
  "H.264 of the reference is decoded by the browser, and by a viewer that comes in the middle",
  async (it) => {
    const { page, listening } = it;
    const source = await listening.connect("film", "media");
    await source.activated();
    const [packet] = vectors.frames.map(({ source_packets }) =>
      Uint8Array.fromBase64(source_packets[1]?.body_b64 ?? "").subarray(DATA_HEAD_BYTES)
    );
    await source.client.draw(h264Frame(packet!, 48, 32));
    await source.client.allAcknowledged();
    await page.locator(".tile canvas").waitFor();
    await openClient(page, "film");
    await page.locator(CANVAS).waitFor();
    // What the reference shows when it has decoded it.
    const expected = Uint8Array.fromBase64(vectors.frames[1]!.sink.rgba_b64);
    await untilShown(page, (rgba) => isNear(rgba, expected, 6));
    assert.equal(source.cancels, 0);
  },
  { flags: ["--workers", "2"] },
);

browsing(
  "H.264 in high profile is decoded, picture after picture, and small ones from key pictures",
  async (it) => {
    const { page, listening } = it;
    const source = await listening.connect("film", "media");
    await source.activated();
    const [key, ...others] = high.units;
    await drawUnits(source, [key!]);
    await page.locator(".tile canvas").waitFor();
    await openClient(page, "film");
    await page.locator(CANVAS).waitFor();
    for (const [at, colors] of high.colors.entries()) {
      if (at > 0) await drawUnits(source, [others[at - 1]!]);
      await untilShown(page, (rgba) => isNear(halves(rgba), colors.flat(), 8));
    }
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Screenshot" }).click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), "film.png");
    const png = PNG.sync.read(Buffer.from(await Deno.readFile(await download.path())));
    assert.deepEqual(new Uint8Array(png.data), await pixelsOf(page, CANVAS));
    assert.equal(source.cancels, 0);
  },
);

browsing(
  "a browser that cannot decode H.264 gets pixels, as the client is asked for them",
  async (it) => {
    const { page, listening } = it;
    await page.addInitScript("delete globalThis.VideoDecoder");
    await page.reload();
    const source = await listening.connect("film", "media");
    await source.activated();
    await drawUnits(source, [high.units[0]!]);
    await openClient(page, "film");
    await source.until(() => source.cancels > 0);
    const rgba = Uint8Array.from({ length: 16 * 8 * 4 }, (_, i) => i % 4 === 3 ? 255 : i % 251);
    await source.showPixels(16, 8, rgba);
    await page.locator(CANVAS).waitFor();
    await untilShown(page, (shown) => isNear(shown, rgba, 0));
  },
);

browsing(
  "a file that is dropped goes to the client, and one that it offers is downloaded",
  async (it) => {
    const { page, listening } = it;
    using source = await FileClient.connect(listening);
    await page.locator(".tile a").click();
    await page.getByRole("button", { name: "Files" }).waitFor();
    const transfer = await page.evaluateHandle(`{
    const bytes = Uint8Array.fromBase64(${JSON.stringify(CONTENT.toBase64())});
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "dropped.bin"));
    transfer;
  }`);
    await page.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
    assert.deepEqual(await source.take(), { name: "dropped.bin", hash: HASH });
    await page.getByText("dropped.bin was sent").waitFor();

    await source.offer("offered.bin", CONTENT);
    const downloading = page.waitForEvent("download");
    await page.locator(".toast", { hasText: "offered.bin" }).getByRole("button", {
      name: "Download",
    })
      .click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), "offered.bin");
    assert.equal(hashOf(await Deno.readFile(await download.path())), HASH);
  },
);

browsing("a recording is begun, ended and played", async (it) => {
  const { page, listening } = it;
  const source = await listening.connect("shell");
  await source.showText("before it");
  await openClient(page, "shell");
  await page.getByRole("button", { name: "Record", exact: true }).click();
  await page.getByRole("button", { name: "End the recording" }).waitFor();
  await source.showText("during it");
  await page.getByRole("button", { name: "End the recording" }).click();
  await page.getByRole("button", { name: "Record", exact: true }).waitFor();
  const picture = await listening.connect("picture", "application");
  await picture.showPixels(2, 1, Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255));
  await page.getByRole("link", { name: "All clients" }).first().click();
  await openClient(page, "picture");
  await page.getByRole("button", { name: "Record", exact: true }).click();
  await page.getByRole("button", { name: "End the recording" }).click();
  await page.getByRole("button", { name: "Record", exact: true }).waitFor();
  await page.getByRole("link", { name: "All clients" }).first().click();

  await page.locator("summary", { hasText: "Recordings" }).click();
  await page.getByRole("button", { name: "Play text" }).click();
  const dialog = page.getByRole("dialog", { name: "Recording" });
  await dialog.getByRole("listitem").filter({ hasText: "during it" }).waitFor();
  await dialog.getByRole("button", { name: "Play" }).waitFor();
  await dialog.getByRole("slider", { name: "Time" }).fill("0");
  await dialog.getByRole("listitem").filter({ hasText: "before it" }).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Play pixels" }).click();
  const shown = dialog.getByRole("img", { name: "The recorded picture" });
  await shown.waitFor();
  const width = await page.evaluate("document.querySelector('.player img').decode()")
    .then(() => page.evaluate("document.querySelector('.player img').naturalWidth"));
  assert.equal(width, 2);
});

browsing("sound is heard once the user has clicked, and can be muted", async (it) => {
  const { page, listening } = it;
  await page.addInitScript(`{
    globalThis.heard = [];
    const { start } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.start = function (at) {
      const [left, right] = [0, 1].map((channel) => this.buffer.getChannelData(channel)[0]);
      heard.push([this.buffer.sampleRate, left, right]);
      start.call(this, at);
    };
  }`);
  await page.reload();
  using source = await FileClient.connect(listening);
  await page.locator(".tile a").click();
  await page.getByRole("button", { name: "Files" }).waitFor();
  const { session } = source.client;
  session.send({
    command: "audioframe",
    stream: 1,
    channels: 2,
    encoding: 0,
    samples: 4,
    rate: 8_000,
  });
  const samples = new Int16Array(2 * 800).map((_, at) => at % 2 === 0 ? 0x4000 : -0x2000);
  for (let isHeard = false; !isHeard;) {
    session.sendData("audio", 0, 0xbacabaca, new Uint8Array(samples.buffer));
    assert.ok(await source.client.flush());
    isHeard = await page.evaluate("heard.length > 0");
  }
  assert.deepEqual(await page.evaluate("heard[0]"), [8_000, 0.5, -0.25]);
  await page.getByRole("button", { name: "Mute" }).click();
  await page.getByRole("button", { name: "Sound on" }).waitFor();
});
