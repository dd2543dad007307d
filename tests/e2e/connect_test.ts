/** Our source against our sink, over TCP on this machine. */

import assert from "node:assert/strict";
import { Keystore, publicKeyOf } from "../../keystore/mod.ts";
import { Show } from "../../lib/cli/connect_show.ts";
import type { ConnectOptions, Listener, SourceEvent, Status } from "../../lib/mod.ts";
import {
  A12Error,
  connectSource,
  netListen,
  PictureEncoder,
  silentLogger,
  type SourceConnection,
} from "../../lib/mod.ts";
import type { Source } from "../../lib/mod.ts";
import { Signal } from "../../lib/net/signal.ts";
import { TestPicture } from "../../lib/cli/test_picture.ts";
import { TextEcho } from "../../lib/cli/text_echo.ts";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import { noisePicture, opaque, RAW_FORMATS, rawFrame } from "../support/source.ts";

/** A listener that keeps what its clients show, and a way to dial it. */
class Bench {
  readonly kinds: string[] = [];
  readonly statuses: Status[] = [];
  readonly changed = new Signal();
  sink: Source | undefined;
  /** Takes part in the client's records before they are kept. */
  onStatus: (source: Source, status: Status) => void | Promise<void> = () => {};

  private constructor(
    readonly root: string,
    readonly keystore: Keystore,
    readonly listener: Listener,
  ) {}

  static async open(accept: (bench: Bench) => boolean = () => true): Promise<Bench> {
    const root = await Deno.makeTempDir();
    const keystore = await Keystore.open(root);
    await keystore.add(["demo"], publicKeyOf(keystore.identity()));
    const listener = netListen("demo", "127.0.0.1", 0, (source, status) => {
      if (status.kind !== "segment_request" || !accept(bench)) return;
      bench.sink = source.acceptTarget((client: Source, status: Status) =>
        bench.#take(client, status)
      );
    }, { keystore, log: silentLogger });
    const bench = new Bench(root, keystore, listener);
    return bench;
  }

  async #take(source: Source, status: Status): Promise<void> {
    await this.onStatus(source, status);
    this.kinds.push(status.kind);
    this.statuses.push(status);
    this.changed.notify();
  }

  dial(options: Partial<ConnectOptions> = {}): Promise<SourceConnection> {
    return connectSource("127.0.0.1", {
      port: this.listener.address.port,
      key: this.keystore.identity().privateKey,
      acceptServer: () => true,
      registration: { segkind: 10, title: "test" },
      ...options,
    });
  }

  async until(holds: () => boolean): Promise<void> {
    await this.changed.until(holds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.abort();
    await this.listener.finished();
    await Deno.remove(this.root, { recursive: true });
  }
}

/** The events that a source gets, to be waited for. */
class Ear {
  readonly kinds: string[] = [];
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  readonly hear = (event: SourceEvent): void => {
    this.kinds.push(event.type === "event" ? event.event.kind : event.control.command);
    this.#bench.changed.notify();
  };

  until(kind: string): Promise<void> {
    return this.#bench.until(() => this.kinds.at(-1) === kind);
  }
}

/** Takes events up to one of a kind. */
async function until(client: SourceConnection, kind: string): Promise<SourceEvent> {
  for await (const event of client) {
    if ((event.type === "event" ? event.event.kind : event.control.command) === kind) return event;
  }
  throw new Error(`the connection ended without ${kind}`);
}

async function code(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof A12Error) return error.code;
    throw error;
  }
  return "none";
}

const LOGINS = [
  { mode: "ephemeral" },
  { mode: "direct" },
  { mode: "ephemeral", secret: "correct horse" },
  { mode: "direct", secret: "å".repeat(15) + "!" },
] as const;

for (const login of LOGINS) {
  const name = `${login.mode} mode, ${"secret" in login ? "own" : "default"} secret`;
  Deno.test(`${name}: pictures of every format arrive pixel by pixel`, async () => {
    await using bench = await Bench.open();
    if ("secret" in login) bench.listener.targetInput(`0:${login.secret}`);
    const client = await bench.dial(login);
    await until(client, "activate");
    const encoder = new PictureEncoder();
    for (const [width, height, seed] of [[61, 40, 1], [61, 40, 2], [640, 480, 3]] as const) {
      const picture = noisePicture(width, height, seed);
      // 16 bits keep these as they are.
      picture.rgba.forEach((value, at) => picture.rgba[at] = value < 128 ? 0 : 255);
      const frames = [
        encoder.encode(picture),
        ...RAW_FORMATS.map((format) => rawFrame(format, picture)),
      ];
      for (const frame of frames) {
        assert.equal(await client.draw(frame), true);
        await client.allAcknowledged();
        const expected = frame.format === VIDEO_FORMAT.rgba ? picture.rgba : opaque(picture);
        assert.deepEqual(bench.sink!.surface.rgba(), expected, `${frame.format} ${width}`);
      }
    }
    assert.deepEqual([client.acknowledged, client.skipped], [12, 0]);
    await client.close();
    await bench.until(() => bench.sink!.isEnded && bench.kinds.at(-1) === "terminated");
    assert.deepEqual(bench.kinds.slice(0, 3), ["registered", "preroll", "privdrop"]);
    assert.equal(bench.kinds.filter((kind) => kind === "terminated").length, 1);
    assert.equal(client.error, undefined);
  });
}

