import assert from "node:assert/strict";
import { LimitError } from "../../../lib/errors.ts";
import { HANDLER_SLOW_MS, LEFT_WORK_MS } from "../../../lib/limits.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { REGISTER } from "../../support/pair.ts";
import { codeOf, Rig, turn, until } from "../../support/pump_rig.ts";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

/** A pump whose next event is never done with; `done` lets it be. */
async function hang(): Promise<{ rig: Rig; ended: Promise<void>; done: () => void }> {
  const rig = new Rig();
  const { ended } = await rig.login();
  const handled = Promise.withResolvers<void>();
  rig.onEvent = () => handled.promise;
  rig.socket.give(rig.peer.event(REGISTER).take());
  await until(() => rig.events.length === 4);
  rig.onEvent = () => undefined;
  return { rig, ended, done: handled.resolve };
}

test("who leaves while a handler hangs is noticed, by its end and by a reset", async () => {
  for (const end of [null, new Deno.errors.ConnectionReset("reset")]) {
    const { rig, ended } = await hang();
    rig.socket.give(rig.peer.event(REGISTER).take(), end);
    await turn();
    assert.ok(!rig.socket.isClosed, "a handler may take its time");
    rig.pass(HANDLER_SLOW_MS);
    assert.equal(await codeOf(ended), undefined);
    assert.ok(rig.socket.isClosed);
    assert.equal(rig.events.length, 4, "what was not taken is thrown away");
  }
});

test("who leaves while a handler has hung for long is noticed at once", async () => {
  const { rig, ended } = await hang();
  rig.pass(HANDLER_SLOW_MS);
  await turn();
  assert.ok(!rig.socket.isClosed);
  rig.socket.give(null);
  assert.equal(await codeOf(ended), undefined);
});

test("who leaves behind more than is read ahead is noticed by what is written", async () => {
  const { rig, ended } = await hang();
  for (let i = 0; i < 200; i++) rig.socket.give(rig.peer.event(REGISTER).take());
  rig.pass(HANDLER_SLOW_MS);
  await turn();
  assert.ok(rig.socket.unreadBytes > 10_000, "the peer is held up");
  const before = rig.socket.written.length;
  rig.pass(HANDLER_SLOW_MS);
  await turn();
  assert.equal(rig.socket.written.length, before + 1);
  rig.socket.failWrites(new Deno.errors.BrokenPipe("closed"));
  rig.pass(HANDLER_SLOW_MS);
  assert.equal(await codeOf(ended), undefined);
  assert.equal(rig.probes, 2);
});

test("what a peer sends while a handler hangs is taken in order once it goes on", async () => {
  const { rig, ended, done } = await hang();
  for (let i = 0; i < 200; i++) rig.socket.give(rig.peer.event(REGISTER).take());
  rig.socket.give(null);
  rig.pass(HANDLER_SLOW_MS);
  await turn();
  done();
  assert.equal(await codeOf(ended), undefined);
  assert.equal(rig.events.length, 4 + 200 + 1);
  assert.equal(rig.events.at(-1), "closed");
});

test("an end that came while a handler was slow is told behind what came before it", async () => {
  const { rig, ended, done } = await hang();
  rig.pass(HANDLER_SLOW_MS);
  done();
  await turn();
  rig.socket.give(rig.peer.event(REGISTER).take(), null);
  assert.equal(await codeOf(ended), undefined);
  assert.deepEqual(rig.events.slice(4), ["event", "closed"]);
});

test("an end from this side waits for no handler", async () => {
  const { rig, ended } = await hang();
  rig.pump.end(new LimitError("listener-closed", "the listener was closed"));
  assert.equal(await codeOf(ended), "listener-closed");
});

/** Sends events that take some work each, from a peer that has closed. @returns How many were taken. */
async function leaveBehind(count: number, workMs: number): Promise<number> {
  using clock = new FakeClock();
  const rig = new Rig();
  const { ended } = await rig.login();
  rig.onEvent = () => {
    clock.nowMs += workMs;
    return undefined;
  };
  const before = rig.events.length;
  rig.socket.failWrites(new Deno.errors.BrokenPipe("closed"));
  rig.session.sendEvent(0, REGISTER);
  rig.pump.flush();
  await turn();
  for (let i = 0; i < count; i++) rig.socket.give(rig.peer.event(REGISTER).take());
  rig.socket.give(null);
  await codeOf(ended);
  assert.ok(rig.socket.isClosed);
  return rig.events.slice(before).filter((type) => type === "event").length;
}

test("what a peer has sent before it left is worked off when that is little work", async () => {
  assert.equal(await leaveBehind(50, LEFT_WORK_MS / 100), 50);
});

test("what a peer has sent before it left is thrown away when it is much work", async () => {
  assert.equal(await leaveBehind(50, LEFT_WORK_MS / 9.5), 10);
});

test("work for a peer that is there has no bound", async () => {
  using clock = new FakeClock();
  const rig = new Rig();
  const { ended } = await rig.login();
  rig.onEvent = () => {
    clock.nowMs += LEFT_WORK_MS;
    rig.pump.worked(LEFT_WORK_MS);
    return undefined;
  };
  for (let i = 0; i < 5; i++) rig.socket.give(rig.peer.event(REGISTER).take());
  rig.socket.give(null);
  assert.equal(await codeOf(ended), undefined);
  assert.equal(rig.events.filter((type) => type === "event").length, 6);
});
