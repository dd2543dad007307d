import assert from "node:assert/strict";
import type { ViewOutput } from "../../../lib/control/mod.ts";
import { ControlError } from "../../../lib/errors.ts";
import { MAX_WEB_MESSAGE_BYTES, MAX_WEB_REASON_BYTES } from "../../../lib/limits.ts";
import { VIEW_PROTOCOL } from "../../../lib/web/views/protocol.ts";
import { Changes } from "../../support/changes.ts";
import { ViewerSocket, ViewRig } from "../../support/view_sockets.ts";
import { WebRig } from "../../support/web.ts";

Deno.test("view: messages go both ways, in order, as texts and bytes", async () => {
  await using rig = await ViewRig.start();
  const browser = await rig.web.logIn();
  const [view, viewer] = await rig.open(browser);
  assert.deepEqual([view.word, view.options], ["2", { mode: "full", rights: "drive" }]);
  view.output.send('{"type":"client"}');
  view.output.send(new Uint8Array([1, 2, 3]));
  await rig.until(() => viewer.received.length === 2, "two messages");
  assert.equal(viewer.received[0], '{"type":"client"}');
  assert.deepEqual(new Uint8Array(viewer.received[1] as ArrayBuffer), new Uint8Array([1, 2, 3]));
  viewer.socket.send("one");
  viewer.socket.send(new Uint8Array([4]));
  await rig.until(() => view.received.length === 2, "two messages back");
  assert.deepEqual(view.received, ["one", new Uint8Array([4])]);
  assert.equal(rig.web.links.links[0]!.views, 1);
  viewer.socket.close();
  await rig.until(() => view.closed === 1, "the end of the view");
  assert.equal(rig.web.links.links[0]!.views, 0);
});

Deno.test("view: the mode and the rights of the link reach it", async () => {
  await using rig = await ViewRig.start();
  const look = await rig.web.logIn({ rights: "look" });
  const one = await rig.web.logIn({ rights: "all", client: 2 });
  const [tile] = await rig.open(look, "/api/clients/3f2a%2D91bc/view?mode=tile");
  assert.deepEqual([tile.word, tile.options], ["3f2a-91bc", { mode: "tile", rights: "look" }]);
  const [whole] = await rig.open(one, "/api/clients/2/view");
  assert.deepEqual(whole.options, { mode: "full", rights: "drive" });
});

Deno.test("view: messages that come while it is being opened are not lost, and bounded", async () => {
  await using rig = await ViewRig.start();
  const browser = await rig.web.logIn();
  const isReady = Promise.withResolvers<void>();
  rig.opening = () => isReady.promise;
  const [early, flood] = [rig.dial(browser), rig.dial(browser)];
  await rig.until(() => [early, flood].every(({ socket }) => socket.readyState === 1), "open");
  for (const message of ["a", "b"]) early.socket.send(message);
  const half = "x".repeat(MAX_WEB_MESSAGE_BYTES / 2);
  for (let i = 0; i < 3; i++) flood.socket.send(half);
  await rig.ended(flood);
  assert.equal(flood.end!.code, 1008);
  isReady.resolve();
  await rig.until(() => rig.views.some(({ received }) => received.length === 2), "the messages");
  await rig.until(() => rig.views.length === 2, "both views");
  const [open, closed] = rig.views[0]!.received.length === 2 ? rig.views : rig.views.toReversed();
  assert.deepEqual(open!.received, ["a", "b"]);
  await rig.until(() => closed!.closed === 1, "the view of the flood is closed");
});

Deno.test("view: its end closes the socket, and a fault of the viewer with the reason", async () => {
  await using rig = await ViewRig.start();
  const browser = await rig.web.logIn();
  const [one, first] = await rig.open(browser);
  one.output.send('{"type":"ended","last_words":"bye"}');
  one.output.ended();
  await rig.ended(first);
  assert.deepEqual([first.received.length, first.end!.code], [1, 1000]);
  assert.equal(one.closed, 0);
  const [two, second] = await rig.open(browser);
  two.output.ended("ä".repeat(MAX_WEB_REASON_BYTES));
  two.output.send("nothing follows");
  await rig.ended(second);
  assert.deepEqual(second.end, { code: 1008, reason: "ä".repeat(MAX_WEB_REASON_BYTES >> 1) });
  assert.deepEqual(second.received, []);
});

