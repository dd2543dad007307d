// A process that can open no more connections.

import assert from "node:assert/strict";
import { Listening } from "../support/listening.ts";

/** Leaves the runtime what it needs by itself. */
const FILES = 128;

Deno.test({
  name: "strangers that take every file descriptor keep no client out",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using listening = await Listening.startAfter(`ulimit -n ${FILES}`);
    const early = await listening.connect();
    const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
    const silent: Deno.TcpConn[] = [];
    for (let i = 0; i < 2 * FILES; i++) {
      silent.push(await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }));
    }
    await listening.err.until(/accept-failed/);
    // Behind all of them, and again while they hold what they were left.
    const late = await listening.connect();
    const later = await listening.connect();
    for (const client of [early, late, later]) {
      await client.showText("still here");
      assert.ok(!client.client.isOver);
    }
    for (const socket of silent) socket.close();
  },
});
