/** Decisions and look-ups of the reference, and stores that it made. */
import assert from "node:assert/strict";
import { Keystore, type KeystoreWarning, publicKeyOf } from "../../keystore/mod.ts";
import { admitsWanted, splitTags } from "../../keystore/tags.ts";
import vectors from "../vectors/transport/keystore.json" with { type: "json" };

const stores = new URL("../vectors/transport/keystore/", import.meta.url).pathname;
const { oddities, madeByArcanNet } = vectors;

async function openReadOnly(
  name: string,
): Promise<{ keystore: Keystore; warnings: KeystoreWarning[] }> {
  const warnings: KeystoreWarning[] = [];
  const keystore = await Keystore.open(`${stores}${name}/a12`, {
    create: false,
    // Modes depend on the checkout.
    onWarning: (it) => void (it.code !== "permissions-too-open" && warnings.push(it)),
  });
  return { keystore, warnings };
}

Deno.test("there are 66 decisions and 14 look-ups", () => {
  assert.equal(oddities.decisions.length, 66);
  assert.equal(oddities.hostKeys.length, 14);
});

/** Deliberate differences, pinned by the test below. */
const DEVIATIONS = new Map([
  ["list gamma,beta", true],
  ["plain alpha,default", true],
]);

for (const { file, key, domain, accepted, entryDomains } of oddities.decisions) {
  const expected = DEVIATIONS.get(`${file} ${domain}`) ?? accepted;
  const verdict = expected ? "accepted" : "refused";
  Deno.test(`decision of the reference: ${file} for ${domain} is ${verdict}`, async () => {
    const { keystore } = await openReadOnly("oddities");
    const publicKey = Uint8Array.fromBase64(key);
    const answer = keystore.acceptsServer(publicKey, domain);
    assert.equal(answer.accepted, expected);
    // For a key in two files, the reference takes the first in directory order, we the first by name.
    if (
      answer.accepted && entryDomains !== null && !(file.startsWith("same-key") && domain === "*")
    ) {
      assert.equal(answer.entry.tags.join(","), entryDomains);
    }
    // For a plain name, a login and a dialled server are decided in the same way.
    if (/^\w+$/.test(domain)) {
      assert.equal(keystore.accepts(publicKey, domain).accepted, expected);
    }
  });
}

Deno.test("every member of a wanted list counts", () => {
  assert.equal(admitsWanted(splitTags("alpha,default,beta"), "gamma,beta"), true);
  assert.equal(admitsWanted(["default"], "alpha,default"), true);
  assert.equal(admitsWanted(["default"], "alpha,beta"), false);
});

Deno.test("a listener without a name accepts every key of the store except outbound ones", async () => {
  const { keystore } = await openReadOnly("oddities");
  for (const { file, key, domain, accepted } of oddities.decisions) {
    if (domain !== "*") continue;
    const answer = keystore.accepts(Uint8Array.fromBase64(key), undefined);
    assert.equal(answer.accepted, accepted && !file.startsWith("outbound"), file);
    if (file.startsWith("outbound")) {
      assert.ok(!answer.accepted && answer.code === "key-not-for-name");
    }
  }
  assert.equal(keystore.countFor(undefined), 14);
  assert.equal(keystore.countFor("default"), 11);
});

Deno.test("each file without a key, each second key and each useless name gives a warning with file and line", async () => {
  const { warnings } = await openReadOnly("oddities");
  const seen = warnings.map(({ path, line, code }) => [path.split("/").at(-1), line, code]);
  assert.deepEqual(seen, [
    ["extra-word", 1, "bad-line"],
    ["leading-space", 1, "bad-line"],
    ["long-key", 1, "bad-key"],
    ["short-key", 1, "bad-key"],
    ["star-in-list", 1, "bad-tag"],
    ["two-keys", 2, "bad-line"],
    ["two-spaces", 1, "bad-line"],
    ["unpadded", 1, "bad-key"],
  ]);
});

for (const { tag, index, result } of oddities.hostKeys) {
  Deno.test(`look-up of the reference: host key ${index} of ${tag}`, async () => {
    const { keystore } = await openReadOnly("oddities");
    const key = keystore.hostKey(tag, index);
    const found = key === undefined
      ? null
      : { host: key.host, port: `${key.port}`, privateKey: key.privateKey.toBase64() };
    assert.deepEqual(found, result);
  });
}

Deno.test("skipped lines of a hostkeys file give warnings with file and line", async () => {
  const { keystore, warnings } = await openReadOnly("oddities");
  warnings.length = 0;
  keystore.hostKeys("many");
  assert.deepEqual(warnings.map(({ line, code }) => [line, code]), [
    [5, "bad-key"],
    [6, "bad-host"],
    [7, "bad-host"],
    [8, "bad-host"],
  ]);
});

Deno.test("the public keys of a store made by arcan-net are those that arcan-net printed", async () => {
  const { keystore, warnings } = await openReadOnly("made-by-arcan-net");
  const printed = new Map<string, string[]>();
  for (const { command, stdout } of madeByArcanNet.commands) {
    const [, tag] = command.match(/^arcan-net keystore (\S+) /) ?? [];
    if (tag === undefined) continue;
    printed.set(tag, [...printed.get(tag) ?? [], stdout.trim().split("* ")[1]!]);
  }
  assert.deepEqual(keystore.hostTags(), ["default", "v6", "workstation"]);
  for (const tag of keystore.hostTags()) {
    const ours = keystore.hostKeys(tag).map((key) => publicKeyOf(key).toBase64());
    assert.deepEqual(ours, printed.get(tag));
  }
  assert.deepEqual(keystore.list().map(({ file, tags }) => [file, tags]), [
    ["luggeuhq", ["outbound"]],
    ["nggmfgjb", ["default"]],
  ]);
  assert.equal(keystore.countFor(undefined), 1);
  assert.deepEqual(warnings, []);
});
