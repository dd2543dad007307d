import assert from "node:assert/strict";
import { ReaderGate } from "../../../lib/net/reader_gate.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

Deno.test("gate: who waits goes on when it is opened", { permissions: "none" }, async () => {
  using timers = new FakeTimers();
  const gate = new ReaderGate();
  gate.open();
  const waiting = gate.wait(() => assert.fail("not for long"));
  gate.open();
  await waiting;
  assert.equal(timers.size, 0);
  gate.open();
});

Deno.test("gate: nobody waits for ever", { permissions: "none" }, async () => {
  using timers = new FakeTimers();
  const gate = new ReaderGate();
  let stalls = 0;
  const waiting = gate.wait(() => {
    stalls++;
    gate.open();
  });
  timers.pass(29_999);
  assert.equal(stalls, 0);
  timers.pass(1);
  await waiting;
  assert.equal(stalls, 1);
});
