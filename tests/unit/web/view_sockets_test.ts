import assert from "node:assert/strict";
import type { OpenView, ViewOptions, ViewOutput } from "../../../lib/control/mod.ts";
import { ControlError } from "../../../lib/errors.ts";
import {
  MAX_WEB_MESSAGE_BYTES,
  MAX_WEB_REASON_BYTES,
  MAX_WEB_VIEWS,
  MAX_WEB_VIEWS_PER_LINK,
  MAX_WEB_WAITING_BYTES,
  WEB_MESSAGES_BURST,
  WEB_MESSAGES_PER_SECOND,
} from "../../../lib/limits.ts";
import { Links } from "../../../lib/web/links.ts";
import { ViewSockets } from "../../../lib/web/view_sockets.ts";
import { VIEW_PROTOCOL } from "../../../lib/web/views/protocol.ts";
import { Changes } from "../../support/changes.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { LogBook } from "../../support/log_book.ts";
import { type Browser, WebRig } from "../../support/web.ts";

/** A view that the test writes for. */
class TestView implements OpenView {
  readonly received: (string | Uint8Array)[] = [];
  closed = 0;
  constructor(
    readonly word: string,
    readonly options: ViewOptions,
    readonly output: ViewOutput,
    readonly changes: Changes,
  ) {}
  receive(message: string | Uint8Array): void {
    this.received.push(message);
    this.changes.notify();
  }
  close(): void {
    this.closed++;
    this.changes.notify();
  }
}

/** A browser's end of a view. */
class Viewer {
  readonly socket: WebSocket;
  readonly received: (string | ArrayBuffer)[] = [];
  end: { readonly code: number; readonly reason: string } | undefined;

  constructor(url: string, headers: Record<string, string>, changes: Changes) {
    this.socket = new WebSocket(url, { protocols: [VIEW_PROTOCOL], headers });
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => changes.notify();
    this.socket.onmessage = ({ data }) => {
      this.received.push(data);
      changes.notify();
    };
    this.socket.onerror = (event) => event.preventDefault();
    this.socket.onclose = ({ code, reason }) => {
      this.end = { code, reason };
      changes.notify();
    };
  }
}

class Rig implements AsyncDisposable {
  readonly views: TestView[] = [];
  readonly viewers: Viewer[] = [];
  readonly changes = new Changes();
  /** Called before a view is opened. */
  opening: () => Promise<void> | void = () => {};

  private constructor() {}
  web!: WebRig;

  static async start(): Promise<Rig> {
    const rig = new Rig();
    rig.web = await WebRig.start({}, {}, async (word, options, output) => {
      await rig.opening();
      const view = new TestView(word, options, output, rig.changes);
      rig.views.push(view);
      rig.changes.notify();
      return view;
    });
    return rig;
  }

  dial({ headers }: Pick<Browser, "headers">, path = "/api/clients/2/view?mode=full"): Viewer {
    const url = `${this.web.origin.replace("http", "ws")}${path}`;
    const viewer = new Viewer(url, { ...headers }, this.changes);
    this.viewers.push(viewer);
    return viewer;
  }

  /** Opens a view. */
  async open(browser: Pick<Browser, "headers">, path?: string): Promise<[TestView, Viewer]> {
    const count = this.views.length;
    const viewer = this.dial(browser, path);
    const isOpen = () => this.views.length > count && viewer.socket.readyState === WebSocket.OPEN;
    await this.until(isOpen, "a view");
    return [this.views[count]!, viewer];
  }

  until(isTrue: () => boolean, what: string): Promise<void> {
    return this.changes.until(isTrue, () => what);
  }

  ended(viewer: Viewer): Promise<void> {
    return this.until(() => viewer.end !== undefined, "the end of a viewer");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.web[Symbol.asyncDispose]();
    for (const viewer of this.viewers) await this.ended(viewer);
    for (const view of this.views) assert.ok(view.closed <= 1, "a view is closed once");
  }
}

Deno.test("view: messages go both ways, in order, as texts and bytes", async () => {
  await using rig = await Rig.start();
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
  await using rig = await Rig.start();
  const look = await rig.web.logIn({ rights: "look" });
  const one = await rig.web.logIn({ rights: "all", client: 2 });
  const [tile] = await rig.open(look, "/api/clients/3f2a%2D91bc/view?mode=tile");
  assert.deepEqual([tile.word, tile.options], ["3f2a-91bc", { mode: "tile", rights: "look" }]);
  const [whole] = await rig.open(one, "/api/clients/2/view");
  assert.deepEqual(whole.options, { mode: "full", rights: "drive" });
});

Deno.test("view: messages that come while it is being opened are not lost, and bounded", async () => {
  await using rig = await Rig.start();
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
  await using rig = await Rig.start();
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
  await using rig = await Rig.start();
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
  await using rig = await Rig.start();
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
  const viewer = new Viewer(url, { ...browser.headers }, changes);
  await changes.until(() => views.length === 1, () => "a view");
  clients = [];
  web.log.onLine = () => changes.notify();
  views[0]!.ended();
  await changes.until(() => web.log.of("link-ended").length === 1, () => "the end of the link");
  await changes.until(() => viewer.end !== undefined, () => "the end of the viewer");
});

Deno.test("view: only a WebSocket of our own page and protocol opens one", async () => {
  await using rig = await Rig.start();
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

Deno.test("view: a message that is too large closes it, with the size and the limit", async () => {
  await using rig = await Rig.start();
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
  await using rig = await Rig.start();
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
  await using rig = await Rig.start();
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
  await using rig = await Rig.start();
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
  await using rig = await Rig.start();
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

Deno.test("view: the end of the listener ends all views", async () => {
  const rig = await Rig.start();
  const [view, viewer] = await rig.open(await rig.web.logIn());
  await rig[Symbol.asyncDispose]();
  assert.equal(view.closed, 1);
  assert.equal(viewer.end!.code, 1001);
});

Deno.test("view: a viewer that is gone without a word is noticed", async () => {
  const changes = new Changes();
  const views: TestView[] = [];
  const log = new LogBook();
  const sockets = new ViewSockets(
    (...args) => {
      views.push(new TestView(...args, changes));
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

/** The request for a view, by a browser that a test is in the place of. */
function handshake(host: string, headers: string): string {
  return `GET /api/clients/2/view HTTP/1.1\r\nHost: ${host}\r\n${headers}` +
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
    `Sec-WebSocket-Protocol: ${VIEW_PROTOCOL}\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}
