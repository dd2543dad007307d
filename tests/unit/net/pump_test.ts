import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { LimitError } from "../../../lib/errors.ts";
import {
  DRAIN_TIMEOUT_MS,
  LOGIN_TIMEOUT_MS,
  MAX_OUTPUT_BYTES,
  WRITE_STALL_TIMEOUT_MS,
} from "../../../lib/limits.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { concat } from "../../support/feed.ts";
import { REGISTER } from "../../support/pair.ts";
import { codeOf, Rig, turn, until } from "../../support/pump_rig.ts";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

test("a plain end of the stream is no fault", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  rig.socket.give(null);
  assert.equal(await codeOf(ended), undefined);
  assert.deepEqual(rig.events, ["peer-offered", "peer-authenticated", "event", "closed"]);
  assert.ok(rig.socket.isClosed);
});

test("a reset and a failing write are lost connections", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  rig.socket.give(new Deno.errors.ConnectionReset("reset"));
  assert.equal(await codeOf(ended), "connection-lost");
  assert.ok(rig.socket.isClosed);
});

test("a fault of this program is told apart from a lost connection", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  rig.onEvent = () => {
    throw new TypeError("undefined is not a function");
  };
  rig.socket.give(rig.peer.event(REGISTER).take());
  assert.equal(await codeOf(ended), "internal-error");
});

test("the next event waits until the last one was dealt with", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  const first = Promise.withResolvers<void>();
  rig.onEvent = () => first.promise;
  rig.socket.give(rig.peer.event(REGISTER).event(REGISTER).take(), null);
  await turn();
  assert.equal(rig.events.length, 4);
  rig.onEvent = () => undefined;
  first.resolve();
  await ended;
  assert.equal(rig.events.length, 6);
});

test("what arises within one turn leaves in one write", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  const before = rig.socket.written.length;
  for (let i = 0; i < 5; i++) {
    rig.session.sendEvent(0, REGISTER);
    rig.pump.flushSoon();
  }
  await turn();
  assert.equal(rig.socket.written.length, before + 1);
  assert.equal(rig.socket.written.at(-1)!.length, 5 * 164);
  rig.socket.give(null);
  await ended;
});

test("what arises while a write is under way leaves behind it, in order", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  rig.peer.receive(new Uint8Array(0));
  const before = rig.socket.written.length;
  rig.socket.allowWrites(0);
  for (let i = 0; i < 3; i++) {
    rig.session.sendEvent(0, REGISTER);
    rig.pump.flush();
  }
  await turn();
  rig.socket.allowWrites(Infinity);
  await until(() => rig.socket.written.length > before + 1);
  assert.equal(rig.peer.receive(concat(rig.socket.written.slice(before))), 3);
  rig.socket.give(null);
  await ended;
});

test("a client that never reads is bounded and ended", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  rig.socket.allowWrites(0);
  let most = 0;
  for (let i = 0; i < 20_000 && !rig.session.isOver; i++) {
    rig.session.sendEvent(0, REGISTER);
    most = Math.max(most, rig.session.outputBytes);
    rig.pump.flush();
  }
  assert.equal(await codeOf(ended), "output-queue-full");
  assert.ok(most <= MAX_OUTPUT_BYTES + 164);
  assert.ok(rig.socket.isClosed);
});

test("no more is read from a client that does not take what waits for it", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  rig.socket.allowWrites(0);
  rig.onEvent = () => {
    for (let i = 0; i < 500; i++) rig.session.sendEvent(0, REGISTER);
    return undefined;
  };
  for (let i = 0; i < 10; i++) rig.socket.give(rig.peer.event(REGISTER).take());
  await turn();
  await turn();
  assert.ok(rig.events.length < 8, "it stopped early");
  assert.ok(rig.session.outputBytes < MAX_OUTPUT_BYTES);
  rig.onEvent = () => undefined;
  rig.socket.allowWrites(Infinity);
  rig.socket.give(null);
  assert.equal(await codeOf(ended), undefined);
  assert.equal(rig.events.length, 14, "it goes on when the client reads");
});

test("a client that sends on and takes nothing is cut off, a slow one is not", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  using timers = new FakeTimers();
  rig.socket.allowWrites(0);
  for (let i = 0; i < 1_000; i++) rig.session.sendEvent(0, REGISTER);
  rig.pump.flush();
  for (let i = 0; i < 1_000; i++) rig.session.sendEvent(0, REGISTER);
  rig.socket.give(rig.peer.event(REGISTER).take());
  await until(() => timers.size > 0);
  assert.equal(timers.size, 1);
  rig.socket.allowWrites(1);
  await turn();
  timers.pass(WRITE_STALL_TIMEOUT_MS);
  await turn();
  assert.ok(!rig.socket.isClosed, "it has taken something");
  timers.pass(WRITE_STALL_TIMEOUT_MS);
  assert.equal(await codeOf(ended), "output-stalled");
  assert.equal(timers.size, 0);
});

