import assert from "node:assert/strict";
import type { DrainConnection } from "../../../lib/fleet/records/drain.ts";
import { Outbox } from "../../../lib/fleet/records/outbox.ts";
import { Sender } from "../../../lib/fleet/records/sender.ts";
import { Spool } from "../../../lib/fleet/records/spool.ts";
import { FLEET_LOST_MS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

/** An outbox whose records the servers do not take. */
async function withFailing(
  isLost: boolean,
  run: (outbox: Outbox, timers: FakeTimers, log: LogBook, spool: string) => Promise<void>,
): Promise<void> {
  await inDirectory(async (root) => {
    const log = new LogBook();
    const failed = Promise.withResolvers<void>();
    const store = () => {
      failed.resolve();
      return Promise.reject(new Error("refused"));
    };
    const sender = new Sender({ store, last: () => Promise.resolve(undefined) }, true);
    const connection: DrainConnection = { state: "connected", onState: () => () => {} };
    const spool = await Spool.create(root, "host-1", { onLost() {}, onUnusable() {} });
    using timers = new FakeTimers();
    const outbox = new Outbox({
      name: "demo",
      connection,
      sender,
      spool,
      isLost: () => isLost,
      log,
    });
    outbox.put(2, "ident", "{}");
    await failed.promise;
    // What has failed goes to the spool.
    while (outbox.figures.spoolBytes === 0) await Promise.resolve();
    await run(outbox, timers, log, spool.path);
    const closed = outbox.close();
    timers.pass(FLEET_LOST_MS);
    await closed;
    assert.equal(timers.size, 0);
    const left = log.of("fleet-records-wait").at(-1)!;
    assert.equal(left.fields["records"], 1);
    assert.equal(left.fields["path"], spool.path);
    assert.match(`${left.fields["detail"]}`, /^the listener ends; the next one .* sends them$/);
  });
}

Deno.test("records that fail alone are logged once, when the fleet is not lost by then", () =>
  withFailing(false, (_outbox, timers, log) => {
    timers.pass(FLEET_LOST_MS - 1);
    assert.deepEqual(log.lines, []);
    timers.pass(1);
    timers.pass(FLEET_LOST_MS);
    const details = log.of("fleet-records-wait").map(({ fields }) => fields["detail"]);
    assert.deepEqual(details, ["refused"]);
    return Promise.resolve();
  }));

Deno.test("records that fail with the whole fleet are not logged: another line says so", () =>
  withFailing(true, (_outbox, timers, log) => {
    timers.pass(2 * FLEET_LOST_MS);
    assert.deepEqual(log.lines, []);
    return Promise.resolve();
  }));
