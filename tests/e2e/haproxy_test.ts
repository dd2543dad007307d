/** A balancer that users have: haproxy in front of `listen`. */

import assert from "node:assert/strict";
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
