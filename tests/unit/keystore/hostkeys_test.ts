import assert from "node:assert/strict";
import { formatHostKey } from "../../../keystore/format.ts";
import { HostKeyDirectory } from "../../../keystore/hostkeys.ts";
import { KEYSTORE_LEAST_STALE_MS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";

const line = (host: string, byte: number) =>
  formatHostKey({ host, port: 6680, privateKey: new Uint8Array(32).fill(byte) });

Deno.test("an unchanged file is read once, and its keys are returned as copies", async () => {
  await inDirectory((root) => {
    Deno.mkdirSync(`${root}/hostkeys`);
    const path = `${root}/hostkeys/default`;
    const warnings: unknown[] = [];
    const later = () => Date.now() + 3_600_000;
    let nowMs = 0;
    const directory = new HostKeyDirectory(root, (it) => warnings.push(it), later, () => nowMs);
    assert.deepEqual(directory.read("default"), []);
    Deno.writeTextFileSync(path, `${line("a", 7)}not a key\n`);
    for (let i = 0; i < 3; i++) {
      const [key] = directory.read("default");
      assert.equal(key!.privateKey[0], 7);
      key!.privateKey.fill(0);
    }
    assert.equal(warnings.length, 1, "the file was read once");
    Deno.writeTextFileSync(path, line("another", 8));
    nowMs += KEYSTORE_LEAST_STALE_MS * 0.9;
    assert.equal(directory.read("default")[0]!.privateKey[0], 7);
    nowMs += KEYSTORE_LEAST_STALE_MS * 0.2;
    assert.equal(directory.read("default")[0]!.privateKey[0], 8);
    Deno.writeTextFileSync(`${root}/hostkeys/work`, line("b", 9));
    assert.equal(directory.read("work")[0]!.privateKey[0], 9);
    assert.equal(directory.read("default")[0]!.privateKey[0], 8);
    Deno.removeSync(path);
    nowMs += KEYSTORE_LEAST_STALE_MS;
    assert.deepEqual(directory.read("default"), []);
  });
});

Deno.test("a key that was added is seen at once, also by one that reads meanwhile", async () => {
  await inDirectory(async (root) => {
    Deno.mkdirSync(`${root}/hostkeys`);
    Deno.writeTextFileSync(`${root}/hostkeys/default`, line("a", 7));
    const later = () => Date.now() + 3_600_000;
    const directory = new HostKeyDirectory(root, () => {}, later, () => 0);
    const hosts = () => directory.read("default").map(({ host }) => host);
    assert.deepEqual(hosts(), ["a"]);
    const adding = directory.add("default", "b", 6680);
    assert.deepEqual(hosts(), ["a"]);
    await adding;
    assert.deepEqual(hosts(), ["a", "b"]);
  });
});
