/** What bounds the views of a page's server: messages, bytes, places, and viewers that are gone. */

import assert from "node:assert/strict";
import {
  MAX_WEB_MESSAGE_BYTES,
  MAX_WEB_VIEWS,
  MAX_WEB_VIEWS_PER_LINK,
  MAX_WEB_WAITING_BYTES,
  WEB_MESSAGES_BURST,
  WEB_MESSAGES_PER_SECOND,
} from "../../../lib/limits.ts";
import { Links } from "../../../lib/web/links.ts";
import { ViewSockets } from "../../../lib/web/view_sockets.ts";
import { Changes } from "../../support/changes.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { LogBook } from "../../support/log_book.ts";
import { handshake, ViewRig, WrittenView } from "../../support/view_sockets.ts";
import type { Browser } from "../../support/web.ts";

Deno.test("view: a message that is too large closes it, with the size and the limit", async () => {
  await using rig = await ViewRig.start();
  const browser = await rig.web.logIn();
  const [view, viewer] = await rig.open(browser);
  viewer.socket.send("x".repeat(MAX_WEB_MESSAGE_BYTES));
  viewer.socket.send(new Uint8Array(MAX_WEB_MESSAGE_BYTES + 1));
  await rig.ended(viewer);
  assert.equal(viewer.end!.code, 1008);
  assert.match(
    viewer.end!.reason,
    new RegExp(`${MAX_WEB_MESSAGE_BYTES + 1} .*${MAX_WEB_MESSAGE_BYTES}`),
  );
  assert.deepEqual([view.received.length, view.closed], [1, 1]);
});

Deno.test("view: too many messages close it", async () => {
  await using rig = await ViewRig.start();
  const browser = await rig.web.logIn();
  using clock = new FakeClock();
  const [view, viewer] = await rig.open(browser);
  const send = async (count: number) => {
    const before = view.received.length;
    for (let i = 0; i < count; i++) viewer.socket.send("x");
    await rig.until(() => view.received.length === before + count, "all messages");
  };
  await send(WEB_MESSAGES_BURST);
  clock.nowMs += 1_000;
  await send(WEB_MESSAGES_PER_SECOND);
  // Those after the first one too many are read as well, or the reason would be lost.
  for (let i = 0; i < WEB_MESSAGES_BURST; i++) viewer.socket.send("one more");
  await rig.ended(viewer);
  assert.equal(view.received.length, WEB_MESSAGES_BURST + WEB_MESSAGES_PER_SECOND);
  assert.equal(viewer.end!.code, 1008);
  assert.match(viewer.end!.reason, /^more than \d+ messages a second/);
  assert.equal(view.closed, 1);
});

Deno.test("view: a viewer that does not read is closed, and what waits for it is bounded", async () => {
  await using rig = await ViewRig.start();
  const { cookie } = await rig.web.logIn();
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: rig.web.port });
  const head = handshake(
    `127.0.0.1:${rig.web.port}`,
    `Cookie: ${cookie}\r\nOrigin: ${rig.web.origin}\r\n`,
  );
  await socket.write(new TextEncoder().encode(head));
  await rig.until(() => rig.views.length === 1, "a view");
  const [view] = rig.views;
  const piece = new Uint8Array(4 << 20);
  let sent = 0;
  while (view!.closed === 0) {
    view!.output.send(piece);
    sent += piece.length;
    await Promise.resolve();
    assert.ok(sent <= 2 * MAX_WEB_WAITING_BYTES, "it is closed");
  }
  assert.ok(sent > MAX_WEB_WAITING_BYTES);
});

Deno.test("view: a link, and all links together, have only so many", async () => {
  await using rig = await ViewRig.start();
  const links = [];
  for (let i = 0; i <= MAX_WEB_VIEWS / MAX_WEB_VIEWS_PER_LINK; i++) {
    links.push(await rig.web.logIn());
  }
  const refused = async (browser: Browser) => {
    const viewer = rig.dial(browser);
    await rig.ended(viewer);
    rig.viewers.pop();
    return rig.views.length;
  };
  for (const browser of links.slice(0, -1)) {
    const count = rig.views.length;
    for (let i = 0; i < MAX_WEB_VIEWS_PER_LINK; i++) rig.dial(browser);
    await rig.until(() => rig.views.length === count + MAX_WEB_VIEWS_PER_LINK, "all views");
    assert.equal(await refused(browser), count + MAX_WEB_VIEWS_PER_LINK);
  }
  assert.equal(await refused(links.at(-1)!), MAX_WEB_VIEWS);
  rig.views[0]!.output.ended();
  while (rig.web.links.links[0]!.views === MAX_WEB_VIEWS_PER_LINK) {
    await rig.web.ask(links[0]!, "/api/clients");
  }
  await rig.open(links.at(-1)!);
});

Deno.test("view: one that does not answer its close frees its place, but not that of its link", async () => {
  await using rig = await ViewRig.start();
  const { cookie } = await rig.web.logIn();
  const [link] = rig.web.links.links;
  const host = `127.0.0.1:${rig.web.port}`;
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: rig.web.port });
  const own = `Cookie: ${cookie}\r\nOrigin: ${rig.web.origin}\r\n`;
  await socket.write(new TextEncoder().encode(handshake(host, own)));
  await rig.until(() => rig.views.length === 1, "a view");
  rig.views[0]!.output.ended();
  const others = await Promise.all([rig.web.logIn(), rig.web.logIn()]);
  for (let i = 0; i < MAX_WEB_VIEWS; i++) rig.dial(others[i % others.length]!);
  await rig.until(() => rig.views.length === 1 + MAX_WEB_VIEWS, "as many views as there may be");
  assert.equal(link!.views, 1);
  socket.close();
  while (link!.views > 0) await rig.web.ask(others[0]!, "/api/clients");
});

Deno.test("view: a viewer that is gone without a word is noticed", async () => {
  const changes = new Changes();
  const views: WrittenView[] = [];
  const log = new LogBook();
  const sockets = new ViewSockets(
    (...args) => {
      views.push(new WrittenView(...args, changes));
      return Promise.resolve(views[0]!);
    },
    (error) => assert.fail(String(error)),
    1,
  );
  const { link } = new Links(log).make({ rights: "all" });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => sockets.upgrade(request, "2", "full", link, () => {}),
  );
  // It answers no ping.
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  await socket.write(new TextEncoder().encode(handshake("localhost", "")));
  await changes.until(() => views[0]?.closed === 1, () => "the end of the view");
  assert.equal(link.views, 0);
  await server.shutdown();
});
