import assert from "node:assert/strict";
import { ControlError } from "../../../lib/errors.ts";
import { MAX_WEB_REQUESTS, MAX_WEB_STREAMS_PER_LINK } from "../../../lib/limits.ts";

import { WebRig } from "../../support/web.ts";

Deno.test("web: what a link does not permit is refused, and its name and number count", async () => {
  const typed: unknown[] = [];
  await using rig = await WebRig.start({
    type: (args) => {
      typed.push(args);
      return { client: 2 };
    },
  });
  const type = { method: "POST", body: '{"text":"x"}' };
  const look = await rig.logIn({ rights: "look" });
  assert.deepEqual(
    await rig.ask(look, "/api/clients/2/type", { ...type, headers: look.headers }),
    [403, "not-allowed"],
  );
  const one = await rig.logIn({ rights: "all", client: 2 });
  const ask = (path: string) => rig.ask(one, path, { ...type, headers: one.headers });
  assert.deepEqual(await ask("/api/clients/2/type"), [200, undefined]);
  assert.deepEqual(await ask("/api/clients/3/type"), [403, "not-allowed"]);
  assert.deepEqual(await rig.ask(one, "/api/stats"), [403, "not-allowed"]);
  assert.deepEqual(await rig.ask(one, "/api/clients/3/view"), [403, "not-allowed"]);
  const list = await fetch(`${rig.origin}/api/clients`, { headers: one.headers });
  assert.deepEqual(await list.json(), [{ id: 2 }]);
  assert.equal(typed.length, 1);
});

Deno.test("web: a link of one client ends with that client", async () => {
  const clients = [{ id: 2 }];
  await using rig = await WebRig.start({ list: () => clients as never });
  const browser = await rig.logIn({ rights: "all", client: 2 });
  assert.deepEqual(await rig.ask(browser, "/api/session"), [200, undefined]);
  clients.pop();
  assert.deepEqual(await rig.ask(browser, "/api/session"), [401, "no-session"]);
  clients.push({ id: 2 });
  assert.deepEqual(await rig.ask(browser, "/api/session"), [401, "no-session"]);
  assert.equal(rig.log.of("link-ended")[0]!.fields["reason"], "client-ended");
});

Deno.test("web: a link that is withdrawn or expires ends what it reads, at once", async () => {
  let cancelled = 0;
  const watch = () =>
    new ReadableStream<string>({
      start: (controller) => controller.enqueue("line\n"),
      cancel: () => void cancelled++,
    });
  await using rig = await WebRig.start({ watch });
  const first = await rig.logIn();
  const second = await rig.logIn({ rights: "look", expiresMs: Date.now() + 60_000 });
  for (const [{ headers, id }, reason] of [[first, "withdrawn"], [second, "expired"]] as const) {
    const { body } = await fetch(`${rig.origin}/api/records`, { headers });
    const reader = body!.getReader();
    await reader.read();
    rig.links.end(id, reason);
    await assert.rejects(async () => {
      while (!(await reader.read()).done);
    });
    assert.deepEqual(await rig.ask({ headers }, "/api/records"), [401, "no-session"]);
  }
  assert.equal(cancelled, 2);
});

Deno.test("web: a link has only so many streams, and others have theirs", async () => {
  const watch = () => new ReadableStream<string>();
  await using rig = await WebRig.start({ watch });
  const [one, two] = [await rig.logIn(), await rig.logIn()];
  const stop = new AbortController();
  const open = async ({ headers }: typeof one) => {
    const response = await fetch(`${rig.origin}/api/records`, { headers, signal: stop.signal });
    return [response, response.status] as const;
  };
  const streams = [];
  for (let i = 0; i < MAX_WEB_STREAMS_PER_LINK; i++) streams.push(await open(one));
  assert.ok(streams.every(([, status]) => status === 200));
  const [refused, status] = await open(one);
  assert.deepEqual([status, (await refused.json()).code], [429, "busy"]);
  const [other, its] = await open(two);
  assert.equal(its, 200);
  await streams[0]![0].body!.cancel();
  await other.body!.cancel();
  for (const { streams } of rig.links.links) assert.ok(streams <= MAX_WEB_STREAMS_PER_LINK);
  while (rig.links.links[0]!.streams === MAX_WEB_STREAMS_PER_LINK) {
    await rig.ask(one, "/api/clients");
  }
  const [again, nowItIs] = await open(one);
  assert.equal(nowItIs, 200);
  await again.body!.cancel();
  stop.abort();
});

Deno.test("web: only so many requests are under way", async () => {
  const { promise, resolve } = Promise.withResolvers<[]>();
  let waiting = 0;
  const all = Promise.withResolvers<void>();
  const list = () => {
    if (++waiting === MAX_WEB_REQUESTS) all.resolve();
    return promise;
  };
  await using rig = await WebRig.start({ list });
  const links = [await rig.logIn(), await rig.logIn(), await rig.logIn()];
  const asked = Array.from(
    { length: MAX_WEB_REQUESTS },
    (_, i) => rig.ask(links[i % links.length]!, "/api/clients"),
  );
  await all.promise;
  assert.deepEqual(await rig.ask(links[0]!, "/api/stats"), [429, "busy"]);
  assert.equal((await rig.ask(links[0]!, "/"))[0], 200);
  await rig.logIn();
  resolve([]);
  for (const each of asked) assert.deepEqual(await each, [200, undefined]);
  assert.deepEqual(await rig.ask(links[0]!, "/api/clients"), [200, undefined]);
});

Deno.test("web: a fault of the listener is one answer and one log line, and nothing of it leaks", async () => {
  await using rig = await WebRig.start({
    listener: () => {
      throw new RangeError("secret internals");
    },
    list: () => Promise.reject(new ControlError("busy", "try again")),
  });
  const browser = await rig.logIn();
  const response = await fetch(`${rig.origin}/api/session`, { headers: browser.headers });
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret internals/);
  assert.equal(rig.log.of("web-failed").length, 1);
  assert.deepEqual(await rig.ask(browser, "/api/clients"), [429, "busy"]);
});
