import assert from "node:assert/strict";
import { ServerChoice } from "../../../lib/fleet/server_choice.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const pool = (...servers: string[]) => servers.map((listen) => ({ listen }));

test("the first server that was left comes last", () => {
  const choice = new ServerChoice();
  choice.connected("a");
  assert.equal(choice.choose(pool("a", "b", "c"))!.listen, "b");
  choice.connected("b");
  assert.equal(choice.choose(pool("a", "b", "c"))!.listen, "c");
  choice.connected("c");
  assert.equal(choice.choose(pool("c", "b", "a"))!.listen, "a");
});

test("among servers that were never left it is the one whose turn it is", () => {
  const choice = new ServerChoice();
  choice.connected("a");
  assert.equal(choice.choose(pool("c", "a", "b"))!.listen, "c");
});

test("the only server is tried again", () => {
  const choice = new ServerChoice();
  choice.connected("a");
  assert.equal(choice.choose(pool("a"))!.listen, "a");
});

test("after the first attempt all have their turn, so that one that is down is not tried for ever", () => {
  const choice = new ServerChoice();
  assert.equal(choice.choose(pool("a", "b")), null);
  choice.connected("a");
  choice.choose(pool("a", "b"));
  assert.equal(choice.choose(pool("a", "b")), null);
});
