import assert from "node:assert/strict";
import { AUTHORIZE_TIMEOUT_MS } from "../../../lib/limits.ts";
import { requireAuthorized } from "../../../lib/net/authorize.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

const peer = { publicKey: "AAAA", fingerprint: "0123", address: "[::1]:1" };

Deno.test({
  name: "no answer of authorize refuses the client at its deadline, and a late yes changes nothing",
  permissions: "none",
  fn: async () => {
    using timers = new FakeTimers();
    const answer = Promise.withResolvers<boolean>();
    let settled = false;
    const asked = requireAuthorized(() => answer.promise, peer).finally(() => settled = true);
    const refused = assert.rejects(asked, {
      code: "not-authorized",
      message: `authorize has not answered within ${AUTHORIZE_TIMEOUT_MS / 1000} s`,
    });
    timers.pass(AUTHORIZE_TIMEOUT_MS - 1);
    await Promise.resolve();
    assert.equal(settled, false);
    timers.pass(1);
    await refused;
    answer.resolve(true);
    answer.promise.then(() => {});
    assert.equal(timers.size, 0);
  },
});

Deno.test({
  name:
    "a rejection after the deadline is not left unhandled, and an answer in time leaves no timer",
  permissions: "none",
  fn: async () => {
    using timers = new FakeTimers();
    const answer = Promise.withResolvers<boolean>();
    const refused = assert.rejects(requireAuthorized(() => answer.promise, peer));
    timers.pass(AUTHORIZE_TIMEOUT_MS);
    await refused;
    answer.reject(new Error("late"));
    await requireAuthorized(() => true, peer);
    assert.equal(timers.size, 0);
  },
});
