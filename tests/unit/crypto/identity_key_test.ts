import assert from "node:assert/strict";
import { IdentityKey } from "../../../lib/crypto/identity_key.ts";
import { PrivateKey } from "../../../lib/crypto/x25519.ts";
import { MAX_REMEMBERED_AGREEMENTS } from "../../../lib/limits.ts";
import { SeededRandom } from "../../support/random.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const raw = (seed: number) => new SeededRandom(seed).bytes(32);

/** Runs an action. @returns How many agreements were computed. */
function computedIn(action: () => void): number {
  const { agree } = PrivateKey.prototype;
  let count = 0;
  PrivateKey.prototype.agree = function (publicKey) {
    count++;
    return agree.call(this, publicKey);
  };
  try {
    action();
  } finally {
    PrivateKey.prototype.agree = agree;
  }
  return count;
}

test("an agreement is computed once, and each caller has a copy to wipe", () => {
  const plain = new PrivateKey(raw(1)), identity = new IdentityKey(raw(1));
  const peer = new PrivateKey(raw(2)).publicKey;
  const expected = plain.agree(peer);
  assert.deepEqual(identity.publicKey, plain.publicKey);
  assert.equal(computedIn(() => identity.agree(peer)!.fill(0)), 1);
  assert.equal(computedIn(() => assert.deepEqual(identity.agree(peer), expected)), 0);
});

test("a point of low order stays refused", () => {
  const identity = new IdentityKey(raw(1));
  for (let i = 0; i < 2; i++) assert.equal(identity.agree(new Uint8Array(32)), undefined);
});

test("of many keys those that logged in last are remembered", () => {
  const identity = new IdentityKey(raw(1));
  const peers = Array.from(
    { length: MAX_REMEMBERED_AGREEMENTS },
    (_, i) => new PrivateKey(raw(i + 2)).publicKey,
  );
  const [first, second] = peers as [Uint8Array, Uint8Array];
  assert.equal(computedIn(() => peers.forEach((peer) => identity.agree(peer))), peers.length);
  assert.equal(computedIn(() => identity.agree(first)), 0, "now the latest");
  identity.agree(new PrivateKey(raw(1_000)).publicKey);
  assert.equal(computedIn(() => identity.agree(first)), 0);
  assert.equal(computedIn(() => identity.agree(second)), 1, "it was the oldest");
});
