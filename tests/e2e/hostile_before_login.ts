// What clients do wrong before they are logged in.

import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { HELLO_MODE, ROLE } from "../../lib/wire/constants.ts";
import type { RawClient } from "../support/clients.ts";
import { freshKey } from "../support/clients.ts";
import { REGISTER } from "../support/pair.ts";
import type { Attacks, Scene } from "./hostile_attack.ts";
import { flip, LOW_ORDER } from "./hostile_attack.ts";

/** Each is refused, and no handler hears of it. */
export const BEFORE_LOGIN: Attacks = {
  "an unknown key, direct": {
    code: "unknown-key",
    peer: { key: freshKey() },
    namesKey: true,
    act: ({ client }) => client.send(client.peer.hello().take()),
  },
  "an unknown key, ephemeral": {
    code: "unknown-key",
    peer: { key: freshKey() },
    namesKey: true,
    act: realHello,
  },
  "an unknown key with all places taken": {
    code: "no-slot-left",
    bench: { secret: "1:open sesame" },
    peer: { key: freshKey(), secret: "open sesame" },
    namesKey: true,
    act: async ({ client, bench }) => {
      await bench.login({ key: freshKey(), secret: "open sesame" }).then((one) => one.close());
      await client.send(client.peer.hello().take());
    },
  },
  "a key for another name": {
    code: "key-not-for-name",
    namesKey: true,
    act: async ({ client, bench, key }) => {
      await bench.keystore.remove(bench.keystore.list().find((entry) => isKey(entry, key))!.file);
      await bench.keystore.add(["other"], key.publicKey);
      await client.send(client.peer.hello().take());
    },
  },
  "a wrong secret": {
    code: "wrong-secret",
    peer: { secret: "open barley" },
    namesKey: false,
    act: ({ client }) => client.send(client.peer.hello().take()),
  },
  "the default secret where another one is set": {
    code: "wrong-secret",
    bench: { secret: "0:open sesame" },
    namesKey: false,
    act: ({ client }) => client.send(client.peer.hello().take()),
  },
  "a first packet with a changed bit": {
    code: "wrong-secret",
    namesKey: false,
    act: ({ client }) => client.send(flip(client.peer.hello().take(), 100)),
  },
  "a second packet with a changed bit": {
    code: "bad-mac",
    namesKey: false,
    act: async ({ client }) => {
      await ephemeral(client);
      await client.send(flip(client.peer.hello().take(), 100));
    },
  },
  "a HELLO that ends in the middle": {
    code: "truncated",
    namesKey: false,
    act: async ({ client }) => {
      await client.send(client.peer.hello().take().subarray(0, 100));
      await client.closeWrite();
    },
  },
  "noise": {
    code: "wrong-secret",
    namesKey: false,
    act: async ({ client }) => {
      await client.send(crypto.getRandomValues(new Uint8Array(4_096)));
      await client.closeWrite();
    },
  },
  "HTTP": {
    code: "not-a12",
    namesKey: false,
    act: ({ client }) =>
      client.send(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")),
  },
  "TLS": {
    code: "not-a12",
    namesKey: false,
    act: ({ client }) =>
      client.send(Uint8Array.fromHex("1603010200010001fc0303" + "7f".repeat(64))),
  },
  "a packet of 64 KiB before the login": {
    code: "packet-before-auth",
    namesKey: false,
    act: async ({ client }) => {
      await ephemeral(client);
      // The head is enough: nothing is kept until the rest has come.
      await client.send(client.peer.data("video", new Uint8Array(65_535)).take().subarray(0, 25));
    },
  },
  "a type that does not exist": {
    code: "bad-packet-type",
    namesKey: false,
    act: async ({ client }) => {
      await ephemeral(client);
      await client.send(client.peer.raw({ type: 0, body: new Uint8Array(128) }).take());
    },
  },
  "a command before authentication": {
    code: "command-before-auth",
    namesKey: false,
    act: async ({ client }) => {
      await ephemeral(client);
      await client.send(client.peer.control({ command: "shutdown", lastWords: "" }).take());
    },
  },
  "a command in the first packet": {
    code: "command-before-auth",
    namesKey: false,
    act: ({ client }) => client.send(client.peer.control({ command: "ping", stream: 1 }).take()),
  },
  "an event before authentication": {
    code: "packet-before-auth",
    namesKey: false,
    act: async ({ client }) => {
      await ephemeral(client);
      await client.send(client.peer.event(REGISTER).take());
    },
  },
  "a second ephemeral HELLO": {
    code: "second-ephemeral",
    namesKey: false,
    act: async ({ client }) => {
      await ephemeral(client);
      await client.send(client.peer.ephemeralHello().take());
    },
  },
  "the role sink": {
    code: "role-refused",
    peer: { role: ROLE.sink },
    namesKey: false,
    act: ({ client }) => client.send(client.peer.ephemeralHello().take()),
  },
  "the role directory": {
    code: "role-refused",
    peer: { role: ROLE.directory },
    namesKey: false,
    act: ({ client }) => client.send(client.peer.hello().take()),
  },
  "a role that does not exist": {
    code: "bad-role",
    peer: { role: 77 },
    namesKey: false,
    act: ({ client }) => client.send(client.peer.hello().take()),
  },
  "a role that changes on the way": {
    code: "role-refused",
    namesKey: false,
    act: async ({ client }) => {
      await ephemeral(client);
      await client.send(client.peer.hello({ role: ROLE.sink }).take());
    },
  },
  "a HELLO mode that does not exist": {
    code: "bad-hello-mode",
    namesKey: false,
    act: ({ client }) => client.send(client.peer.hello({ mode: 0 }).take()),
  },
  "a low-order ephemeral key": {
    code: "low-order-key",
    namesKey: false,
    act: ({ client }) => {
      const { ephemeral: mode } = HELLO_MODE;
      return client.send(client.peer.hello({ mode, publicKey: LOW_ORDER }).take());
    },
  },
  "a low-order static key": {
    code: "low-order-key",
    namesKey: false,
    act: async ({ client }) => {
      await ephemeral(client);
      await client.send(client.peer.hello({ publicKey: LOW_ORDER }).take());
    },
  },
  "direct mode where it is not allowed": {
    code: "direct-refused",
    bench: { allowDirect: false },
    namesKey: false,
    act: ({ client }) => client.send(client.peer.hello().take()),
  },
  "a replayed login": {
    code: "not-proven",
    namesKey: true,
    act: async ({ client, bench, key }) => {
      using victim = await bench.raw({ key });
      const recorded = await victim.login();
      await bench.until(() => bench.listener.clients.length === 2, "the victim");
      for (const bytes of recorded) await client.send(bytes);
      await client.answers(0);
      await client.closeWrite();
    },
  },
  "a public key that was seen somewhere": {
    code: "not-proven",
    peer: { key: freshKey() },
    namesKey: true,
    act: async ({ client, key }) => {
      await client.send(client.peer.hello({ publicKey: key.publicKey }).take());
      await client.answers();
      await client.send(client.peer.event(REGISTER).take());
      await client.closeWrite();
    },
  },
  "a key that is accepted and not used": {
    code: "not-proven",
    namesKey: true,
    act: async ({ client }) => {
      await client.send(client.peer.hello().take());
      await client.answers();
      client.close();
    },
  },
  "a probe that goes on": {
    code: "role-refused",
    peer: { role: ROLE.probe },
    namesKey: true,
    act: ({ client }) => client.login(),
  },
};

async function ephemeral(client: RawClient): Promise<void> {
  await client.send(client.peer.ephemeralHello().take());
  await client.answers();
}

async function realHello({ client }: Scene): Promise<void> {
  await ephemeral(client);
  await client.send(client.peer.hello().take());
}

function isKey(entry: { readonly publicKey: Uint8Array }, key: PrivateKey): boolean {
  return entry.publicKey.toHex() === key.publicKey.toHex();
}
