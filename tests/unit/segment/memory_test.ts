import assert from "node:assert/strict";
import { FairShare } from "../../../lib/bytes/fair_share.ts";
import { processMemory } from "../../../lib/decoders/memory_budget.ts";
import { MAX_SURFACE_BYTES } from "../../../lib/limits.ts";
import { APPLICATION, Fixture } from "../../support/segment_fixture.ts";
import { frameHeader } from "../decoders/frames.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const SIDE = 16;
const PICTURE_BYTES = SIDE * SIDE * 4;

/** A client that draws pictures of {@linkcode PICTURE_BYTES}. */
class Client extends Fixture {
  constructor(memory: FairShare, publicKey = "") {
    super({ kind: APPLICATION, memory, peer: { publicKey, fingerprint: "", address: "" } });
  }

  draw(commit = true): void {
    const header = frameHeader({ surfaceWidth: SIDE, surfaceHeight: SIDE, commit });
    this.control({ command: "videoframe", ...header });
    this.data("video", 0, new Uint8Array(PICTURE_BYTES));
    this.deliver();
  }
}

test("all clients draw on one memory; who leaves gives everything back", () => {
  const all = new FairShare(5 * PICTURE_BYTES);
  const [one, two, three] = [new Client(all), new Client(all), new Client(all)];
  one.draw();
  two.draw();
  three.draw();
  assert.deepEqual([one.faults, two.faults, three.faults], [[], [], ["memory-limit"]]);
  assert.equal(all.used, 2 * PICTURE_BYTES);
  one.end();
  assert.equal(all.used, PICTURE_BYTES);
  three.draw();
  assert.deepEqual(three.faults, ["memory-limit"], "the client that was refused goes on");
  two.draw(false);
  assert.deepEqual(two.faults, ["memory-limit"], "a second picture beside the one that is shown");
  two.end();
  three.end();
  assert.equal(all.used, 0);
});

test("a key that takes what it can leaves the client of another key its pictures", () => {
  const all = new FairShare(8 * PICTURE_BYTES);
  const greedy = Array.from({ length: 8 }, () => new Client(all, "greedy"));
  for (const client of greedy) client.draw();
  assert.equal(greedy.filter(({ faults }) => faults.length === 0).length, 4);
  const ordinary = new Client(all, "ordinary");
  ordinary.draw();
  ordinary.draw(false);
  assert.deepEqual(ordinary.faults, []);
});

test("the clients of one key share half of MAX_SURFACE_BYTES, the memory of the process", () => {
  const half = MAX_SURFACE_BYTES / 2;
  assert.equal(half, 1 << 30);
  assert.ok(processMemory.take("key", half));
  assert.ok(!processMemory.take("key", 1));
  assert.ok(processMemory.take("other", half / 2));
  processMemory.give("key", half);
  processMemory.give("other", half / 2);
});
