// What was decided on a claimed key is decided again when the key is proved.

import assert from "node:assert/strict";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import type { RawClient } from "../support/clients.ts";
import { freshKey } from "../support/clients.ts";
import type { BenchOptions } from "../support/listen.ts";
import { Bench } from "../support/listen.ts";
import { REGISTER } from "../support/pair.ts";

const SECRET = "open sesame";

/** Something that happens between the claim of a key and its proof. */
interface Change {
  /** Whether the key is in the keystore when it is claimed. */
  readonly isKnown: boolean;
  /** `num:secret` of the listener. */
  readonly secret?: string;
  readonly change: (bench: Bench, key: PrivateKey) => Promise<unknown>;
  /** Why it is refused; it is let in when absent. */
  readonly refused?: string;
  /** How many unknown keys are let in afterwards; not looked at when absent. */
  readonly placesLeft?: number;
}

const remove = (bench: Bench, key: PrivateKey) => bench.keystore.remove(key.publicKey.toBase64());

const CHANGES: Readonly<Record<string, Change>> = {
  "nothing changes": { isKnown: true, change: () => Promise.resolve() },
  "the key is removed": { isKnown: true, change: remove, refused: "unknown-key" },
  "the key is removed where unknown keys are let in": {
    isKnown: true,
    secret: `1:${SECRET}`,
    change: remove,
    refused: "unknown-key",
    placesLeft: 1,
  },
  "the name of the key is changed": {
    isKnown: true,
    change: async (bench, key) => {
      await remove(bench, key);
      await bench.keystore.add(["other"], key.publicKey);
    },
    refused: "key-not-for-name",
  },
  "the name of the key is changed and comes back": {
    isKnown: true,
    change: async (bench, key) => {
      await remove(bench, key);
      await bench.keystore.add(["other"], key.publicKey);
      await bench.keystore.add(["demo"], key.publicKey);
    },
  },
  "the keys cannot be read": {
    isKnown: true,
    change: ({ keystore: { root } }) => Deno.rename(`${root}/accepted`, `${root}/gone`),
    refused: "unknown-key",
  },
  "an unknown key is added for the name": {
    isKnown: false,
    secret: `1:${SECRET}`,
    change: (bench, key) => bench.keystore.add(["demo"], key.publicKey),
    placesLeft: 1,
  },
  "an unknown key is added for another name": {
    isKnown: false,
    secret: `1:${SECRET}`,
    change: (bench, key) => bench.keystore.add(["other"], key.publicKey),
    refused: "key-not-for-name",
    placesLeft: 1,
  },
  "the keys cannot be written when an unknown key is to be added": {
    isKnown: false,
    secret: `1:${SECRET}`,
    change: async ({ keystore: { root } }) => {
      await Deno.remove(`${root}/accepted`);
      await Deno.writeTextFile(`${root}/accepted`, "");
    },
    refused: "keystore-unwritable",
  },
};

/** Claims the key; the listener answers as it would let it in. */
async function claim(client: RawClient, mode: string): Promise<void> {
  if (mode === "ephemeral") {
    await client.send(client.peer.ephemeralHello().take());
    await client.answers();
  }
  await client.send(client.peer.hello().take());
  await client.answers();
}

for (const mode of ["ephemeral", "direct"]) {
  for (const [what, scene] of Object.entries(CHANGES)) {
    Deno.test(`between claim and proof in ${mode} mode: ${what}`, () => run(mode, scene));
  }
}

async function run(mode: string, scene: Change): Promise<void> {
  const { isKnown, secret, change, refused, placesLeft } = scene;
  const options: BenchOptions = secret === undefined ? {} : { secret };
  const withSecret = secret === undefined ? {} : { secret: SECRET };
  await using bench = await Bench.start(options);
  const key = isKnown ? await bench.addKey() : freshKey();
  using client = await bench.raw({ key, ...withSecret });
  await claim(client, mode);
  await change(bench, key);
  await client.send(client.peer.event(REGISTER).take());

  if (refused === undefined) {
    await bench.until(() => bench.listener.clients.length === 1, "the client to be taken");
    assert.deepEqual(bench.log.of("login-refused"), []);
  } else {
    await client.untilClosed();
    await bench.until(() => bench.log.of("login-refused").length === 1, "the refusal");
    assert.equal(bench.log.of("login-refused")[0]!.fields["reason"], refused);
    assert.equal(bench.requests, 0, "no handler hears of it");
    assert.deepEqual(bench.log.of("client-authenticated"), []);
  }
  if (placesLeft === undefined) return;
  for (let count = 0; count <= placesLeft; count++) {
    using unknown = await bench.connect({ key: freshKey(), ...withSecret });
    assert.equal(
      await unknown.login(),
      count < placesLeft,
      "places are spent on proved keys alone",
    );
    if (count === placesLeft) break;
    unknown.register();
    await unknown.whenAddressed(bench);
  }
}
