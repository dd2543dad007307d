/** The control interface of `listen`, with and without workers. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import type { ControlClient } from "../../lib/control/mod.ts";
import { CONTROL_WATCH_QUEUE_UNITS } from "../../lib/limits.ts";
import { Keystore } from "../../keystore/mod.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { controlOf, controlPath } from "../support/ctl.ts";
import { Listening, type TestSource } from "../support/listening.ts";

const KINDS = { "without workers": [], "with workers": ["--workers", "2"] } as const;
const PIXELS = Uint8Array.from({ length: 4 * 3 * 4 }, (_, i) => i % 4 === 3 ? 255 : 7 * i);
const code = (code: string) => (error: { code?: string }) => error.code === code;

/** Connects a client. @returns It with its number. */
async function join(
  listening: Listening,
  control: ControlClient,
  title: string,
  segkind?: string,
): Promise<{ source: TestSource; id: number; client: string }> {
  const source = await listening.connect(title, segkind);
  await source.activated();
  const row = (await control.call("list", {})).find((each) => each.title === title);
  assert.ok(row !== undefined, `${title} is listed`);
  return { source, id: row.id, client: String(row.id) };
}

for (const [how, flags] of Object.entries(KINDS)) {
  Deno.test(`control ${how}: clients are listed, described, shown, typed into and ended`, async () => {
    await using listening = await Listening.start("--json", ...flags);
    using control = await controlOf(listening);
    assert.deepEqual(await control.call("list", {}), []);
    const text = await join(listening, control, "a terminal");
    const picture = await join(listening, control, "a picture", "game");
    await text.source.showText("hello");
    await picture.source.showPixels(4, 3, PIXELS);

    const rows = await control.call("list", {});
    assert.deepEqual(rows.map(({ id }) => id).sort(), [text.id, picture.id].sort());
    const [ofText, ofPicture] = [{ client: text.client }, { client: picture.client }];
    const shown = await control.call("show", ofText);
    assert.equal(shown.public_key, listening.key.publicKey.toBase64());
    const { title, segkind, content, state, frames, address, key } = shown;
    assert.deepEqual([title, segkind, content, state], ["a terminal", "tui", "text", "active"]);
    assert.equal(frames, 1);
    assert.match(address, /^127\.0\.0\.1:\d+$/);
    assert.deepEqual(shown.parts.map(({ id, title }) => [id, title]), [[text.id, "a terminal"]]);
    assert.ok(Math.abs(Date.parse(shown.since) - Date.now()) < 60_000);
    await assert.rejects(control.call("show", { client: key }), code("ambiguous-client"));
    await assert.rejects(control.call("show", { client: "999" }), code("no-such-client"));

    assert.deepEqual(await control.call("snapshot", ofText), { kind: "text", text: "hello\n" });
    const png = await control.call("snapshot", ofPicture);
    assert.ok(png.kind === "png");
    assert.deepEqual(new Uint8Array(PNG.sync.read(Buffer.from(png.bytes)).data), PIXELS);
    await assert.rejects(
      control.call("snapshot", { ...ofText, segment: picture.id }),
      code("no-such-client"),
    );
    const { client: blank } = await join(listening, control, "blank");
    await assert.rejects(control.call("snapshot", { client: blank }), code("nothing-shown"));

    await control.call("type", { client: text.client, text: "typed \u00fc\n" });
    await text.source.until(() => text.source.typed === "typed \u00fc\n");
    const call = { client: text.client, verb: "pressKey", args: ["x", ["shift"]] };
    assert.deepEqual(await control.call("call", call), { client: text.id, result: true });
    await text.source.until(() => text.source.typed.endsWith("X"));
    const said = await control.call("call", { client: text.client, verb: "text" });
    assert.equal(said.result, "hello");
    for (
      const [wrong, reason] of [
        [{ verb: "addObserver" }, "bad-argument"],
        [{ verb: "pressKey", args: ["no such key"] }, "bad-argument"],
        [{ verb: "pressKey", args: Array(9).fill(1) }, "bad-argument"],
        [{ verb: "text", segment: picture.id }, "no-such-client"],
      ] as const
    ) {
      await assert.rejects(control.call("call", { client: text.client, ...wrong }), code(reason));
    }
    await control.call("end", { client: picture.client, last_words: "see you" });
    await listening.out.until(new RegExp(`"source":${picture.id},"kind":"terminated"`));
    await assert.rejects(control.call("type", { ...ofPicture, text: "x" }), code("no-such-client"));
  });

  Deno.test(`control ${how}: the lines of watch are those of --json, also of one client alone`, async () => {
    await using listening = await Listening.start("--json", ...flags);
    using control = await controlOf(listening);
    const all = (await control.call("watch", {})).getReader();
    const clients = [];
    for (let i = 0; i < 4; i++) clients.push(await join(listening, control, `client ${i}`));
    const [{ client, id }] = clients as [typeof clients[number]];
    const one = (await control.call("watch", { client })).getReader();
    for (const { source } of clients) source.ident("done");
    const wanted = 1 + clients.length;
    await listening.out.until({ exec: (text) => text.split('"ident"').length === wanted || null });
    assert.equal(await listening.stop(), 0);
    const watched = await readLines(all);
    const printed = (await listening.out.rest()).trim().split("\n").map(withoutTime);
    // The first line was printed before there was a socket.
    assert.deepEqual(bySource(watched), bySource(printed.slice(1)));
    const own = (await readLines(one)).map((line) => JSON.parse(line));
    assert.deepEqual(own.map(({ source, kind }) => [source, kind]), [
      [id, "ident"],
      [id, "terminated"],
    ]);
  });

  Deno.test(`control ${how}: a reader that does not read holds up nothing, and is told what it lost`, async () => {
    await using listening = await Listening.start("--handler", HANDLER, ...flags);
    using control = await controlOf(listening);
    const slow = (await control.call("watch", {})).getReader();
    const gone = (await control.call("watch", {})).getReader();
    const { source, client } = await join(listening, control, "busy");
    await gone.read();
    await gone.cancel();
    const message = "x".repeat(70);
    // The socket and the queue of the reader hold fewer.
    const count = 6 * CONTROL_WATCH_QUEUE_UNITS / 180;
    for (let i = 0; i < count; i++) {
      source.ident(message);
      if (i % 1000 === 0) await control.call("show", { client });
    }
    // Once another reader has the last one, all were given to the slow one or counted.
    const quick = (await control.call("watch", { client })).getReader();
    source.ident("the end");
    while (!(await quick.read()).value!.includes("the end"));
    await quick.cancel();
    const lines = (await readLines(slow)).map((line) => JSON.parse(line));
    const last = lines.pop();
    assert.equal(last.kind, "watch_ended");
    assert.ok(last.lost > 0 && lines.length > 0);
    assert.ok(lines.length + last.lost >= count);
    assert.equal((await control.call("stats", {})).watchers, 0);
  });

  Deno.test(`control ${how}: a stranger that knocks is let in, and the listener is closed`, async () => {
    await using listening = await Listening.start("--json", ...flags);
    using control = await controlOf(listening);
    const { source, client } = await join(listening, control, "stays");
    const { addresses } = await control.call("listener", {});
    const port = Number(addresses[0]!.split(":").at(-1));
    const key = freshKey();
    const login = async () => {
      await using stranger = await TestClient.connect(port, { key });
      return await stranger.login();
    };
    assert.equal(await login(), false);
    const [knock] = await control.call("knocks", {});
    assert.equal(knock!.public_key, key.publicKey.toBase64());
    const accepted = await control.call("accept", { key: knock!.key, comment: "a friend" });
    assert.deepEqual(accepted.names, ["demo"]);
    assert.equal(accepted.comment, "a friend");
    assert.deepEqual(await control.call("knocks", {}), []);
    await assert.rejects(control.call("accept", { key: knock!.key }), code("no-such-key"));
    const keystore = await Keystore.open(`${listening.directory}/keystore`);
    assert.ok(keystore.accepts(key.publicKey, "demo", "127.0.0.1").accepted);
    assert.equal(await login(), true);

    let stats = await control.call("stats", {});
    // It is counted when the connection has ended.
    while (stats.refusals["unknown-key"] !== 1) stats = await control.call("stats", {});
    assert.ok(stats.connections.refused! >= 1);
    await control.call("close", {});
    assert.equal((await control.call("listener", {})).is_closed, true);
    await assert.rejects(Deno.connect({ port, hostname: "127.0.0.1" }));
    await control.call("type", { client, text: "still here" });
    await source.until(() => source.typed === "still here");
    await control.call("end", { client });
    assert.equal((await listening.process.status).code, 0);
    assert.deepEqual(sockets(listening.directory), []);
  });

  Deno.test(`control ${how}: what is counted is the same in stats and metrics`, async () => {
    await using listening = await Listening.start("--json", ...flags);
    using control = await controlOf(listening);
    for (const title of ["one", "two", "three"]) {
      const { source } = await join(listening, control, title);
      await source.showText("a");
      await source.showText("b");
    }
    const stats = await control.call("stats", {});
    assert.equal(stats.connections.accepted, 3);
    assert.deepEqual([stats.clients, stats.segments, stats.frames], [3, 3, 6]);
    assert.equal(stats.workers, flags.length === 0 ? 1 : 2);
    for (const name of ["received_bytes", "sent_bytes", "events", "work_seconds"] as const) {
      assert.ok(stats[name] > 0, name);
    }
    assert.ok(stats.picture_bytes > 0 && stats.memory_bytes > stats.heap_bytes);
    const text = await control.call("metrics", {});
    assert.match(text, /^net_listen_connections_total\{name="demo",outcome="accepted"\} 3$/m);
    assert.match(text, /^net_listen_frames_total\{name="demo"\} 6$/m);
    const limits = await control.call("limits", {});
    assert.equal(limits.find(({ name }) => name === "max-clients")!.used, 3);
  });
}

