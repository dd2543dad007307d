// Observers of clients, such as a recorder.

import assert from "node:assert/strict";
import type { ClientHandler, Source } from "../../lib/mod.ts";
import { VIDEO_DATA_STREAM_ID } from "../../lib/wire/constants.ts";
import type { TestClient } from "../support/clients.ts";
import { Bench } from "../support/listen.ts";
import { ONE_PIXEL } from "../support/one_pixel.ts";
import { REGISTER } from "../support/pair.ts";

/** Records with their observers, in order. */
class Seen {
  readonly all: string[] = [];

  /** Notes all records of one client except `ident`, which tests wait for. */
  by(observer: string): ClientHandler {
    return (source, { kind }) => {
      if (kind !== "ident") this.all.push(`${observer} ${source.segkind} ${kind}`);
    };
  }

  /** The notes since the last call. */
  take(): string[] {
    return this.all.splice(0);
  }
}

/** Draws one frame; settles when all its records are delivered. */
async function draw(client: TestClient, bench: Bench): Promise<void> {
  client.session.send({ ...ONE_PIXEL, stream: 1, length: 4 });
  client.session.sendData("video", 0, VIDEO_DATA_STREAM_ID, new Uint8Array(4));
  await client.roundTrip(bench);
}

Deno.test("observers get each record before the handler, frames included", async () => {
  const seen = new Seen();
  await using bench = await Bench.start({
    observers: [seen.by("first"), seen.by("second")],
    client: seen.by("handler"),
  });
  using client = await bench.login();
  await client.roundTrip(bench);
  assert.deepEqual(
    seen.take(),
    ["registered", "preroll", "privdrop"].flatMap((kind) =>
      ["first", "second", "handler"].map((observer) => `${observer} terminal ${kind}`)
    ),
  );
  await draw(client, bench);
  assert.deepEqual(seen.take(), [
    "first terminal resized",
    "second terminal resized",
    "handler terminal resized",
    "first terminal frame",
    "second terminal frame",
  ]);
  const [source] = bench.listener.clients;
  source!.targetVerbose();
  await draw(client, bench);
  assert.deepEqual(seen.take().at(-1), "handler terminal frame");
  source!.targetVerbose(false);
  await draw(client, bench);
  assert.deepEqual(seen.take(), ["first terminal frame", "second terminal frame"]);
});

Deno.test("observers stay until the end when the handler is replaced", async () => {
  const seen = new Seen();
  await using bench = await Bench.start({ observers: [seen.by("observer")] });
  using client = await bench.login();
  await client.roundTrip(bench);
  const [source] = bench.listener.clients;
  seen.take();
  const ended = Promise.withResolvers<void>();
  source!.targetUpdatehandler((_, { kind }) => {
    bench.takeClient(source!, { kind } as never);
    seen.all.push(`new ${kind}`);
    if (kind === "terminated") ended.resolve();
  });
  client.close();
  await ended.promise;
  assert.deepEqual(seen.take(), ["observer terminal terminated", "new terminated"]);
});

Deno.test("an observer of one client observes its subsegments too", async () => {
  const seen = new Seen();
  await using bench = await Bench.start({
    client: (source, status) => {
      if (status.kind === "segment_request") source.acceptTarget();
      seen.by("handler")(source, status);
    },
  });
  using client = await bench.login();
  using other = await bench.login();
  const [source] = bench.listener.clients;
  source!.addObserver(seen.by("observer"));
  assert.ok(source!.targetAlloc("debug"));
  client.session.sendEvent(0, { category: "external", kind: "segreq", id: 1, segkind: 16 });
  await client.roundTrip(bench);
  seen.take();
  for (const channel of [1, 2]) client.session.sendEvent(channel, REGISTER);
  other.session.sendEvent(0, REGISTER);
  await client.roundTrip(bench);
  await other.roundTrip(bench);
  const registered = seen.take().filter((line) => line.endsWith("registered"));
  assert.deepEqual(registered.sort(), [
    "handler debug registered",
    "handler popup registered",
    "handler terminal registered",
    "observer debug registered",
    "observer popup registered",
  ]);
});

Deno.test("a failing observer is logged and has no other effect", async () => {
  const thrown: ClientHandler = (_, { kind }) => {
    if (kind === "registered") throw new Error("one");
  };
  const rejected: ClientHandler = (_, { kind }) =>
    kind === "registered" ? Promise.reject(new Error("two")) : undefined;
  await using bench = await Bench.start({ observers: [thrown, rejected] });
  using client = await bench.login();
  await client.roundTrip(bench);
  assert.deepEqual(
    bench.log.of("observer-failed").map(({ fields }) => [fields["kind"], fields["error"]]),
    [["registered", "Error: one"], ["registered", "Error: two"]],
  );
});

Deno.test("a slow observer delays its client, in order", async () => {
  const seen = new Seen();
  const gate = Promise.withResolvers<void>();
  const isWaiting = Promise.withResolvers<void>();
  const slow = async (_: Source, { kind }: { kind: string }) => {
    if (kind !== "preroll") return;
    isWaiting.resolve();
    await gate.promise;
    seen.all.push("slow");
  };
  await using bench = await Bench.start({
    observers: [slow, seen.by("second")],
    client: seen.by("handler"),
  });
  using client = await bench.login();
  await isWaiting.promise;
  assert.deepEqual(seen.take(), ["second terminal registered", "handler terminal registered"]);
  gate.resolve();
  await client.roundTrip(bench);
  assert.deepEqual(seen.take(), [
    "slow",
    "second terminal preroll",
    "handler terminal preroll",
    "second terminal privdrop",
    "handler terminal privdrop",
  ]);
});
