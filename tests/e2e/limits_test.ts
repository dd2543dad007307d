// Many connections, lost ones, and clients that send too much or take too little.

import assert from "node:assert/strict";
import { MAX_OUTPUT_BYTES, MAX_UNAUTHENTICATED_PER_NETWORK } from "../../lib/limits.ts";
import { VIDEO_DATA_STREAM_ID } from "../../lib/wire/constants.ts";
import type { RawClient } from "../support/clients.ts";
import { Bench } from "../support/listen.ts";
import { RawPeer } from "../support/raw_peer.ts";

const SILENT = 64;
const PROBES = 1_000;
/** ESTABLISHED and CLOSE_WAIT: the kernel waits for us to close. */
const HELD_STATES = ["01", "08"];

Deno.test(`${SILENT} silent sockets do not delay a good login`, async () => {
  await using bench = await Bench.start();
  const silent = await Promise.all(Array.from({ length: SILENT }, () => bench.raw()));
  using good = await bench.login();
  await good.roundTrip(bench);
  assert.deepEqual(bench.log.of("left-before-login"), [], "they are there all the while");
  for (const client of silent) client.close();
});

Deno.test("of too many connections without a login the oldest has to leave", async () => {
  await using bench = await Bench.start();
  const surplus = 5;
  const clients: RawClient[] = [];
  for (let i = 0; i < MAX_UNAUTHENTICATED_PER_NETWORK + surplus; i++) {
    clients.push(await bench.raw());
  }
  await bench.until(() => bench.log.of("left-before-login").length === surplus, "the evictions");
  await Promise.all(clients.slice(0, surplus).map((client) => client.untilClosed()));
  assert.deepEqual(
    bench.log.of("left-before-login").map(({ fields }) => [fields["client"], fields["reason"]]),
    clients.slice(0, surplus).map(({ address }) => [address, "too-many-unauthenticated"]),
  );
  assert.deepEqual(bench.log.of("login-refused"), [], "what sends nothing is no login");
  // A good client is through before silent ones have pushed it out.
  using good = await bench.login();
  await good.roundTrip(bench);
  for (const client of clients) client.close();
});

for (
  const [what, bytes, event] of [
    ["say nothing", new Uint8Array(), "left-before-login"],
    ["send a part of a packet", new RawPeer().hello().take().subarray(0, 100), "login-refused"],
  ] as const
) {
  Deno.test(`${PROBES} connections that ${what} leave nothing behind`, async () => {
    await using bench = await Bench.start();
    using good = await bench.login();
    const { port } = bench.listener.address;
    const before = openConnections(port);
    for (let i = 0; i < PROBES; i += 50) {
      const probes = await Promise.all(Array.from({ length: 50 }, () => bench.raw()));
      for (const probe of probes) {
        await probe.send(bytes);
        probe.close();
      }
    }
    // The listener takes connections in order: once this one is in, all probes were taken.
    using late = await bench.login();
    await bench.until(
      () => bench.log.of(event).length === PROBES,
      "all probes to leave",
    );
    late.close();
    await bench.until(() => bench.log.of("client-left").length === 1, "the late one to leave");
    assert.ok(before === undefined || before === 1);
    assert.equal(openConnections(port), before);
    await good.roundTrip(bench);
    assert.deepEqual(bench.log.lines.filter(({ level }) => level === "warn"), []);
    bench.listener.close();
    assert.deepEqual(bench.log.of("silent-connections").map(({ fields }) => fields), [
      { address: "127.0.0.1", count: PROBES },
    ]);
  });
}

