import assert from "node:assert/strict";
import { Keystore } from "../../../keystore/mod.ts";
import { silentLogger } from "../../../lib/log.ts";
import { bind, bindShared } from "../../../lib/net/bind.ts";
import { openSharedPort } from "../../../lib/workers/mod.ts";
import { inDirectory } from "../../support/directory.ts";

const PLACE = { addresses: undefined, hostname: "127.0.0.1", port: 0 };

Deno.test({
  name: "a port is kept for workers until they listen, and connections go to them",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inDirectory(async (directory) => {
      const keystore = await Keystore.open(directory);
      const shared = await openSharedPort(PLACE, keystore, {}, silentLogger);
      const [[address]] = shared.sockets as [[{ hostname: string; port: number }]];
      const isTaken = { code: "port-in-use" };
      assert.throws(() => bind(address.hostname, address.port), isTaken);
      const workers = [...bindShared(shared.sockets), ...bindShared(shared.sockets)];
      shared.letGo();
      assert.throws(() => bind(address.hostname, address.port), isTaken);
      const accepted = workers.map(({ socket }) => socket.accept().catch(() => undefined));
      // Each goes to a worker: nothing accepts what goes to another socket.
      using _client = await Deno.connect(address);
      const taken = await Promise.race(accepted);
      assert(taken !== undefined);
      for (const { socket } of workers) socket.close();
      for (const connection of await Promise.all(accepted)) connection?.close();
      await shared.admission.close?.();
    }),
});
