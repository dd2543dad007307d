import assert from "node:assert/strict";
import { Shutdown, type ShutdownParts } from "../../../lib/cli/shutdown.ts";
import { DRAIN_NOTICE_MS, STOP_TIMEOUT_MS } from "../../../lib/limits.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

/** Tells what is done to a listener, in order. */
class Rig implements Disposable {
  readonly done: string[] = [];
  readonly clients = { length: 3 };
  readonly shutdown: Shutdown;
  readonly #timers = new FakeTimers();
  readonly #clock = new FakeClock();

  constructor(parts: Partial<ShutdownParts> = {}) {
    const { done, clients } = this;
    this.shutdown = new Shutdown({
      listener: {
        clients,
        close: () => void done.push("close"),
        closePort: () => Promise.resolve(void done.push("closePort")),
        closeClients: (lastWords) => void done.push(`closeClients ${lastWords}`),
      },
      handlers: { stop: () => void done.push("handlers stop") },
      io: {},
      manager: {
        status: (text) => void done.push(`STATUS ${text}`),
        stopping: (text) => void done.push(`STOPPING ${text}`),
      },
      report: ({ event, fields }) => void done.push(`${event} ${JSON.stringify(fields)}`),
      drainSeconds: 0,
      hasBalancers: false,
      ...parts,
    });
  }

  pass(seconds: number): void {
    this.#clock.nowMs += seconds * 1000;
    this.#timers.pass(seconds * 1000);
  }

  /** @returns What was done since the last time. */
  take(): string[] {
    return this.done.splice(0);
  }

  [Symbol.dispose](): void {
    this.shutdown[Symbol.dispose]();
    assert.equal(this.#timers.size, 0, "its timers are cleared");
    this.#timers[Symbol.dispose]();
    this.#clock[Symbol.dispose]();
  }
}

const STOPPED = [
  "STOPPING clients are leaving",
  "close",
  'stopping {"clients":3}',
  "handlers stop",
  "closeClients the listener has shut down",
];
const STATUS = "STATUS clients are leaving";

Deno.test("drain: the port is closed, and clients are ended when the time is over", () => {
  using rig = new Rig();
  assert.equal(rig.shutdown.drain(60), 60);
  assert.deepEqual(rig.take(), [STATUS, "closePort", 'draining {"clients":3,"seconds":60}']);
  assert.deepEqual([rig.shutdown.hasBegun, rig.shutdown.isDraining], [true, true]);
  rig.pass(59);
  assert.deepEqual(rig.take(), []);
  rig.pass(1);
  assert.deepEqual(rig.take(), STOPPED);
  assert.equal(rig.shutdown.isDraining, false);
  assert.equal(rig.shutdown.drain(60), 0);
});

Deno.test("drain: without a time it takes that of --drain, and without that any", () => {
  using timed = new Rig({ drainSeconds: 5 });
  assert.equal(timed.shutdown.drain(undefined), 5);
  timed.pass(5);
  assert.deepEqual(timed.take().slice(3), STOPPED);
  using endless = new Rig();
  assert.equal(endless.shutdown.drain(undefined), undefined);
  assert.deepEqual(endless.take(), [STATUS, "closePort", 'draining {"clients":3}']);
  endless.pass(1e6);
  assert.deepEqual(endless.take(), []);
});

Deno.test("drain: a second one shortens the time, and never lengthens it", () => {
  using rig = new Rig();
  rig.shutdown.drain(undefined);
  assert.equal(rig.shutdown.drain(100), 100);
  rig.pass(30);
  assert.equal(rig.shutdown.drain(600), 70);
  assert.equal(rig.shutdown.drain(undefined), 70);
  assert.equal(rig.shutdown.drain(10), 10);
  assert.equal(rig.take().filter((each) => each === "closePort").length, 1);
  rig.pass(10);
  assert.ok(rig.take().includes("handlers stop"));
});

Deno.test("drain: with balancers the port stays open until they have seen it", () => {
  using rig = new Rig({ hasBalancers: true });
  rig.shutdown.drain(undefined);
  rig.pass(DRAIN_NOTICE_MS / 1000 - 1);
  assert.deepEqual(rig.take(), [STATUS, 'draining {"clients":3}']);
  assert.ok(rig.shutdown.isDraining);
  rig.pass(1);
  assert.deepEqual(rig.take(), ["closePort"]);
  using short = new Rig({ hasBalancers: true });
  short.shutdown.drain(1);
  short.pass(1);
  assert.deepEqual(short.take().slice(2), STOPPED);
  short.pass(DRAIN_NOTICE_MS / 1000);
  assert.deepEqual(short.take(), [], "what was closed is not closed again");
});

Deno.test("SIGTERM: the first one drains for --drain, the next one ends clients", () => {
  using rig = new Rig({ drainSeconds: 60 });
  rig.shutdown.takeSignal("SIGTERM");
  const began = rig.take();
  assert.deepEqual(began, [STOPPED[0], "closePort", 'draining {"clients":3,"seconds":60}']);
  rig.shutdown.takeSignal("SIGTERM");
  assert.deepEqual(rig.take(), STOPPED);
});

Deno.test("SIGTERM during a drain gives clients the rest of it, --drain at most", () => {
  using longer = new Rig({ drainSeconds: 60 });
  longer.shutdown.drain(600);
  longer.shutdown.takeSignal("SIGTERM");
  assert.equal(longer.take().at(-1), 'draining {"clients":3,"seconds":60}');
  longer.pass(60);
  assert.deepEqual(longer.take(), STOPPED);
  using shorter = new Rig({ drainSeconds: 60 });
  shorter.shutdown.drain(10);
  shorter.shutdown.takeSignal("SIGTERM");
  assert.equal(shorter.take().at(-1), 'draining {"clients":3,"seconds":10}');
  using none = new Rig();
  none.shutdown.drain(600);
  none.take();
  none.shutdown.takeSignal("SIGTERM");
  assert.deepEqual(none.take(), STOPPED, "without --drain it ends them at once");
});

Deno.test("SIGTERM without clients ends at once, unless balancers may be sending some", () => {
  using idle = new Rig({ drainSeconds: 60 });
  idle.clients.length = 0;
  idle.shutdown.takeSignal("SIGTERM");
  assert.ok(idle.take().includes("handlers stop"));
  using balanced = new Rig({ drainSeconds: 60, hasBalancers: true });
  balanced.clients.length = 0;
  balanced.shutdown.takeSignal("SIGTERM");
  assert.deepEqual(balanced.take().slice(1), ['draining {"clients":0,"seconds":60}']);
  balanced.pass(DRAIN_NOTICE_MS / 1000);
  assert.deepEqual(balanced.take(), ["closePort"]);
});

Deno.test("SIGINT ends clients at once, also during a drain, and the end does not take for ever", async () => {
  using rig = new Rig({ drainSeconds: 60, hasBalancers: true });
  rig.shutdown.drain(undefined);
  rig.take();
  rig.shutdown.takeSignal("SIGINT");
  assert.deepEqual(rig.take(), STOPPED);
  rig.pass(STOP_TIMEOUT_MS / 1000);
  assert.equal(await rig.shutdown.timedOut, false);
});