Deno.test("a frame that cannot be is refused, and the client goes on", async () => {
  await using bench = await Bench.start();
  using client = await bench.login();
  const frame = {
    command: "videoframe",
    format: 9,
    surfaceWidth: 64,
    surfaceHeight: 64,
    x: 0,
    y: 0,
    width: 64,
    height: 64,
    flags: 0,
    length: 100,
    expandedLength: 64 * 64 * 3,
    commit: true,
  } as const;
  const cases = [
    ["bad-surface-size", { surfaceWidth: 65_535, surfaceHeight: 65_535 }],
    ["region-outside-surface", { x: 60 }],
    ["bad-expanded-length", { expandedLength: 0xffff_ffff }],
    ["bad-length", { length: 0xffff_ffff }],
    ["unknown-format", { format: 77 }],
    ["unsupported-format", { format: 5, length: 1_000 }],
    ["bad-zstd", {}],
  ] as const;
  for (const [i, [code, fields]] of cases.entries()) {
    client.session.send({ ...frame, stream: i + 1, ...fields });
    client.session.sendData("video", 0, VIDEO_DATA_STREAM_ID, new Uint8Array(100));
    await client.flush();
    await bench.until(() => bench.log.of("stream-refused").length === i + 1, code);
    assert.equal(bench.log.of("stream-refused").at(-1)!.fields["reason"], code);
  }
  // The last one is as it should be, and brings the acknowledgements of all to an end.
  await client.roundTrip(bench);
  client.session.send({ ...frame, stream: 99, length: 0 });
  const pings = () =>
    client.events.flatMap((event) =>
      event.type === "control" && event.control.command === "ping" ? [event.control.stream] : []
    );
  while (!pings().includes(99)) assert.ok(await client.read());
  assert.deepEqual(pings(), [1, 2, 3, 4, 5, 6, 7, 99], "each frame once, in order");
});

Deno.test("small frames with large pictures leave others their turn", async () => {
  await using bench = await Bench.start();
  using heavy = await bench.login();
  using good = await bench.login();
  const [source] = bench.listener.clients;
  const side = 4_096;
  const frames = 16;
  const payload = runsOf(0x55, side * side * 3);
  assert.ok(payload.length < 2_000);
  for (let stream = 1; stream <= frames; stream++) {
    heavy.session.send({
      command: "videoframe",
      stream,
      format: 9,
      surfaceWidth: side,
      surfaceHeight: side,
      x: 0,
      y: 0,
      width: side,
      height: side,
      flags: 0,
      length: payload.length,
      expandedLength: side * side * 3,
      commit: true,
    });
    heavy.session.sendData("video", 0, VIDEO_DATA_STREAM_ID, payload);
  }
  // All of them arrive in one block of bytes.
  await heavy.flush();
  await good.roundTrip(bench);
  assert.ok(source!.surface.revision < frames, "the other one was heard in between");
  const acknowledged = () =>
    heavy.events.filter(({ type, ...event }) =>
      type === "control" && "control" in event && event.control.command === "ping"
    ).length;
  while (acknowledged() < frames) assert.ok(await heavy.read());
  assert.equal(source!.surface.revision, frames);
});

Deno.test("what waits for a client that never reads is bounded", async () => {
  await using bench = await Bench.start();
  using deaf = await bench.login();
  using good = await bench.login();
  const [source] = bench.listener.clients;
  const before = usedBytes();
  let sent = 0;
  // Far more than the buffers of the system and ours together.
  const wanted = 60_000;
  try {
    for (; sent < wanted && source!.targetInput("x".repeat(70)); sent++) {
      if (sent % 500 === 0) await good.roundTrip(bench);
    }
  } catch (error) {
    assert.deepEqual((error as { code?: string }).code, "queue-full");
  }
  assert.ok(sent < wanted, `${sent} messages were taken`);
  assert.ok(usedBytes() - before < 32 * MAX_OUTPUT_BYTES);
  await good.roundTrip(bench);
  deaf.close();
  await bench.until(() => bench.log.of("client-left").length === 1, "the end of the deaf one");
  await good.roundTrip(bench);
});

/** The memory of this test alone; others run in the same process. */
function usedBytes(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** How many connections of a port this end holds open, where that can be told. */
function openConnections(port: number): number | undefined {
  let table: string;
  try {
    table = Deno.readTextFileSync("/proc/net/tcp");
  } catch {
    return undefined;
  }
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  return rows.filter(([, local, , state]) =>
    local?.endsWith(suffix) && HELD_STATES.includes(state!)
  )
    .length;
}

/** A zstd frame of runs of one byte; each run of 128 KiB takes 4 bytes. */
function runsOf(byte: number, size: number): Uint8Array {
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x80, 7 << 3];
  for (let shift = 0; shift < 32; shift += 8) frame.push((size >>> shift) & 0xff);
  for (let left = size; left > 0;) {
    const run = Math.min(left, 131_072);
    left -= run;
    const head = (run << 3) | (1 << 1) | (left === 0 ? 1 : 0);
    frame.push(head & 0xff, (head >> 8) & 0xff, (head >> 16) & 0xff, byte);
  }
  return Uint8Array.from(frame);
}
