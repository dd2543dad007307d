/** A process that can open no more connections. */

import assert from "node:assert/strict";
import { RawClient } from "../support/clients.ts";
import { Listening } from "../support/listening.ts";
import { REGISTER } from "../support/pair.ts";
import { portOf } from "./process.ts";

/** Leaves the runtime what it needs by itself. */
const FILES = 128;
const SLOW = 5;

export async function outOfDescriptors(): Promise<string> {
  await using listening = await Listening.startAfter(`ulimit -n ${FILES}`);
  const early = await listening.connect();
  const address = { hostname: "127.0.0.1", port: await portOf(listening) };
  // Logins that are under way are not silent, however long they take.
  const slow: RawClient[] = [];
  for (let i = 0; i < SLOW; i++) {
    const client = new RawClient(await Deno.connect(address), { key: listening.key });
    await client.send(client.peer.ephemeralHello().take());
    await client.answers();
    slow.push(client);
  }
  const silent: Deno.TcpConn[] = [];
  for (let i = 0; i < 2 * FILES; i++) silent.push(await Deno.connect(address));
  await listening.err.until(/accept-failed/);
  // Behind all of them, and again while they hold what they were left.
  const late = await listening.connect();
  const later = await listening.connect();
  for (const client of [early, late, later]) {
    await client.showText("still here");
    assert.ok(!client.client.isOver);
  }
  for (const client of slow) {
    await client.send(client.peer.hello().take());
    await client.answers();
    await client.send(client.peer.event(REGISTER).take());
  }
  const proved = 1 + SLOW + 2;
  await listening.err.until({
    exec: (text) => text.split(" client-authenticated ").length === 1 + proved || null,
  });
  assert.doesNotMatch(listening.err.text, /login-refused/);
  for (const socket of [...silent, ...slow]) socket.close();
  return `${silent.length} strangers for ${FILES} descriptors; ${proved} of ${proved} logins`;
}