Deno.test("view: one that cannot be opened says why, a fault of the listener only in its log", async () => {
  await using rig = await ViewRig.start();
  const browser = await rig.web.logIn();
  rig.opening = () => {
    throw new ControlError("no-such-client", "there is no client 7");
  };
  const refused = rig.dial(browser);
  await rig.ended(refused);
  assert.deepEqual(refused.end, { code: 1008, reason: "there is no client 7" });
  assert.deepEqual(JSON.parse(refused.received[0] as string), {
    type: "error",
    code: "no-such-client",
    error: "there is no client 7",
  });
  rig.opening = () => Promise.reject(new RangeError("secret internals"));
  const failed = rig.dial(browser);
  await rig.ended(failed);
  assert.equal(failed.end!.code, 1011);
  assert.doesNotMatch(failed.end!.reason + failed.received[0], /secret/);
  assert.equal(rig.web.log.of("web-failed").length, 1);
});

Deno.test("view: a link that ends closes its views at once, and no others", async () => {
  await using rig = await ViewRig.start();
  const [one, two] = [await rig.web.logIn({ rights: "look" }), await rig.web.logIn()];
  const opened = [await rig.open(one), await rig.open(one)];
  const [other, stays] = await rig.open(two);
  rig.web.links.end(one.id, "withdrawn");
  for (const [view, viewer] of opened) {
    assert.equal(view.closed, 1);
    view.output.send("nothing follows");
    await rig.ended(viewer);
    assert.deepEqual(viewer.end, { code: 1008, reason: "the link was withdrawn" });
    assert.deepEqual(viewer.received, []);
  }
  other.output.send("still here");
  await rig.until(() => stays.received.length === 1, "a message of the other");
  assert.deepEqual(await rig.web.ask({ headers: { cookie: one.cookie } }, "/api/clients"), [
    401,
    "no-session",
  ]);
});

Deno.test("view: a link of one client ends with its view", async () => {
  let clients = [{ id: 2 }];
  const views: ViewOutput[] = [];
  await using web = await WebRig.start(
    { list: () => clients as never },
    {},
    (_word, _options, output) => {
      views.push(output);
      changes.notify();
      return Promise.resolve({ receive() {}, close() {} });
    },
  );
  const changes = new Changes();
  const browser = await web.logIn({ rights: "all", client: 2 });
  const url = `${web.origin.replace("http", "ws")}/api/clients/2/view`;
  const viewer = new ViewerSocket(url, { ...browser.headers }, changes);
  await changes.until(() => views.length === 1, () => "a view");
  clients = [];
  web.log.onLine = () => changes.notify();
  views[0]!.ended();
  await changes.until(() => web.log.of("link-ended").length === 1, () => "the end of the link");
  await changes.until(() => viewer.end !== undefined, () => "the end of the viewer");
});

Deno.test("view: only a WebSocket of our own page and protocol opens one", async () => {
  await using rig = await ViewRig.start();
  const { cookie, headers } = await rig.web.logIn();
  const dial = (more: string, path = "/api/clients/2/view") =>
    rig.web.raw(
      `GET ${path} HTTP/1.1\nHost: 127.0.0.1:${rig.web.port}\nUpgrade: websocket\n` +
        `Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n${more}`,
    );
  const own = `Cookie: ${cookie}\nOrigin: ${rig.web.origin}`;
  const speaks = `Sec-WebSocket-Protocol: ${VIEW_PROTOCOL}`;
  for (
    const [more, status, path] of [
      [speaks, 403],
      [`${speaks}\nCookie: ${cookie}`, 403],
      [`${speaks}\nCookie: ${cookie}\nOrigin: http://evil.example`, 403],
      [`${speaks}\nCookie: ${cookie}\nOrigin: http://127.0.0.1:1`, 403],
      [`${speaks}\nOrigin: ${rig.web.origin}`, 401],
      [own, 405],
      [`${own}\nSec-WebSocket-Protocol: other`, 405],
      [`${speaks}\n${own}`, 405],
      [`${speaks}\n${own}`, 404, "/api/clients/2/view?mode=huge"],
      [`${speaks}\n${own}`, 404, "/api/clients/%ff/view"],
    ] as const
  ) {
    const answer = await dial(more, path);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), more);
  }
  assert.deepEqual(await rig.web.ask({ headers }, "/api/clients/2/view"), [405, "bad-method"]);
  assert.deepEqual(rig.views, []);
});

Deno.test("view: the end of the listener ends all views", async () => {
  const rig = await ViewRig.start();
  const [view, viewer] = await rig.open(await rig.web.logIn());
  await rig[Symbol.asyncDispose]();
  assert.equal(view.closed, 1);
  assert.equal(viewer.end!.code, 1001);
});