Deno.test("a frame that is larger than all buffers arrives", async () => {
  await using bench = await Bench.open();
  const client = await bench.dial();
  await until(client, "activate");
  const picture = noisePicture(2_048, 1_024);
  await client.draw(new PictureEncoder().encode(picture));
  await client.allAcknowledged();
  assert.deepEqual(bench.sink!.surface.rgba(), opaque(picture));
  await client.close();
});

Deno.test("frames that are drawn at once go out one after the other", async () => {
  await using bench = await Bench.open();
  bench.onStatus = (source, status) => {
    if (status.kind === "preroll") source.targetVerbose();
  };
  const client = await bench.dial();
  await until(client, "activate");
  const pictures = [1, 2, 3, 4].map((seed) => noisePicture(300, 200, seed));
  const frames = pictures.map((picture) => rawFrame("rgba", picture));
  const drawn = await Promise.all(frames.map((frame) => client.draw(frame)));
  await client.allAcknowledged();
  assert.deepEqual(drawn, [true, true, true, true]);
  assert.deepEqual(bench.sink!.surface.rgba(), pictures[3]!.rgba);
  assert.equal(bench.kinds.filter((kind) => kind === "frame").length, 4);
  await client.close();
  assert.equal(await client.draw(frames[0]!), false, "nothing is drawn after the end");
  assert.equal(client.sendEvent({ category: "external", kind: "flushaud" }), false);
});

Deno.test("typed text shows up, a resize is followed, EXIT ends it once", async () => {
  await using bench = await Bench.open();
  bench.onStatus = (source, status) => {
    if (status.kind === "preroll") source.targetVerbose();
  };
  const client = await bench.dial({ registration: { segkind: 24, title: "text" } });
  const show = new Show(client, new TextEcho(), () => {});
  const shown = show.run();
  await bench.until(() => bench.sink?.surface.width === 640);
  for (const letter of "hej då") key(bench.sink!, letter);
  key(bench.sink!, "", 13);
  for (const letter of "två") key(bench.sink!, letter);
  key(bench.sink!, "", 8);
  await bench.until(() => /^hej då\ntv$/m.test(bench.sink!.text()));
  const { cursor } = bench.sink!.surface.grid!;
  assert.deepEqual([cursor.x, cursor.y], [2, 2]);

  bench.sink!.targetDisplayhint(803, 480);
  await bench.until(() => bench.sink!.surface.width === 800);
  assert.match(bench.sink!.text(), /100x30\nhej då\ntv\n/);

  bench.sink!.deleteImage();
  assert.equal(await shown, "left");
  await bench.until(() => bench.kinds.at(-1) === "terminated");
  assert.equal(bench.kinds.filter((kind) => kind === "terminated").length, 1);
  assert.equal(client.error, undefined);
});

function key(source: Source, utf8: string, keysym = 0): void {
  for (const active of [true, false]) {
    source.targetInput({ kind: "digital", translated: true, keyboard: true, utf8, keysym, active });
  }
}

Deno.test("a paused or hidden source draws nothing", async () => {
  await using bench = await Bench.open();
  bench.onStatus = (source, status) => {
    if (status.kind === "preroll") source.targetVerbose();
  };
  const client = await bench.dial();
  const ear = new Ear(bench);
  const show = new Show(client, new TestPicture(), ear.hear);
  const shown = show.run();
  const count = () => bench.kinds.filter((kind) => kind === "frame").length;
  const draws = async () => {
    const before = count();
    await bench.until(() => count() > before + 2);
  };
  const rests = async (kind: string) => {
    await ear.until(kind);
    await client.allAcknowledged();
    const { frames } = show;
    for (let i = 0; i < 20; i++) {
      bench.sink!.targetInput("there and back takes longer than a frame");
      ear.kinds.length = 0;
      await ear.until("message");
    }
    assert.equal(show.frames, frames, kind);
  };
  await draws();
  bench.sink!.suspendTarget();
  await rests("pause");
  bench.sink!.resumeTarget();
  await draws();
  bench.sink!.targetDisplayhint(0, 0, 2);
  await rests("displayhint");
  bench.sink!.targetDisplayhint(0, 0);
  await draws();
  show.leave();
  assert.equal(await shown, "left");
});

