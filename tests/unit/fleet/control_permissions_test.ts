import assert from "node:assert/strict";
import type { Controlled } from "../../../lib/control/mod.ts";
import { FleetError } from "../../../lib/errors.ts";
import { type FleetConnection, FleetRecords, type Role } from "../../../lib/fleet/mod.ts";
import { silentLogger } from "../../../lib/log.ts";
import { Changes } from "../../support/changes.ts";
import { inDirectory } from "../../support/directory.ts";
import { ControlBench, FLEET } from "../../support/fleet_control.ts";
import { LogBook } from "../../support/log_book.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";
import { exampleUsers, PASSWORD } from "../../support/permissions.ts";

/** Users of listeners that may not answer, and not take calls. */
const MORE = `
  { user: mute, password: ${PASSWORD}, permissions: {
    publish: "$JS.API.>", subscribe: ["${FLEET}.control.>", "${FLEET}.answers.>"] } }
  { user: deaf, password: ${PASSWORD}, permissions: {
    publish: "${FLEET}.>", subscribe: "${FLEET}_inbox.listeners.>" } }`;
const CONFIG = exampleUsers(FLEET, MORE);

/** Users of listeners that callers get no answer from, and what they may not use. */
const SILENT = { mute: "f.answers.look.", deaf: "f.control.h.*" };

const OPERATIONS: Partial<Controlled> = {
  list: () => [],
  type: () => ({ client: 1 }),
  close: () => ({ clients: 0 }),
};

Deno.test({
  ...NEEDS_NATS,
  name: "README: the permissions of NATS say what callers may do at hosts",
  fn: () =>
    inDirectory(async (spools) => {
      await using server = await NatsServer.start({ config: CONFIG });
      await using bench = new ControlBench(server);
      await bench.host("host-1", OPERATIONS, { user: "listener" });
      const connection = await bench.connect("listener");
      await using records = await open(connection, spools);
      await records.describe({ addresses: ["[::]:6680"], isControlled: true });
      const may = async (name: string, role?: Role) => {
        const caller = await bench.caller(name, role);
        const [host] = await caller.hosts();
        assert.deepEqual([host!.id, host!.addresses], ["host-1", ["[::]:6680"]]);
        const { list, type, close } = caller.controlled(host!.id);
        const results = await Promise.allSettled([
          list({}),
          type({ client: "1", text: "a" }),
          close({}),
        ]);
        return results.map((result) => {
          if (result.status === "fulfilled") return true;
          assert(result.reason instanceof FleetError);
          assert.equal(result.reason.code, "fleet-refused");
          return false;
        });
      };
      assert.deepEqual(await may("look"), [true, false, false]);
      assert.deepEqual(await may("drive"), [true, true, false]);
      assert.deepEqual(await may("manage"), [true, true, true]);
      // A listener calls others, for its page.
      assert.deepEqual(await may("listener", "listeners"), [true, true, true]);
    }),
});

function open(connection: FleetConnection, spools: string): Promise<FleetRecords> {
  const [host, name] = ["host-1", "demo"];
  return FleetRecords.open({ connection, host, name, spools, log: silentLogger });
}

Deno.test({
  ...NEEDS_NATS,
  name: "a host whose user may not take calls, or not answer them, says so once in its log",
  async fn() {
    await using server = await NatsServer.start({ config: CONFIG });
    await using bench = new ControlBench(server);
    const caller = await bench.caller("look");
    for (const [user, subject] of Object.entries(SILENT)) {
      const log = new LogBook();
      const changes = new Changes();
      log.onLine = () => changes.notify();
      const service = await bench.host("h", OPERATIONS, { user, log });
      const stop = new AbortController();
      const calls = [1, 2].map(() => caller.call("h", "list", {}, stop.signal));
      const ended = Promise.allSettled(calls);
      await changes.until(() => log.lines.length > 0, () => `a line about ${subject}`);
      stop.abort(new Error("the test ends"));
      await ended;
      await service.close();
      const [line, ...more] = log.of("fleet-control-refused");
      assert(`${line!.fields["detail"]}`.includes(` ${subject}`));
      assert.deepEqual(more, []);
    }
  },
});
