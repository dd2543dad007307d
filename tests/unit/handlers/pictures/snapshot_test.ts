import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { PNG } from "pngjs";
import type { Snapshot } from "../../../../lib/handlers/pictures/snapshot.ts";
import { snapshot, takeSnapshot } from "../../../../lib/handlers/pictures/snapshot.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { LARGE, largePixels } from "../../../support/large_picture.ts";

Deno.test("a client that shows nothing has no picture", { permissions: "none" }, () => {
  assert.equal(snapshot(new FakeClient().source), undefined);
});

Deno.test("text has no blanks at the ends of lines", { permissions: "none" }, () => {
  const client = new FakeClient();
  void client.showText({ lines: [{ row: 0, cells: "a b  " }, { row: 1, cells: "     " }] });
  assert.deepEqual(snapshot(client.source), { kind: "text", text: "a b\n\n" });
});

Deno.test("pixels are a PNG file", { permissions: "none" }, () => {
  const client = new FakeClient();
  const rgba = Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255);
  void client.showPixels(1, 2, rgba);
  const taken = snapshot(client.source);
  assert(taken?.kind === "png");
  const image = PNG.sync.read(Buffer.from(taken.bytes));
  assert.deepEqual([image.width, image.height, new Uint8Array(image.data)], [1, 2, rgba]);
});

Deno.test("takeSnapshot and snapshot give the same", async () => {
  const client = new FakeClient();
  assert.equal(await takeSnapshot(client.source), undefined);
  void client.showText({ lines: [{ row: 0, cells: "text" }] });
  assert.deepEqual(await takeSnapshot(client.source), snapshot(client.source));
  for (const [width, height, rgba] of [[1, 1, Uint8Array.of(1, 2, 3, 4)], large(5)] as const) {
    void client.showPixels(width, height, rgba);
    assert.deepEqual(pixels(await takeSnapshot(client.source)), [width, height, rgba]);
  }
});

Deno.test("a snapshot of a client that draws on is a picture that it showed", async () => {
  const client = new FakeClient();
  const pictures = Array.from({ length: 5 }, (_, seed) => large(seed));
  void client.showPixels(...pictures[0]!);
  const taken = takeSnapshot(client.source);
  let isTaken = false;
  void taken.then(() => isTaken = true);
  for (let next = 1; !isTaken; next++) {
    void client.showPixels(...pictures[next % 5]!);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [, , rgba] = pixels(await taken);
  assert.ok(pictures.some(([, , shown]) => Buffer.compare(shown, rgba) === 0));
});

function large(seed: number): [number, number, Uint8Array] {
  return [LARGE.width, LARGE.height, largePixels(seed)];
}

function pixels(taken: Snapshot | undefined): [number, number, Uint8Array] {
  assert(taken?.kind === "png");
  const image = PNG.sync.read(Buffer.from(taken.bytes));
  return [image.width, image.height, new Uint8Array(image.data)];
}