Deno.test("a subsegment is drawn and closed when it is granted, and may be refused", async () => {
  for (const grant of [true, false]) {
    await using bench = await Bench.open();
    let child: Source | undefined;
    const childKinds: string[] = [];
    bench.onStatus = (source, status) => {
      if (status.kind !== "segment_request" || !grant) return;
      child = source.acceptTarget((_child: Source, status: Status) => {
        childKinds.push(status.kind);
        bench.changed.notify();
      });
    };
    const client = await bench.dial();
    await until(client, "activate");
    const popup = { segkind: 16, width: 16, height: 12 };
    client.sendEvent({ category: "external", kind: "segreq", id: 1, ...popup });
    if (grant) {
      const opened = await until(client, "newch");
      assert(opened.type === "control" && opened.control.command === "newch");
      assert.deepEqual([opened.control.cookie, opened.control.segkind], [1, 16]);
      const { newChannel } = opened.control;
      client.register({ segkind: 16, title: "popup" }, newChannel);
      await client.draw(new PictureEncoder().encode(noisePicture(16, 12)), newChannel);
      await bench.until(() => child?.surface.width === 16);
      assert.deepEqual(childKinds, ["registered", "resized"]);
      client.sendControl({ command: "shutdown", channel: newChannel, lastWords: "bye" });
      await bench.until(() => childKinds.includes("terminated"));
    } else {
      await until(client, "reqfail");
    }
    await client.close();
    await bench.until(() => bench.kinds.at(-1) === "terminated");
  }
});

Deno.test("leaving does not wait for a sink that acknowledges nothing", async () => {
  await using bench = await Bench.open();
  const client = await bench.dial();
  let release: (() => void) | undefined;
  bench.onStatus = (_source, { kind }) => {
    if (kind !== "resized") return;
    const { promise, resolve } = Promise.withResolvers<void>();
    release = resolve;
    bench.changed.notify();
    return promise;
  };
  const show = new Show(client, new TestPicture(), () => {});
  const shown = show.run();
  await bench.until(() => release !== undefined);
  show.leave();
  release!();
  assert.equal(await shown, "left");
});

Deno.test("the error of a failed login says why", async () => {
  await using bench = await Bench.open();
  bench.listener.targetInput("0:right");
  const stranger = new Uint8Array(32).fill(7);
  const secret = "right";
  const cases: [expected: string, options: Partial<ConnectOptions>][] = [
    ["login-refused", { secret: "wrong" }],
    ["login-refused", { secret: "wrong", mode: "direct" }],
    ["key-refused", { secret, key: stranger }],
    ["login-refused", { secret, key: stranger, mode: "direct" }],
    ["untrusted-server", { secret, acceptServer: () => false }],
    ["untrusted-server", { secret, acceptServer: () => false, mode: "direct" }],
    ["bad-secret", { secret: "x".repeat(32) }],
    ["bad-argument", { key: new Uint8Array(31) }],
    ["none", { secret }],
  ];
  const clients: SourceConnection[] = [];
  for (const [expected, options] of cases) {
    const dialled = bench.dial(options).then((client) => clients.push(client));
    assert.equal(await code(dialled), expected, JSON.stringify(options));
  }
  await clients[0]!.close();
});

Deno.test("a handler that does not accept the client ends the show", async () => {
  await using bench = await Bench.open(() => false);
  const client = await bench.dial();
  const show = new Show(client, new TestPicture(), () => {});
  assert.equal(await show.run(), "refused");
});

Deno.test("the error of a failed connection says why", async () => {
  const options: ConnectOptions = {
    key: new Uint8Array(32).fill(7),
    acceptServer: () => true,
    registration: { segkind: 10, title: "test" },
  };
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = server.addr;
  const answers = (answer: string) => async () => {
    const socket = await server.accept();
    await socket.read(new Uint8Array(1_024));
    if (answer !== "") await socket.write(new TextEncoder().encode(answer));
    socket.close();
  };
  const attempt = async (serve: () => Promise<void>) => {
    const served = serve();
    const result = await code(connectSource("127.0.0.1", { ...options, port }));
    await served;
    return result;
  };
  assert.equal(await attempt(answers("")), "login-refused");
  assert.equal(await attempt(answers("SSH-2.0-x\r\n")), "login-refused");
  const http = `HTTP/1.1 400 Bad Request\r\n${"x".repeat(300)}`;
  assert(["bad-packet-type", "bad-mac"].includes(await attempt(answers(http))));
  server.close();
  assert.equal(await code(connectSource("127.0.0.1", { ...options, port: 1 })), "connect-failed");
  assert.equal(await code(connectSource("host.invalid", options)), "bad-address");
});
