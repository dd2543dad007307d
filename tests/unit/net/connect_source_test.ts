/** The limits of a source's connection. */

import assert from "node:assert/strict";
import { encodeUtf8 } from "../../../lib/bytes/text.ts";
import { CONNECT_TIMEOUT_MS, MAX_WAITING_SOURCE_EVENTS } from "../../../lib/limits.ts";
import { dial } from "../../../lib/net/connect_source.ts";
import { SourceConnection } from "../../../lib/net/source_connection.ts";
import { PictureEncoder } from "../../../lib/source/picture_encoder.ts";
import { DEFAULT_SECRET } from "../../../lib/wire/constants.ts";
import { freshKey } from "../../support/clients.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { RawSink } from "../../support/raw_sink.ts";
import { noisePicture } from "../../support/source.ts";

Deno.test({
  name: "dialling an address that does not answer fails after CONNECT_TIMEOUT_MS",
  // Elsewhere a full backlog refuses connections.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 0 });
    const { port } = silent.addr;
    using _filler = await Deno.connect({ hostname: "127.0.0.1", port });
    using timers = new FakeTimers();
    const dialled = dial({ hostname: "127.0.0.1", port });
    timers.pass(CONNECT_TIMEOUT_MS - 1);
    assert.equal(timers.size, 1, "not yet");
    timers.pass(1);
    await assert.rejects(dialled, {
      code: "connect-failed",
      message: `127.0.0.1:${port} does not answer within 10 s`,
    });
  },
});

Deno.test("what a source is to send is checked before anything is sent", async () => {
  await using sink = new RawSink(freshKey());
  const connection = await sink.connect();
  const bad = { code: "bad-argument" };
  assert.throws(() => connection.sendEvent({ category: "target", kind: "none" } as never), bad);
  assert.throws(() => connection.sendEvent({ category: "none", kind: "exit" } as never), bad);
  assert.throws(() => connection.sendControl({ command: "none" } as never), bad);
  assert.throws(() => connection.register(undefined as never, 0), bad);
  await assert.rejects(connection.draw(null as never), bad);
  await connection.close();
});

for (const waiting of [MAX_WAITING_SOURCE_EVENTS - 1, MAX_WAITING_SOURCE_EVENTS]) {
  const reads = waiting < MAX_WAITING_SOURCE_EVENTS;
  Deno.test(`a source with ${waiting} waiting events ${reads ? "reads on" : "stops reading"}`, async () => {
    await using sink = new RawSink(freshKey());
    const connection = await sink.connect();
    await connection.draw(new PictureEncoder().encode(noisePicture(4, 4)));

    for (let i = 0; i < waiting; i++) {
      sink.session.sendEvent(0, { category: "target", kind: "message", message: `${i}` });
    }
    sink.session.send({ command: "ping", stream: 1 });
    const flushed = sink.flush();
    if (reads) {
      await connection.allAcknowledged();
    } else {
      for (let i = 0; i < 20; i++) {
        connection.sendEvent({ category: "external", kind: "ident", message: encodeUtf8("here") });
        await sink.read("ident");
      }
    }
    assert.equal(connection.acknowledged, reads ? 1 : 0);

    for (let i = 0; i < waiting; i++) {
      const taken = await connection.next();
      assert(taken?.type === "event" && taken.event.kind === "message");
      assert.equal(new TextDecoder().decode(taken.event.message as Uint8Array), `${i}`);
    }
    await connection.allAcknowledged();
    assert.equal(connection.acknowledged, 1);
    await flushed;
    connection.abort();
    await connection.finished();
    assert.equal(await connection.next(), undefined);
  });
}

Deno.test("what waits for a sink settles when its connection is lost", async () => {
  await using sink = new RawSink(freshKey());
  const socket = await dial({ hostname: "127.0.0.1", port: sink.port });
  const { promise: lost, reject: lose } = Promise.withResolvers<never>();
  const connection = new SourceConnection(
    {
      read: (into) => Promise.race([socket.read(into), lost]),
      write: (bytes) => socket.write(bytes),
      closeWrite: () => socket.closeWrite(),
      close: () => socket.close(),
    },
    freshKey(),
    encodeUtf8(DEFAULT_SECRET),
    {
      key: freshKey(),
      acceptServer: () => true,
      registration: { segkind: 10, title: "test" },
      window: 2,
    },
  );
  await sink.claimed();
  sink.session.send({ command: "ping", stream: 0 });
  await sink.flush();
  await connection.loggedIn;
  const encoder = new PictureEncoder();
  // More than the buffers of both sockets hold.
  const large = connection.draw(encoder.encode(noisePicture(2_048, 2_048)));
  const next = connection.draw(encoder.encode(noisePicture(4, 4)));
  const acknowledged = connection.allAcknowledged();
  lose(new Deno.errors.ConnectionReset("reset"));
  await connection.finished();
  assert.equal(connection.error?.code, "connection-lost");
  assert.deepEqual(await Promise.all([large, next, acknowledged]), [false, false, undefined]);
  assert.equal(await connection.drawable(), false);
});
