import assert from "node:assert/strict";
import { isHostId, makeRecord } from "../../../lib/fleet/records/record.ts";
import { Spool } from "../../../lib/fleet/records/spool.ts";
import { FLEET_SEGMENT_BYTES, FLEET_SPOOL_BYTES, FLEET_SYNC_MS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

const HOST = "host-1";

const onUnusable = (path: string, detail: string) => assert.fail(`${path}: ${detail}`);

function record(number: number, text = "", host = HOST) {
  const body = JSON.stringify({ time: "now", source: 2, kind: "ident", message: text });
  return makeRecord({ host, name: "demo", client: 2, number }, "ident", body);
}

/** Opens the spool of a host, and makes it where there is none. */
async function open(root: string, host = HOST): Promise<{ spool: Spool; lost: number[] }> {
  const lost: number[] = [];
  const events = { onLost: (count: number) => void lost.push(count), onUnusable };
  const spool = await Spool.open(root, host, events) ?? await Spool.create(root, host, events);
  return { spool, lost };
}

/** Takes all records out. */
async function numbersOf(spool: Spool): Promise<number[]> {
  const numbers: number[] = [];
  for (let segment; (segment = await spool.oldest()) !== undefined;) {
    numbers.push(...segment.records.map(({ number }) => number));
    await spool.remove(segment);
  }
  return numbers;
}

Deno.test("a spool gives its records in their order, also to the next process, for its owner alone", () =>
  inDirectory(async (root) => {
    const first = await open(root);
    const text = "x".repeat(1000);
    for (let i = 1; i <= 3000; i++) assert(first.spool.append(record(i, text)));
    assert.equal(await Spool.open(root, HOST, { onLost() {}, onUnusable }), undefined);
    await first.spool.close();
    const files = [...Deno.readDirSync(`${root}/${HOST}`)].map(({ name }) => name);
    for (const file of files) {
      assert.equal(Deno.statSync(`${root}/${HOST}/${file}`).mode! & 0o777, 0o600);
    }
    assert.equal(Deno.statSync(`${root}/${HOST}`).mode! & 0o777, 0o700);

    const second = await open(root);
    assert(second.spool.append(record(3001)));
    assert.deepEqual(await numbersOf(second.spool), Array.from({ length: 3001 }, (_, i) => i + 1));
    assert(second.spool.isEmpty);
    await second.spool.close();
    assert.deepEqual([...first.lost, ...second.lost], []);
    assert.deepEqual([...Deno.readDirSync(root)], []);
  }));

Deno.test("a spool that its owner removes is opened by no other process, and a new one by none before its owner", () =>
  inDirectory(async (root) => {
    const events = { onLost: () => assert.fail("records were lost"), onUnusable };
    for (let round = 0; round < 30; round++) {
      let isOver = false;
      const others = Array.from({ length: 3 }, async () => {
        while (!isOver) {
          for await (const { name } of Deno.readDir(root)) {
            const spool = isHostId(name) ? await Spool.open(root, name, events) : undefined;
            assert.deepEqual(spool && await numbersOf(spool), spool && []);
            await spool?.close();
          }
        }
      });
      const host = `host-${round}`;
      const spool = await Spool.create(root, host, events);
      assert(spool.append(record(1, "", host)));
      assert.deepEqual(await numbersOf(spool), [1]);
      await spool.close();
      isOver = true;
      await Promise.all(others);
    }
    assert.deepEqual([...Deno.readDirSync(root)], []);
  }));

Deno.test("records that wait are forced to the disk once a second, and at the end", async () => {
  const { syncData } = Deno.FsFile.prototype;
  let syncs = 0;
  Deno.FsFile.prototype.syncData = function () {
    syncs++;
    return syncData.call(this);
  };
  try {
    await inDirectory(async (root) => {
      using timers = new FakeTimers();
      const { spool } = await open(root);
      assert(spool.append(record(1)));
      while (timers.size === 0) await Deno.stat(root);
      assert(spool.append(record(2)));
      timers.pass(FLEET_SYNC_MS - 1);
      assert.equal(syncs, 0);
      timers.pass(1);
      assert.equal(syncs, 1);
      await spool.close();
      assert.equal(syncs, 2);
    });
  } finally {
    Deno.FsFile.prototype.syncData = syncData;
  }
});

Deno.test("a spool takes no more than its bound, and again once there is room", () =>
  inDirectory(async (root) => {
    // A file of the spool that takes all but a little of it.
    await Deno.mkdir(`${root}/${HOST}`);
    const path = `${root}/${HOST}/0000000001.jsonl`;
    await Deno.writeFile(path, new Uint8Array());
    await Deno.truncate(path, FLEET_SPOOL_BYTES - 1000);
    const { spool, lost } = await open(root);
    assert(spool.append(record(1)));
    assert(!spool.append(record(2, "x".repeat(1000))));
    assert.deepEqual(await numbersOf(spool), [1]);
    assert.deepEqual(lost, [1], "the large file is none of a spool");
    assert(spool.append(record(3, "x".repeat(1000))));
    assert.deepEqual(await numbersOf(spool), [3]);
    await spool.close();
  }));

const HOSTILE: { readonly [what: string]: string | Uint8Array } = {
  "no JSON": "garbage",
  "a torn line": record(9).line.slice(0, -5),
  "null": "null",
  "no origin": '{"kind":"ident"}',
  "another host": record(9, "", "host-2").line,
  "a kind with a dot": record(9).line.replace('"kind":"ident"', '"kind":"a.b"'),
  "a name with a wildcard": record(9).line.replace('"demo"', '"*"'),
  "a client that is text": record(9).line.replace('"client":2', '"client":"2.>"'),
  "a negative number": record(9).line.replace('"number":9', '"number":-9'),
  "no UTF-8": Uint8Array.of(0xff, 0xfe, 0x80, 0x00),
  "deep nesting": "[".repeat(100_000),
};
for (const [what, content] of Object.entries(HOSTILE)) {
  Deno.test(`a spool leaves out and counts what no listener has written: ${what}`, () =>
    inDirectory(async (root) => {
      await Deno.mkdir(`${root}/${HOST}`);
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(
        `${root}/${HOST}/0000000001.jsonl`,
        new Uint8Array([...bytes, ...new TextEncoder().encode(`\n${record(1).line}\n`)]),
      );
      const { spool, lost } = await open(root);
      assert.deepEqual(await numbersOf(spool), [1]);
      assert.deepEqual(lost, [1]);
      await spool.close();
    }));
}

Deno.test("a spool does not follow links, nor take files and directories that are none of its own", () =>
  inDirectory(async (root) => {
    await Deno.mkdir(`${root}/${HOST}/0000000002.jsonl`, { recursive: true });
    await Deno.writeTextFile(`${root}/secret`, record(1).line);
    await Deno.symlink(`${root}/secret`, `${root}/${HOST}/0000000001.jsonl`);
    await Deno.writeTextFile(`${root}/${HOST}/notes.txt`, record(1).line);
    const { spool, lost } = await open(root);
    assert.deepEqual([await numbersOf(spool), lost], [[], []]);
    await spool.close();
    assert.equal(await Deno.readTextFile(`${root}/secret`), record(1).line);
  }));

Deno.test("the files of a spool are small", () =>
  inDirectory(async (root) => {
    const { spool } = await open(root);
    const most = Math.ceil(FLEET_SEGMENT_BYTES / 100);
    for (let i = 1; i <= most; i++) {
      while (!spool.append(record(i))) await spool.oldest();
    }
    const first = await spool.oldest();
    assert(first!.bytes >= FLEET_SEGMENT_BYTES && first!.bytes < 6 * FLEET_SEGMENT_BYTES);
    assert.equal((await numbersOf(spool)).length, most);
    await spool.close();
  }));
