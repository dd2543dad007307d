import assert from "node:assert/strict";
import type { Controlled } from "../../../lib/control/mod.ts";
import type { Content } from "../../../lib/control/description.ts";
import { ControlError, FleetError } from "../../../lib/errors.ts";
import { fleetNames } from "../../../lib/fleet/mod.ts";
import { FRAME, makeFrame } from "../../../lib/fleet/control/frame.ts";
import { FLEET_WINDOW_BYTES, MAX_FLEET_EXCHANGES } from "../../../lib/limits.ts";
import { Changes } from "../../support/changes.ts";
import { ControlBench, FLEET } from "../../support/fleet_control.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

const HOST = "host-1";
/** Less than a piece of an exchange. */
const MAX_PAYLOAD = 4096;

function test(name: string, run: (bench: ControlBench, server: NatsServer) => Promise<void>) {
  Deno.test({
    ...NEEDS_NATS,
    name: `fleet control: ${name}`,
    async fn() {
      await using server = await NatsServer.start({ config: `max_payload: ${MAX_PAYLOAD}` });
      await using bench = new ControlBench(server);
      await run(bench, server);
    },
  });
}

function isRefused(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) =>
    (error instanceof ControlError || error instanceof FleetError) && error.code === code &&
    pattern.test(error.message);
}

/** Random bytes, more than a window. */
const LARGE = new Uint8Array(FLEET_WINDOW_BYTES * 3);
for (let at = 0; at < LARGE.length; at += 65_536) {
  crypto.getRandomValues(LARGE.subarray(at, at + 65_536));
}

function contentOf(bytes: Uint8Array<ArrayBuffer>): Content {
  return { stream: new Blob([bytes]).stream(), sizeBytes: bytes.length, name: "a.bin" };
}

test("each kind of result and content both ways, whatever the server takes", async (bench) => {
  const lines = ['{"kind":"ident"}\n', '{"kind":"terminated"}\n'];
  let got = new Uint8Array();
  await bench.host(HOST, {
    listener: () => ({ id: 1, addresses: ["[::1]:1"] }) as never,
    list: () => [{ id: 2, title: "x".repeat(20_000) }] as never,
    snapshot: () => ({ kind: "png", bytes: LARGE }),
    watch: () => ReadableStream.from(lines) as ReadableStream<string>,
    metrics: () => "a 1\n",
    fetch: () => contentOf(LARGE),
    type: ({ client, text }) => ({ client: Number(client) + text.length }),
    async send({ content, size, name }) {
      got = await new Response(content.stream).bytes();
      return { client: size!, bytes: got.length, confirmed: name === "ä" };
    },
    end() {
      throw new ControlError("no-such-client", "there is no client 9");
    },
  });
  const caller = await bench.caller();
  assert.deepEqual(await caller.call(HOST, "listener", {}), { id: 1, addresses: ["[::1]:1"] });
  const [row] = await caller.at(HOST).call("list", {});
  assert.equal(row!.title.length, 20_000);
  assert.deepEqual(await caller.controlled(HOST).snapshot({ client: "2" }), {
    kind: "png",
    bytes: LARGE,
  });
  const watched = await Array.fromAsync(await caller.call(HOST, "watch", {}));
  assert.equal(watched.join(""), lines.join(""));
  assert.equal(await caller.call(HOST, "metrics", {}), "a 1\n");
  const { stream, sizeBytes, name } = await caller.call(HOST, "fetch", { client: "2", file: 1 });
  assert.deepEqual([await new Response(stream).bytes(), sizeBytes, name], [
    LARGE,
    LARGE.length,
    "a.bin",
  ]);
  assert.deepEqual(await caller.call(HOST, "type", { client: "2", text: "abc" }), { client: 5 });
  assert.deepEqual(
    await caller.call(HOST, "send", { client: "2", name: "ä", size: 7, content: contentOf(LARGE) }),
    { client: 7, bytes: LARGE.length, confirmed: true },
  );
  assert.deepEqual(got, LARGE);
  await assert.rejects(
    caller.call(HOST, "end", { client: "9" }),
    isRefused("no-such-client", /^there is no client 9$/),
  );
});

test("a subject gives no more access than its own", async (bench) => {
  await bench.host(HOST, {
    type: () => ({ client: 1 }),
    close: () => ({ clients: 1 }),
    list: () => [],
  });
  const caller = await bench.caller();
  const [type, close] = ["/clients/1/type", "/listener/close"];
  const ask = async (access: "look" | "drive" | "manage", method: string, path: string) => {
    const exchange = caller.open(HOST, access, { kind: "request", method, path });
    if (path === type) await exchange.write(new TextEncoder().encode('{"text":"a"}'));
    await exchange.end();
    const { status } = await exchange.head;
    await exchange.readable.cancel();
    return status;
  };
  assert.equal(await ask("look", "POST", type), 403);
  assert.equal(await ask("look", "POST", close), 403);
  assert.equal(await ask("drive", "POST", close), 403);
  assert.equal(await ask("drive", "POST", type), 200);
  assert.equal(await ask("manage", "POST", type), 200);
  assert.equal(await ask("manage", "GET", "/clients"), 200);
  assert.equal(await ask("look", "GET", "/clients"), 200);
  for (const path of ["", "x", "//", "/../x", "http://other/clients", `/${"x".repeat(3_000)}`]) {
    assert.equal(await ask("look", "GET", path), 404, path);
  }
  assert.equal(await ask("look", "GET", "/clients?a=%zz"), 400);
  assert.equal(await ask("look", "PUT", "/clients"), 404);
});

