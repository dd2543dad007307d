/** Servers that are lost while a listener starts. */

import assert from "node:assert/strict";
import { FleetConnection } from "../../../lib/fleet/mod.ts";
import { CutProxy } from "../../support/cut_proxy.ts";
import { TestFleet, withNats } from "../../support/fleet.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

const PLACES = { name: "demo", secret: new Uint8Array(8), count: 2 };

for (
  const [bucket, change, what] of [
    ["keys", 2, "the copy of the keys begins"],
    ["places", 2, "the salt of places is read"],
  ] as const
) {
  Deno.test({
    ...NEEDS_NATS,
    name: `a server that is lost when ${what} does not keep a listener from starting`,
    fn: () =>
      withNats(async (server, directory) => {
        const fleet = await TestFleet.make(server, directory);
        const begins = `PUB $JS.API.STREAM.INFO.KV_test_${bucket} `;
        await using proxy = new CutProxy(server, { begins, change, isDone: true, isBack: true });
        {
          await using keystore = await fleet.open({ servers: [proxy.url] });
          assert.equal(await keystore.spentPlaces(PLACES), 0);
          await proxy.cut;
        }
      }),
  });
}

Deno.test({
  ...NEEDS_NATS,
  name: "a server that could not be reached at the start is used when it is back",
  async fn() {
    await using first = await NatsServer.start();
    await using second = await NatsServer.start();
    await first.kill();
    // Which server is tried first is left to chance.
    const connections = await Promise.all(
      Array.from(
        { length: 8 },
        () => FleetConnection.open({ servers: [first.url, second.url], name: "f" }, "test"),
      ),
    );
    const back = connections.map((connection) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      connection.onState((state) => {
        if (state === "connected") resolve();
      });
      return promise;
    });
    await first.restart();
    await second.kill();
    await Promise.all(back);
    for (const connection of connections) await connection.close();
  },
});
