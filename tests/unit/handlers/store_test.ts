import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { storeTransfers } from "../../../lib/handlers/store.ts";
import type { BinaryOffer } from "../../../lib/segment/transfer_types.ts";
import { inDirectory, listFiles } from "../../support/directory.ts";

interface FakeOffer extends BinaryOffer {
  state: "offered" | "accepted" | "rejected" | "cancelled";
}

function offerOf(
  pieces: readonly number[],
  { name = "", size = undefined as number | undefined, failure = undefined as Error | undefined } =
    {},
): FakeOffer {
  const offer: FakeOffer = {
    type: "blob",
    identifier: 7,
    name,
    size,
    checksum: undefined,
    receivedBytes: 0,
    state: "offered",
    accept() {
      offer.state = "accepted";
      let at = 0;
      return new ReadableStream({
        pull: (controller) => {
          const length = pieces[at++];
          if (length !== undefined) controller.enqueue(new Uint8Array(length).fill(at));
          else if (failure !== undefined) controller.error(failure);
          else controller.close();
        },
        cancel: () => void (offer.state = "cancelled"),
      }, { highWaterMark: 0 });
    },
    reject() {
      offer.state = "rejected";
    },
  };
  return offer;
}

/** Runs a test with the path of a directory that is still missing, and a function that lists it. */
async function inStore(run: (path: string, list: () => string[]) => Promise<void>) {
  await inDirectory(async (parent) => {
    const path = `${parent}/still/missing`;
    await run(path, () => existsSync(path) ? listFiles(path) : []);
  });
}

Deno.test("store: a transfer becomes a file that only its owner may read", () =>
  inStore(async (path, list) => {
    const kept: string[] = [];
    const store = storeTransfers(path, { onKept: (file) => void kept.push(file) });
    await store(offerOf([3, 2], { name: "save.dat" }));
    const [name, ...rest] = list();
    assert.deepEqual(rest, []);
    assert.match(name!, /^\d{8}T\d{6}Z-[0-9a-f]{8}-blob-save\.dat$/);
    assert.deepEqual(kept, [`${path}/${name}`]);
    assert.deepEqual([...await Deno.readFile(kept[0]!)], [1, 1, 1, 2, 2]);
    assert.equal((await Deno.stat(kept[0]!)).mode! & 0o777, 0o600);
  }));

Deno.test("store: names from clients cannot leave the directory", () =>
  inStore(async (path, list) => {
    const store = storeTransfers(path);
    for (const name of ["../../x", "/etc/passwd", "..", "a\0b", "å\n"]) {
      await store(offerOf([1], { name }));
    }
    const names = list();
    assert.equal(names.length, 5);
    for (const name of names) assert.match(name, /^[A-Za-z0-9._-]+$/);
  }));

Deno.test("store: concurrent transfers have files of their own", () =>
  inStore(async (path, list) => {
    const store = storeTransfers(path);
    await Promise.all(Array.from({ length: 20 }, () => store(offerOf([10]))));
    assert.equal(list().length, 20);
  }));

Deno.test("store: a failed transfer leaves no file and frees its space", () =>
  inStore(async (path, list) => {
    const store = storeTransfers(path, { maxBytes: 10 });
    const failure = new Error("the client left");
    await assert.rejects(store(offerOf([8], { size: 10, failure })), failure);
    assert.deepEqual(list(), []);
    await store(offerOf([10], { size: 10 }));
    assert.equal(list().length, 1);
  }));

Deno.test("store: a transfer beyond the size limit is rejected or cancelled", () =>
  inStore(async (path, list) => {
    const store = storeTransfers(path, { maxBytes: 10 });
    const large = offerOf([11], { size: 11 });
    await store(large);
    assert.equal(large.state, "rejected");
    const unknown = offerOf([6, 6]);
    await assert.rejects(store(unknown), { code: "stream-too-long" });
    assert.notEqual(unknown.state, "accepted");
    assert.deepEqual(list(), []);
    await store(offerOf([6]));
    const second = offerOf([6], { size: 6 });
    await store(second);
    assert.equal(second.state, "rejected");
    assert.equal(list().length, 1);
  }));

Deno.test("store: the number of files is limited, failed transfers do not count", () =>
  inStore(async (path, list) => {
    const store = storeTransfers(path, { maxFiles: 2 });
    await assert.rejects(store(offerOf([], { failure: new Error("the client left") })));
    await store(offerOf([]));
    await store(offerOf([]));
    const third = offerOf([]);
    await store(third);
    assert.equal(third.state, "rejected");
    assert.equal(list().length, 2);
    assert.throws(() => storeTransfers(path, { maxFiles: NaN }), { code: "bad-argument" });
  }));

Deno.test("store: a directory that cannot be created cancels the transfer", () =>
  inStore(async (path) => {
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(`${path}/file`, "");
    const offer = offerOf([1, 1, 1]);
    await assert.rejects(storeTransfers(`${path}/file/below`)(offer));
    assert.equal(offer.state, "cancelled");
  }));

Deno.test("store: a missing directory is created again", () =>
  inStore(async (path, list) => {
    const store = storeTransfers(path);
    await store(offerOf([1]));
    await Deno.remove(path, { recursive: true });
    await store(offerOf([1]));
    assert.equal(list().length, 1);
  }));

Deno.test({
  name: "store: parts of files from killed processes are removed",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inStore(async (path, list) => {
      await Deno.mkdir(path, { recursive: true });
      const whole = "20260101T000000Z-0123abcd-blob-save.dat";
      const part = `${whole}.${crypto.randomUUID()}.part`;
      for (const name of [whole, part, "notes.part"]) {
        await Deno.writeTextFile(`${path}/${name}`, "");
        await Deno.utime(`${path}/${name}`, 0, 0);
      }
      await storeTransfers(path, { maxBytes: 0 })(offerOf([]));
      assert.equal(list().includes(part), false);
      assert.equal(list().includes(whole) && list().includes("notes.part"), true);
      assert.equal(list().length, 3);
    }),
});
