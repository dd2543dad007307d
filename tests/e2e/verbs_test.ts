/** Verbs and streams over real sockets: what the network layer adds to them. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { ContentHash } from "../../lib/decoders/binary.ts";
import { packetContent } from "../../lib/decoders/binary.ts";
import { StreamError } from "../../lib/errors.ts";
import type { BinaryOffer, Source, Status } from "../../lib/mod.ts";
import { storeTransfers } from "../../lib/mod.ts";
import type { KeptEvent } from "../support/kept_event.ts";
import { Bench } from "../support/listen.ts";
import type { TestClient } from "../support/clients.ts";

const MIB = 1 << 20;

/** A bench whose clients are set up by a function in their preroll. */
function benchOf(prepare: (source: Source) => void): Promise<Bench> {
  return Bench.start({
    client: (source: Source, status: Status) => {
      if (status.kind === "preroll") prepare(source);
    },
  });
}

function noise(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

function announce(client: TestClient, size: number, stream = 1): void {
  client.session.send({
    command: "binarystream",
    stream,
    size,
    type: 3,
    identifier: stream + 100,
    compressed: false,
  });
}

/** Sends content in packets, as fast as the listener reads. */
async function stream(client: TestClient, content: Uint8Array, id = 1): Promise<void> {
  for (let at = 0; at < content.length; at += 60_000) {
    client.session.sendData("binary", 0, id, content.subarray(at, at + 60_000));
    if (!await client.flush()) return;
  }
}

async function collect(readable: ReadableStream<Uint8Array>): Promise<string> {
  const hash = new ContentHash();
  for await (const piece of readable) hash.update(piece);
  return hash.digest().toHex();
}

function hashOf(content: Uint8Array): string {
  const hash = new ContentHash();
  hash.update(content);
  return hash.digest().toHex();
}

function controls(client: TestClient, command: string): KeptEvent[] {
  return client.events.filter((event) =>
    event.type === "control" && event.control.command === command
  );
}

async function untilControl(client: TestClient, command: string): Promise<void> {
  while (controls(client, command).length === 0) assert.ok(await client.read());
}

Deno.test("transfer in: read inside the handler while the client goes on", async () => {
  const content = noise(3 * MIB);
  const { promise: read, resolve } = Promise.withResolvers<string>();
  const offers: Partial<BinaryOffer>[] = [];
  await using bench = await benchOf((source) => {
    source.onBinary = async (offer) => {
      const { type, identifier, name, size, checksum } = offer;
      offers.push({ type, identifier, name, size, ...(checksum && { checksum }) });
      // The next piece comes only if the client goes on while this runs.
      resolve(await collect(offer.accept()));
      assert.equal(offer.receivedBytes, content.length);
    };
  });
  using client = await bench.login();
  announce(client, content.length);
  await stream(client, content);
  assert.equal(await read, hashOf(content));
  assert.deepEqual(offers, [{ type: "blob", identifier: 101, name: "", size: content.length }]);
  await untilControl(client, "ping");
});

Deno.test("transfer in: refused by a handler that does not accept, that rejects, or is absent", async () => {
  for (const onBinary of [undefined, () => {}, (offer: BinaryOffer) => offer.reject()]) {
    await using bench = await benchOf((source) => source.onBinary = onBinary);
    using client = await bench.login();
    announce(client, 10);
    await untilControl(client, "cancelstream");
    await client.roundTrip(bench);
    assert.equal(controls(client, "cancelstream").length, 1);
  }
});

Deno.test("transfer in: accepted later than the handler returned, it is too late", async () => {
  const { promise: offered, resolve } = Promise.withResolvers<BinaryOffer>();
  await using bench = await benchOf((source) => {
    source.onBinary = (offer) => resolve(offer);
  });
  using client = await bench.login();
  announce(client, 10);
  await untilControl(client, "cancelstream");
  const offer = await offered;
  assert.throws(() => offer.accept(), { code: "wrong-state" });
});

Deno.test("transfer in: a handler that fails before it decides ends its client, later it ends the transfer", async () => {
  await using early = await benchOf((source) => {
    source.onBinary = () => Promise.reject(new Error("no"));
  });
  {
    using client = await early.login();
    announce(client, 10);
    await client.untilEvent("exit");
  }
  await using late = await benchOf((source) => {
    source.onBinary = async (offer) => {
      offer.accept();
      await Promise.resolve();
      throw new Error("disk full");
    };
  });
  using client = await late.login();
  announce(client, 10);
  await untilControl(client, "cancelstream");
  await client.roundTrip(late);
  const failures = late.log.lines.filter(({ event }) => event === "handler-failed");
  assert.equal(failures.length, 1);
});

Deno.test("transfer in: a slow reader slows its client down and costs little memory", async () => {
  const content = noise(8 * MIB);
  const { promise: opened, resolve } = Promise.withResolvers<ReadableStream<Uint8Array>>();
  let offer: BinaryOffer | undefined;
  await using bench = await benchOf((source) => {
    source.onBinary = (one) => {
      offer = one;
      resolve(one.accept());
    };
  });
  using client = await bench.login();
  announce(client, content.length);
  const sending = stream(client, content);
  const readable = await opened;
  const reader = readable.getReader();
  let bytes = 0;
  let mostAhead = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    mostAhead = Math.max(mostAhead, offer!.receivedBytes - bytes);
  }
  assert.equal(bytes, content.length);
  assert.ok(mostAhead <= MIB + 65_536, `${mostAhead} bytes wait at most`);
  await sending;
});

