import assert from "node:assert/strict";
import type { Control } from "../../../lib/cli/control.ts";
import { LaterControl } from "../../../lib/cli/later_control.ts";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

const REQUEST = new Request("http://net-listen/listener");

function setUp(failures = 0) {
  let made = 0;
  let endings = 0;
  const control = {
    http: { respond: () => Promise.resolve(new Response("answered")) },
    listener: { endWatching: () => endings++ },
  } as unknown as Control;
  const later = new LaterControl(async () => {
    made++;
    await Promise.resolve();
    if (made <= failures) throw new Error("on purpose");
    return control;
  }, undefined);
  const answer = async () => await (await later.respond(REQUEST)).text();
  return { later, answer, counts: () => [made, endings] };
}

test("control: it is made once for all requests", async () => {
  const { later, answer, counts } = setUp();
  assert.deepEqual(await Promise.all([answer(), answer()]), ["answered", "answered"]);
  await later.endWatching();
  assert.deepEqual(counts(), [1, 1]);
});

test("control: one that nothing asked for is not made to end", async () => {
  const { later, counts } = setUp();
  await later.endWatching();
  assert.deepEqual(counts(), [0, 0]);
});

test("control: after a failure the next request makes it, and the end does not fail", async () => {
  const { later, answer, counts } = setUp(2);
  const ends = await Promise.allSettled([answer(), later.endWatching()]);
  assert.deepEqual(ends.map(({ status }) => status), ["rejected", "fulfilled"]);
  await assert.rejects(answer(), /on purpose/);
  await later.endWatching();
  assert.equal(await answer(), "answered");
  await later.endWatching();
  assert.deepEqual(counts(), [3, 1]);
});
