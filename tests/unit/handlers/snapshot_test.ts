import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { snapshot } from "../../../lib/handlers/snapshot.ts";
import { FakeClient } from "../../support/fake_client.ts";

Deno.test("a client that shows nothing has no picture", { permissions: "none" }, () => {
  assert.equal(snapshot(new FakeClient().source), undefined);
});

Deno.test("text is text, without blanks at the ends of lines", { permissions: "none" }, () => {
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