const HANDLER = new URL("../support/silent_handler.ts", import.meta.url).pathname;

Deno.test("the control socket and its directory are for their user alone, and go with the listener", async () => {
  await using one = await Listening.start();
  const path = await controlPath(one);
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  assert.equal(Deno.statSync(`${one.directory}/net-listen`).mode! & 0o777, 0o700);
  assert.equal(sockets(one.directory).length, 1);
  assert.equal(await one.stop("SIGTERM"), 0);
  assert.deepEqual(sockets(one.directory), []);
});

Deno.test("a path for the control socket: a dead socket is replaced, a live one and a file are not", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/control`;
    const dead = Deno.listen({ transport: "unix", path: `${path}.old` });
    Deno.linkSync(`${path}.old`, path);
    dead.close();
    assert.ok(Deno.lstatSync(path).isSocket);
    await using one = await Listening.start("--control", path);
    await one.err.until(/listening on/);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    for (
      const [taken, why] of [[path, /another process listens/], [
        `${directory}/file`,
        /else/,
      ]] as const
    ) {
      if (taken !== path) Deno.writeTextFileSync(taken, "kept");
      await using two = await Listening.start("--control", taken);
      assert.equal((await two.process.status).code, 1);
      assert.match(await two.err.rest(), why);
      assert.match(two.err.text, /--control PATH|give another path/);
    }
    assert.equal(Deno.readTextFileSync(`${directory}/file`), "kept");
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), [
      "control",
      "file",
    ]);
    using control = await controlAt(path);
    assert.deepEqual(await control.call("list", {}), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a path for the control socket that is too long is refused, and what is needed said", async () => {
  await using listening = await Listening.start("--control", `DIR/${"x".repeat(100)}`);
  assert.equal((await listening.process.status).code, 1);
  assert.match(await listening.err.rest(), /has \d+ bytes, the most is 107; give a shorter one/);
});

Deno.test("without a place for its control socket a listener goes on, and with --no-control has none", async () => {
  const script =
    "mkdir net-listen && chmod 777 net-listen && export TMPDIR=/nowhere XDG_RUNTIME_DIR=$PWD RUNTIME_DIRECTORY=$PWD/net-listen";
  const flags = Deno.uid() === 0 ? ["--no-control"] : [];
  await using listening = await Listening.startAfter(script, ...flags);
  await listening.err.until(/listening on/);
  await (await listening.connect()).activated();
  assert.deepEqual(sockets(listening.directory), []);
  if (flags.length === 0) await listening.err.until(/warn control-unavailable/);
});

async function controlAt(path: string): Promise<ControlClient> {
  const { ControlClient } = await import("../../lib/control/mod.ts");
  return new ControlClient(path);
}

function sockets(directory: string): string[] {
  return [...Deno.readDirSync(`${directory}/net-listen`)].map(({ name }) => name);
}

async function readLines(reader: ReadableStreamDefaultReader<string>): Promise<string[]> {
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
  return text.trimEnd().split("\n");
}

function withoutTime(line: string): string {
  return line.replace(/^\{"time":"[^"]*",/, "{");
}

/** The lines of each source, in their order. */
function bySource(lines: readonly string[]) {
  const texts = lines.map(withoutTime);
  return Object.fromEntries(
    Map.groupBy(texts, (line) => JSON.parse(line).source as number),
  );
}