Deno.test("transfer in: kept in a file", async () => {
  const directory = await Deno.makeTempDir();
  const content = noise(MIB + 1);
  const { promise: kept, resolve } = Promise.withResolvers<string>();
  await using bench = await benchOf((source) => {
    source.onBinary = storeTransfers(directory, { onKept: (path) => resolve(path) });
  });
  using client = await bench.login();
  client.session.send({
    command: "binarystream",
    stream: 1,
    size: content.length,
    type: 0,
    identifier: 1,
    compressed: false,
    checksum: Uint8Array.fromHex(hashOf(content)),
  });
  await stream(client, content);
  assert.deepEqual(await Deno.readFile(await kept), content);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("transfer in: the reader stops", async () => {
  await using bench = await benchOf((source) => {
    source.onBinary = (offer) => void offer.accept().cancel();
  });
  using client = await bench.login();
  announce(client, MIB);
  await untilControl(client, "cancelstream");
  await client.roundTrip(bench);
});

Deno.test("transfer in: the client leaves in the middle", async () => {
  const { promise: failed, resolve } = Promise.withResolvers<unknown>();
  await using bench = await benchOf((source) => {
    source.onBinary = (offer) => void collect(offer.accept()).catch(resolve);
  });
  {
    using client = await bench.login();
    announce(client, MIB);
    await stream(client, new Uint8Array(1000));
    await client.roundTrip(bench);
  }
  const error = await failed;
  assert.ok(error instanceof StreamError && error.code === "cancelled");
});

Deno.test("transfer in: a client that is held up can still be cut off", async () => {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  let offer: BinaryOffer | undefined;
  const bench = await benchOf((source) => {
    source.onBinary = async (one) => {
      offer = one;
      await one.accept().getReader().read();
      resolve();
    };
  });
  using client = await bench.login();
  announce(client, 64 * MIB);
  const sending = stream(client, new Uint8Array(64 * MIB));
  await begun;
  await bench[Symbol.asyncDispose]();
  await sending;
  assert.ok(offer!.receivedBytes < 4 * MIB, "most of it was never taken");
});

Deno.test("transfer out: large, while the client talks and is typed to", async () => {
  const font = noise(10 * MIB);
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  let most = 0;
  let source: Source | undefined;
  await using bench = await benchOf((one) => {
    source = one;
    one.targetFonthint(3.5, 2, {
      font,
      onProgress: (sent) => void (most = Math.max(most, sent)),
      onEnd: resolve,
    });
  });
  using client = await bench.login();
  source!.typeText("x");
  const hash = new ContentHash();
  let received = 0;
  let taken = 0;
  while (received < font.length) {
    assert.ok(await client.read());
    for (; taken < client.events.length; taken++) {
      const event = client.events[taken]!;
      if (event.type !== "data") continue;
      const piece = packetContent(event.payload, true, MIB);
      hash.update(piece);
      received += piece.length;
    }
    client.session.sendEvent(0, { category: "external", kind: "ident", message: encodeUtf8("x") });
  }
  assert.equal(hash.digest().toHex(), hashOf(font));
  const [header] = controls(client, "binarystream");
  assert.ok(header?.type === "control" && header.control.command === "binarystream");
  client.session.send({ command: "ping", stream: header.control.identifier });
  await client.flush();
  assert.equal(await ended, "completed");
  assert.equal(most, font.length);
  assert.ok(
    client.events.some((event) => event.type === "event" && event.event.kind === "translated"),
  );
});

Deno.test("sound: chunks reach the handler, and the client waits for it", async () => {
  const chunks: number[][] = [];
  let running = 0;
  await using bench = await benchOf((source) => {
    source.onAudio = async ({ samples }) => {
      assert.equal(++running, 1, "one after the other");
      await Promise.resolve();
      chunks.push([...samples]);
      running--;
    };
  });
  using client = await bench.login();
  client.session.send({
    command: "audioframe",
    stream: 1,
    channels: 1,
    encoding: 0,
    samples: 4,
    rate: 8_000,
  });
  for (let i = 0; i < 3; i++) {
    client.session.sendData("audio", 0, 0xbacabaca, new Uint8Array([i, 0, i, 0]));
  }
  await client.roundTrip(bench);
  assert.deepEqual(chunks, [[0, 0], [1, 1], [2, 2]]);
});
