import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { Snapshots } from "../../../../lib/handlers/pictures/snapshot_files.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { LARGE, largePixels } from "../../../support/large_picture.ts";
import { LogBook } from "../../../support/log_book.ts";

/** One client and its snapshots in a temporary directory. */
class Bench implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "snapshots-test-" });
  readonly log = new LogBook();
  readonly snapshots = new Snapshots(this.directory, this.log);
  readonly client = new FakeClient(2);

  constructor() {
    this.client.source.targetUpdatehandler(this.snapshots.observer);
    this.client.source.targetVerbose();
  }

  /** R, G, B, A bytes of the file. */
  read(): Uint8Array {
    return new Uint8Array(
      PNG.sync.read(Buffer.from(Deno.readFileSync(`${this.directory}/2.png`))).data,
    );
  }

  get written(): number {
    return this.log.of("snapshot-written").length;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

function gray(value: number): Uint8Array {
  return Uint8Array.of(value, value, value, 255);
}

Deno.test("a snapshot shows committed pixels only", async () => {
  using bench = new Bench();
  void bench.client.showPixels(1, 1, gray(10));
  bench.client.drawUnseen(1, 1, gray(200));
  await bench.snapshots.writeAll();
  assert.deepEqual(bench.read(), gray(10));
  await bench.client.end();
  assert.deepEqual(bench.read(), gray(10));
});

Deno.test("a small picture is written as it was at the call", async () => {
  using bench = new Bench();
  void bench.client.showPixels(1, 1, gray(1));
  const written = bench.snapshots.writeAll();
  void bench.client.showPixels(1, 1, gray(2));
  await written;
  assert.deepEqual(bench.read(), gray(1));
});

Deno.test("a large picture is written as committed while the client draws the next one", async () => {
  using bench = new Bench();
  const { width, height } = LARGE;
  void bench.client.showPixels(width, height, largePixels(1));
  const written = bench.snapshots.writeAll();
  bench.client.drawUnseen(width, height, largePixels(2));
  await written;
  assert.equal(Buffer.compare(bench.read(), largePixels(1)), 0);
});

Deno.test("when a large picture changes while it is read, the client waits for its next one", async () => {
  using bench = new Bench();
  const { width, height } = LARGE;
  void bench.client.showPixels(width, height, largePixels(1));
  const written = bench.snapshots.writeAll();
  const held = bench.client.showPixels(width, height, largePixels(2));
  assert.ok(held instanceof Promise, "the client waits");
  await Promise.all([written, held]);
  assert.equal(bench.written, 1);
  assert.equal(Buffer.compare(bench.read(), largePixels(2)), 0);
  assert.equal(bench.client.showPixels(width, height, largePixels(3)), undefined);
  await bench.client.end();
  assert.equal(bench.written, 2);
  assert.equal(Buffer.compare(bench.read(), largePixels(3)), 0, "the last picture in any case");
});
