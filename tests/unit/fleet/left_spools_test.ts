import assert from "node:assert/strict";
import type { DrainConnection } from "../../../lib/fleet/records/drain.ts";
import { sendLeftSpools } from "../../../lib/fleet/records/left_spools.ts";
import { makeRecord } from "../../../lib/fleet/records/record.ts";
import { Spool } from "../../../lib/fleet/records/spool.ts";
import { FLEET_CHANGE_MS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

const HOST = "host-1";

Deno.test("clients of a left spool are ended when the servers can do it, by the next listener at the latest", () =>
  inDirectory(async (root) => {
    const spool = await Spool.create(root, HOST, { onLost() {}, onUnusable() {} });
    spool.append(makeRecord({ host: HOST, client: 2, number: 1 }, "ident", '{"kind":"ident"}'));
    await spool.close();

    const stored: number[] = [];
    const stream = {
      store: ({ number }: { readonly number: number }) => Promise.resolve(void stored.push(number)),
      last: () => Promise.resolve(undefined),
    };
    const connection: DrainConnection = { state: "connected", onState: () => () => {} };
    const log = new LogBook();
    let attempts = 0;
    let successAt = Infinity;
    const onSent = (host: string) => {
      assert.equal(host, HOST);
      return ++attempts < successAt ? Promise.reject(new Error("no leader")) : Promise.resolve();
    };
    const send = (signal: AbortSignal) =>
      sendLeftSpools({ root, stream, connection, log, onSent }, signal);
    using timers = new FakeTimers();
    const failsAgain = async () => {
      while (timers.size === 0) await Deno.stat(root);
    };

    const end = new AbortController();
    const first = send(end.signal);
    await failsAgain();
    timers.pass(2 * FLEET_CHANGE_MS);
    await failsAgain();
    assert.equal(attempts, 2);
    end.abort();
    await first;

    successAt = 4;
    const second = send(new AbortController().signal);
    await failsAgain();
    timers.pass(FLEET_CHANGE_MS);
    await second;
    assert.equal(attempts, 4);
    assert.deepEqual(stored, [1]);
    assert.deepEqual(log.of("fleet-spool-unusable"), []);
    assert.deepEqual([...Deno.readDirSync(root)], []);
  }));