test("a client that says nothing and takes nothing of what waits is cut off as well", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  using timers = new FakeTimers();
  rig.socket.allowWrites(0);
  rig.session.sendEvent(0, REGISTER);
  rig.pump.flush();
  assert.equal(timers.size, 0, "with nothing behind it a write may take its time");
  rig.session.sendEvent(0, REGISTER);
  rig.pump.flush();
  rig.pump.flush();
  assert.equal(timers.size, 1);
  rig.socket.allowWrites(1);
  await turn();
  timers.pass(WRITE_STALL_TIMEOUT_MS);
  assert.ok(!rig.socket.isClosed, "it has taken something");
  timers.pass(WRITE_STALL_TIMEOUT_MS);
  assert.equal(await codeOf(ended), "output-stalled");
  assert.equal(timers.size, 0);
});

test("last words wait for a client that does not read for a short time only", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  using timers = new FakeTimers();
  rig.socket.allowWrites(0);
  rig.onEvent = () => {
    rig.session.send({ command: "shutdown", lastWords: "bye" });
    rig.session.close();
    return undefined;
  };
  rig.socket.give(rig.peer.event(REGISTER).take());
  await until(() => timers.size > 0);
  assert.ok(!rig.socket.isClosed);
  timers.pass(DRAIN_TIMEOUT_MS);
  assert.equal(await codeOf(ended), "connection-lost");
  assert.equal(timers.size, 0);
});

test("a login that takes too long is ended", async () => {
  const rig = new Rig();
  const ended = rig.run();
  rig.pass(LOGIN_TIMEOUT_MS - 1_000);
  assert.ok(!rig.socket.isClosed);
  rig.pass(1_000);
  assert.equal(await codeOf(ended), "login-timeout");
  assert.ok(rig.socket.isClosed);
});

for (
  const [how, hello] of [
    ["the first packet", (rig: Rig) => rig.peer.hello().take()],
    ["a packet behind a good one", async (rig: Rig) => {
      rig.socket.give(rig.peer.ephemeralHello().take());
      await until(() => rig.socket.written.length > 0);
      rig.peer.receive(concat(rig.socket.written));
      return rig.peer.hello().take();
    }],
  ] as const
) {
  test(`a login that sends ${how} a byte at a time has no longer than any other`, async () => {
    const rig = new Rig();
    const ended = rig.run();
    const bytes = await hello(rig);
    const gapMs = 500;
    for (let at = 0; at < LOGIN_TIMEOUT_MS / gapMs; at++) {
      assert.ok(!rig.socket.isClosed, `it is there after ${at * gapMs} ms`);
      rig.socket.give(bytes.slice(at, at + 1));
      await until(() => rig.socket.unreadBytes === 0);
      rig.pass(gapMs);
    }
    assert.equal(await codeOf(ended), "login-timeout");
    assert.ok(rig.socket.isClosed);
  });
}

test("an end from this side carries its reason, and closes once", async () => {
  const rig = new Rig();
  const ended = rig.run();
  rig.pump.end(new LimitError("listener-closed", "the listener was closed"));
  rig.pump.end();
  assert.equal(await codeOf(ended), "listener-closed");

  const plain = new Rig();
  const { ended: end } = await plain.login();
  plain.pump.end();
  assert.equal(await codeOf(end), "connection-lost");
});

test("what waits is sent before the session's own end closes the socket", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  const before = rig.socket.written.length;
  rig.onEvent = () => {
    rig.session.send({ command: "shutdown", lastWords: "bye" });
    rig.session.close();
    return undefined;
  };
  rig.socket.give(rig.peer.event(REGISTER).take());
  assert.equal(await codeOf(ended), undefined);
  assert.equal(concat(rig.socket.written.slice(before)).length, 153);
  assert.ok(rig.socket.isClosed);
});

/** Notes the pass of the event loop in which each event is taken, until it is disposed of. */
function notePasses(rig: Rig, work: () => void = () => {}) {
  const passOfEach: number[] = [];
  let passes = 0;
  let isOver = false;
  const counting = (async () => {
    for (; !isOver; passes++) await new Promise((resolve) => setImmediate(resolve));
  })();
  rig.onEvent = () => {
    passOfEach.push(passes);
    work();
    return undefined;
  };
  return {
    passOfEach,
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await counting;
    },
  };
}

test("others have their turn between two events that each take long", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  using clock = new FakeClock();
  for (const [workMs, least, most] of [[6, 8, 8], [0, 1, 2]] as const) {
    await using notes = notePasses(rig, () => clock.nowMs += workMs);
    for (let i = 0; i < 8; i++) rig.peer.data("binary", new Uint8Array(100));
    rig.socket.give(rig.peer.take());
    await until(() => notes.passOfEach.length === 8);
    const turns = new Set(notes.passOfEach).size;
    assert.ok(turns >= least && turns <= most, `8 events of ${workMs} ms in ${turns} turns`);
  }
  rig.socket.give(null);
  await ended;
});

test("others have their turn while a block of much data is worked off", async () => {
  const rig = new Rig();
  const { ended } = await rig.login();
  using _ = new FakeClock();
  await using notes = notePasses(rig);
  for (let i = 0; i < 64; i++) rig.peer.data("binary", new Uint8Array(32_000));
  rig.socket.give(rig.peer.take());
  await until(() => notes.passOfEach.length === 64);
  const eventsOf = Map.groupBy(notes.passOfEach, (pass) => pass).values();
  const most = Math.max(...eventsOf.map(({ length }) => length));
  assert.ok(most <= 9, `${most} events of 32000 bytes in one turn`);
  rig.socket.give(null);
  await ended;
});
