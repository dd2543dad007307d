// What clients do wrong once they are logged in.

import { ONE_PIXEL } from "../support/one_pixel.ts";
import { REGISTER } from "../support/pair.ts";
import type { Attacks } from "./hostile_attack.ts";
import { flip, LOW_ORDER } from "./hostile_attack.ts";

/** Each ends the connection; its handler is told by `terminated`. */
export const AFTER_LOGIN: Attacks = {
  "a packet with a changed bit": {
    code: "bad-mac",
    namesKey: true,
    act: ({ client }) => client.send(flip(client.peer.event(REGISTER).take(), 60)),
  },
  "a packet that ends in the middle": {
    code: "truncated",
    namesKey: true,
    act: async ({ client }) => {
      await client.send(client.peer.data("video", new Uint8Array(65_535)).take().subarray(0, 99));
      await client.closeWrite();
    },
  },
  "a HELLO after the login": {
    code: "hello-after-auth",
    namesKey: true,
    act: ({ client }) => client.send(client.peer.hello().take()),
  },
  "an ephemeral HELLO after the login": {
    code: "hello-after-auth",
    namesKey: true,
    act: ({ client }) => client.send(client.peer.ephemeralHello().take()),
  },
  "a REKEY out of turn": {
    code: "rekey-not-theirs",
    namesKey: true,
    act: async ({ client }) => {
      // The listener rekeys after the login; behind the answer it is the listener's turn.
      await client.send(client.peer.rekey().take());
      await client.send(client.peer.fakeRekey().take());
    },
  },
  "a REKEY of a mode that sinks do not have": {
    code: "rekey-bad-mode",
    namesKey: true,
    act: ({ client, key }) => client.send(client.peer.fakeRekey(key.publicKey, 1).take()),
  },
  "a REKEY with a low-order key": {
    code: "low-order-key",
    namesKey: true,
    act: ({ client }) => client.send(client.peer.fakeRekey(LOW_ORDER).take()),
  },
  "a type that does not exist": {
    code: "bad-packet-type",
    namesKey: true,
    act: ({ client }) => client.send(client.peer.raw({ type: 6, body: LOW_ORDER }).take()),
  },
  "frames behind one that never ends": {
    code: "too-many-frames",
    namesKey: true,
    act: async ({ client }) => {
      client.peer.control({ ...ONE_PIXEL, stream: 1, length: 4 });
      for (let stream = 2; stream < 2_000; stream++) {
        client.peer.control({ ...ONE_PIXEL, channel: 1, stream, length: 0 });
      }
      await client.send(client.peer.take());
    },
  },
};