test("what breaks the rules on the subjects of a host gets no answer elsewhere", async (bench) => {
  await bench.host(HOST, { list: () => [] });
  const { nats } = await bench.connect();
  const names = fleetNames(FLEET);
  const seen: string[] = [];
  nats.subscribe(">", { callback: (_, { subject }) => void seen.push(subject) });
  const head = makeFrame(FRAME.head, 0, new TextEncoder().encode('{"kind":"request"}'));
  const id = "0".repeat(32);
  const subject = names.control(HOST, "look");
  const replies = [
    `$KV.${FLEET}_keys.key.x`,
    names.record(undefined, HOST, 1, "ident"),
    names.answers("manage", id),
    names.answers("look", "short"),
    `${names.answers("look", id)}.x`,
    names.answers("look", `${id.slice(1)}*`),
  ];
  for (const reply of replies) nats.publish(subject, head, { reply });
  nats.publish(subject, head);
  nats.publish(names.control(HOST, "own" as never), head, { reply: names.answers("look", id) });
  nats.publish(subject, new Uint8Array(), { reply: names.answers("look", id) });
  nats.publish(subject, makeFrame(FRAME.data, 0), { reply: names.answers("look", id) });
  await nats.flush();
  // It still answers.
  const caller = await bench.caller();
  assert.deepEqual(await caller.call(HOST, "list", {}), []);
  const answersSeen = () => seen.filter((each) => !each.startsWith(`${FLEET}.control.`));
  while (answersSeen().length === 0) await nats.flush();
  const answers = answersSeen();
  assert(answers.every((each) => /^f\.answers\.look\.[0-9a-f]{32}$/.test(each)), answers.join());
  assert(!answers.some((each) => each.endsWith(id)), answers.join());
});

test("a host takes a bounded number of calls of each access, and no unknown kind", async (bench) => {
  const { promise, resolve } = Promise.withResolvers<never[]>();
  await bench.host(HOST, { list: () => promise, type: () => ({ client: 1 }) });
  const caller = await bench.caller();
  const calls = Array.from({ length: MAX_FLEET_EXCHANGES }, () => caller.call(HOST, "list", {}));
  await assert.rejects(caller.call(HOST, "list", {}), isRefused("busy", /64 calls that look/));
  assert.deepEqual(await caller.call(HOST, "type", { client: "1", text: "" }), { client: 1 });
  resolve([]);
  await Promise.all(calls);
  assert.deepEqual(await caller.call(HOST, "list", {}), []);
  await assert.rejects(
    caller.open(HOST, "look", { kind: "else" }).head,
    isRefused("no-such-path", /no exchange of this kind/),
  );
});

test(
  "a call to a host that is not there, or that ends, or without servers, fails at once",
  async (bench, server) => {
    const changes = new Changes();
    let isWatched = false;
    const operations: Partial<Controlled> = {
      watch: () =>
        new ReadableStream<string>({
          start(controller) {
            controller.enqueue("{}\n");
            isWatched = true;
            changes.notify();
          },
        }),
      list: () => new Promise<never>(() => {}),
    };
    const service = await bench.host(HOST, operations);
    const caller = await bench.caller();
    await assert.rejects(caller.call("host-2", "list", {}), isRefused("host-unreachable"));
    await assert.rejects(caller.call("host.*", "list", {}), isRefused("no-such-host"));
    const reader = (await caller.call(HOST, "watch", {})).getReader();
    await changes.until(() => isWatched, () => "a watcher");
    assert.equal((await reader.read()).value, "{}\n");
    await service.close();
    await assert.rejects(reader.read(), isRefused("no-listener", /the host host-1 has ended/));
    await bench.host("host-3", operations);
    const waiting = assert.rejects(
      caller.call("host-3", "list", {}),
      isRefused("fleet-unreachable"),
    );
    await server.kill();
    await waiting;
    await assert.rejects(caller.call("host-3", "list", {}), isRefused("fleet-unreachable"));
  },
);

test("a caller that reads no more, or gives up, ends what the host sends", async (bench) => {
  const changes = new Changes();
  let [sent, ended] = [0, 0];
  await bench.host(HOST, {
    fetch: () => ({
      stream: new ReadableStream({
        pull(controller) {
          sent += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel() {
          ended++;
          changes.notify();
        },
      }, { highWaterMark: 0 }),
    }),
    list: () => new Promise<never>(() => {}),
  });
  const caller = await bench.caller();
  const { stream } = await caller.call(HOST, "fetch", { client: "1", file: 1 });
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  await changes.until(() => ended === 1, () => "the end of the first");
  const stop = new AbortController();
  const other = await caller.call(HOST, "fetch", { client: "1", file: 1 }, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(new Response(other.stream).bytes(), /enough/);
  await changes.until(() => ended === 2, () => "the end of the second");
  assert(sent < 20 * FLEET_WINDOW_BYTES, `${sent}`);
  const waiting = caller.call(HOST, "list", {}, AbortSignal.timeout(1));
  await assert.rejects(waiting, { name: "TimeoutError" });
});
