/** A balancer that users have: haproxy in front of `listen`. */

import assert from "node:assert/strict";
import type { Keystore } from "../../keystore/mod.ts";
import { controlOf } from "../support/ctl.ts";
import { Balancer, NEEDS_HAPROXY } from "../support/haproxy.ts";
import { Listening } from "../support/listening.ts";

for (const version of ["send-proxy", "send-proxy-v2"]) {
  Deno.test({
    name: `haproxy with ${version}${NEEDS_HAPROXY.why}`,
    ignore: NEEDS_HAPROXY.ignore,
    fn: async () => {
      await using listening = await Listening.startAnywhere(
        ...["--listen", "127.0.0.1:0", "--listen", "unix:DIR/s"],
        ...["--proxy-protocol", "127.0.0.1", "--proxy-protocol", "unix", "--debug"],
      );
      const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
      const server = (at: string) => [`server listener ${at}`];
      await using balancer = await Balancer.start(
        { lines: server(`127.0.0.1:${port} ${version} check inter 50`) },
        { lines: server(`unix@${listening.directory}/s ${version}`), family: "tcp6" },
      );
      for (const frontend of [0, 1]) {
        const socket = await balancer.connect(frontend);
        const { hostname, port } = socket.localAddr;
        const client = await listening.connectOver(socket, `through ${frontend}`);
        await client.showText("behind a balancer");
        const address = hostname === "::1" ? `[::1]:${port}` : `${hostname}:${port}`;
        await listening.err.until({
          exec: (text) => text.includes(` client-authenticated client=${address} `) || null,
        });
      }
      // A health check is no failed login.
      await listening.err.until(/ debug (left-before-login|lost-before-accept) /);
      assert.equal(await listening.stop(), 0);
      assert.doesNotMatch(await listening.err.rest(), /login-refused/);
    },
  });
}

const README = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));

/** Lets clients come one after another until it is told to stop; each must be let in. */
async function keepComing(listening: Listening, balancer: Balancer, stop: AbortSignal) {
  while (!stop.aborted) {
    const client = await listening.connectOver(await balancer.connect());
    await client.activated();
    await client.close();
  }
}

Deno.test({
  name: `haproxy sends no client to a listener that drains, and loses none${NEEDS_HAPROXY.why}`,
  ignore: NEEDS_HAPROXY.ignore,
  fn: async () => {
    const flags = ["--proxy-protocol", "127.0.0.1", "--ready", "127.0.0.1:0"];
    await using one = await Listening.start(...flags);
    const letIn = async (keystore: Keystore) =>
      void await keystore.add(["demo"], one.key.publicKey);
    await using two = await Listening.startWith(letIn, ...flags);
    const [, section] = /```haproxy\nlisten demo\n.*bind.*\n([^]*?)```/.exec(README)!;
    let lines = section!.replaceAll("inter 1s", "inter 50ms");
    for (const [address, listening] of [["10.0.0.5", one], ["10.0.0.6", two]] as const) {
      const [, port, ready] = await listening.err.until(/:(\d+) as demo\n[^]*:(\d+)\/ready\n/);
      lines = lines.replace(`${address}:6680`, `127.0.0.1:${port}`)
        .replace("check port 8080", `check port ${ready}`);
    }
    await using balancer = await Balancer.start({ lines: lines.trim().split(/\n\s*/) });
    using control = await controlOf(one);
    const letInByOne = async () => (await control.call("stats", {})).connections["accepted"] ?? 0;
    const first = await one.connectOver(await balancer.connect(), "first");
    const second = await one.connectOver(await balancer.connect(), "second");
    for (const client of [first, second]) await client.activated();
    assert.equal(await letInByOne(), 1, "the servers take turns");

    const stop = new AbortController();
    const coming = [1, 2].map(() => keepComing(one, balancer, stop.signal));
    while (await letInByOne() < 5);
    assert.deepEqual(Object.keys(await control.call("drain", {})), ["clients"]);
    await balancer.down("one");
    stop.abort();
    await Promise.all(coming);
    const before = await letInByOne();
    for (let i = 0; i < 4; i++) {
      const client = await one.connectOver(await balancer.connect());
      await client.activated();
    }
    assert.equal(await letInByOne(), before);
    for (const client of [first, second]) await client.showText("still drawing");
    assert.equal(await one.stop(), 0);
  },
});
