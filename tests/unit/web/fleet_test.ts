/** The page of a host of a fleet. */

import assert from "node:assert/strict";
import type { HostViewOutput } from "../../../lib/control/mod.ts";
import { FleetError } from "../../../lib/errors.ts";
import { VIEW_PROTOCOL } from "../../../lib/web/views/protocol.ts";
import { type Browser, WebRig } from "../../support/web.ts";

const HOSTS = {
  here: "a-00000000",
  rows: () => Promise.resolve([{ id: "b-00000000", addresses: [], is_silent: true }]),
};

const get = (rig: WebRig, { headers }: Pick<Browser, "headers">, path: string) =>
  fetch(`${rig.origin}${path}`, { headers }).then((response) => response.json());

Deno.test("web: a host of a fleet says which one it is, and lists the others to links of all clients", async () => {
  await using rig = await WebRig.start({}, {}, undefined, HOSTS);
  const look = await rig.logIn({ rights: "look" });
  assert.equal((await get(rig, look, "/api/session")).host, "a-00000000");
  assert.deepEqual(await get(rig, look, "/api/hosts"), await HOSTS.rows());
  const one = await rig.logIn({ rights: "all", client: 2 });
  assert.deepEqual(await rig.ask(one, "/api/hosts"), [403, "not-allowed"]);
  assert.deepEqual(await rig.ask(look, "/api/hosts", { method: "POST" }), [404, "no-such-path"]);
  assert.deepEqual(await rig.ask({ headers: {} }, "/api/hosts"), [401, "no-session"]);
});

Deno.test("web: without a fleet there are no hosts", async () => {
  await using rig = await WebRig.start();
  const browser = await rig.logIn();
  assert.equal("host" in await get(rig, browser, "/api/session"), false);
  assert.deepEqual(await rig.ask(browser, "/api/hosts"), [404, "no-such-path"]);
});

Deno.test("web: an operation at a host that cannot be reached is refused, and is no fault of this one", async () => {
  for (const [code, status] of [["host-unreachable", 503], ["no-such-host", 404]] as const) {
    const show = () => Promise.reject(new FleetError(code, "the host does not answer"));
    await using rig = await WebRig.start({ show }, {}, undefined, HOSTS);
    const browser = await rig.logIn();
    assert.deepEqual(await rig.ask(browser, "/api/clients/b-00000000%2F1"), [status, code]);
    assert.deepEqual(rig.log.of("control-failed"), []);
  }
});

Deno.test("web: a view whose host cannot be reached, then or later, ends so that it is tried again", async () => {
  const outputs: HostViewOutput[] = [];
  const words: string[] = [];
  let closed = 0;
  await using rig = await WebRig.start({}, {}, (word, _, output) => {
    words.push(word);
    if (word === "b-00000000/2") {
      throw new FleetError("host-unreachable", "the host b does not answer");
    }
    outputs.push(output);
    return Promise.resolve({ receive() {}, close: () => void closed++ });
  }, HOSTS);
  const { headers } = await rig.logIn();
  const view = (client: string) => {
    const path = `/api/clients/${encodeURIComponent(client)}/view`;
    const url = `${rig.origin.replace("http", "ws")}${path}`;
    const socket = new WebSocket(url, { protocols: [VIEW_PROTOCOL], headers });
    const messages: unknown[] = [];
    const opened = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<unknown>();
    socket.onopen = () => opened.resolve();
    socket.onmessage = ({ data }) => {
      messages.push(data);
      outputs[0]!.lost("the host b was not heard of for 6 s");
    };
    socket.onclose = ({ code, reason }) => ended.resolve({ code, reason, messages });
    return { opened: opened.promise, ended: ended.promise };
  };
  const refused = view("b-00000000/2");
  assert.deepEqual(await refused.ended, {
    code: 1013,
    reason: "the host b does not answer",
    messages: [],
  });
  const lost = view("b-00000000/1");
  await lost.opened;
  outputs[0]!.send("picture");
  assert.deepEqual(await lost.ended, {
    code: 1013,
    reason: "the host b was not heard of for 6 s",
    messages: ["picture"],
  });
  assert.deepEqual(words, ["b-00000000/2", "b-00000000/1"]);
  assert.equal(closed, 0, "it is over already");
});
