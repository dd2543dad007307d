import assert from "node:assert/strict";
import { type AcceptedEntry, uniteEntries } from "../../../keystore/mod.ts";
import { type Network, parseNetwork } from "../../../lib/networks.ts";
import { testKey } from "../../support/keystore.ts";

const options = { permissions: "none" } as const;

function entry(tags: string[], conditions: Partial<AcceptedEntry["conditions"]> = {}) {
  const none = { comment: undefined, expiresMs: undefined, from: [], maxClients: undefined };
  const publicKey = testKey(1);
  return { file: "a", tags, publicKey, conditions: { ...none, ...conditions }, problem: undefined };
}

const networks = (...texts: string[]) => texts.map((text) => parseNetwork(text) as Network);

function common(a: string[], b: string[]): string[] | string {
  const { conditions, problem } = uniteEntries([
    entry(["a"], { from: networks(...a) }),
    entry(["a"], { from: networks(...b) }),
  ]);
  return problem ?? conditions.from.map(({ text }) => text);
}

Deno.test(
  "the entry of a key in several files has all names and the narrowest conditions",
  options,
  () => {
    const united = uniteEntries([
      entry(["a", ""], { comment: "Anna", expiresMs: 5 }),
      entry(["b", "a"], { comment: "Bert", expiresMs: 3, maxClients: 2 }),
      entry(["c"], { maxClients: 4, from: networks("192.0.2.0/24") }),
    ]);
    assert.deepEqual(united.tags, ["a", "b", "c"]);
    const { comment, expiresMs, maxClients, from } = united.conditions;
    assert.deepEqual([comment, expiresMs, maxClients, from.length], ["Anna", 3, 2, 1]);
    assert.deepEqual(uniteEntries([entry(["a"]), entry(["*"])]).tags, ["*"]);
  },
);

Deno.test("networks of several files are those in all of them", options, () => {
  assert.deepEqual(common(["192.0.2.0/24"], ["192.0.2.7", "198.51.100.1"]), ["192.0.2.7"]);
  assert.deepEqual(common(["192.0.2.7", "unix"], ["192.0.0.0/16", "unix"]), ["192.0.2.7", "unix"]);
  assert.deepEqual(common(["::1"], ["::1"]), ["::1"]);
  assert.match(`${common(["0.0.0.0/0"], ["::/0"])}`, /no network/);
  assert.match(`${common(["unix"], ["0.0.0.0/0"])}`, /no network/);
});

Deno.test("an entry with a bad condition makes the whole key bad", options, () => {
  const broken = { ...entry(["b"]), problem: "it is bad" };
  assert.equal(uniteEntries([entry(["a"]), broken]).problem, "it is bad");
});
