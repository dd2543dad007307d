// A client that goes away at any byte: the connection ends, is logged once at most, and leaves nothing.

import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { AuthError } from "../../../lib/errors.ts";
import { DecoderPool } from "../../../lib/decoders/h264/worker/decoder_pool.ts";
import type { Authorize } from "../../../lib/net/listen_types.ts";
import { Counters } from "../../../lib/net/counters.ts";
import { Connection, type ListenerPort } from "../../../lib/net/connection.ts";
import { CurrentLimits } from "../../../lib/net/listen_limits.ts";
import { nextSourceId } from "../../../lib/net/port_state.ts";
import { DISPLAY_DEFAULTS } from "../../../lib/segment/preroll.ts";
import { typescriptProvider } from "../../../lib/crypto/typescript.ts";
import { BINARY_STALL_TIMEOUT_MS, HANDLER_SLOW_MS } from "../../../lib/limits.ts";
import type { Source } from "../../../lib/segment/source.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { concat } from "../../support/feed.ts";
import { LogBook } from "../../support/log_book.ts";
import { REGISTER, SERVER_KEY, serverSession } from "../../support/pair.ts";
import { spyOn } from "../../support/providers.ts";
import { scriptLogin } from "../../support/script.ts";
import { MemorySocket } from "../../support/sockets.ts";

const MODES = ["ephemeral", "direct"] as const;
const ENDS = { "its end": null, "a reset": new Deno.errors.ConnectionReset("reset") } as const;

/** A connection in memory, and what its listener would see of it. */
class Rig {
  readonly socket = new MemorySocket();
  readonly log = new LogBook();
  readonly counters = new Counters();
  readonly spied = spyOn(typescriptProvider);
  readonly kinds: string[] = [];
  readonly connection: Connection;
  handovers = 0;
  departures = 0;
  /** What the listener was told about the end of the login. */
  readonly loginEnds: string[] = [];
  silent = 0;
  /** What the handler waits for, by the kind of record. */
  readonly waits = new Map<string, Promise<void>>();
  onDeparture: () => void = () => {};
  onBinary: Source["onBinary"];

  /**
   * @param refusal Why every key is refused; none is when absent.
   * @param calls Gets the calls of the client's ticket.
   */
  constructor(refusal?: AuthError, authorize?: Authorize, calls: string[] = []) {
    const port: ListenerPort = {
      log: this.log,
      authorize,
      name: "demo",
      display: DISPLAY_DEFAULTS,
      observers: [],
      h264: "cancel",
      decoders: new DecoderPool(),
      memory: undefined,
      nextId: nextSourceId,
      counters: this.counters,
      tap: {},
      admit: () => {
        if (refusal !== undefined) throw refusal;
        return {
          identity: SERVER_KEY,
          comment: undefined,
          arrive: () => void calls.push("arrive"),
          enrol: () => void calls.push("enrol"),
          leave: () => void calls.push("leave"),
        };
      },
      limits: new CurrentLimits(),
      isExempt: () => false,
      arrived() {},
      letIn: () => {
        this.loginEnds.push("let-in");
      },
      loginFailed: () => {
        this.loginEnds.push("failed");
      },
      limitReached: (limit) => {
        this.loginEnds.push(limit);
      },
      leftSilently: () => {
        this.silent++;
      },
      handOver: async (connection) => {
        this.handovers++;
        await this.waits.get("handover");
        const source = connection.takeOver();
        source.onBinary = this.onBinary;
        source.targetUpdatehandler((_source, { kind }) => {
          this.kinds.push(kind);
          return this.waits.get(kind);
        });
      },
      left: () => {
        this.departures++;
        this.onDeparture();
      },
    };
    const remote = { hostname: "192.0.2.1", port: 7 };
    const session = serverSession({ crypto: this.spied.crypto, startMs: performance.now() });
    this.connection = new Connection(port, this.socket, remote, session);
  }

  /** Runs over some bytes and an end. */
  async run(bytes: Uint8Array, end: null | Error): Promise<void> {
    this.socket.give(bytes, end);
    await this.connection.run();
    assert.ok(this.socket.isClosed);
    assert.equal(this.spied.open, 0, "keys are given back");
    assert.equal(this.departures, 1);
  }

  /** The lines that an administrator sees by default. */
  get reports(): string[] {
    return this.log.lines.filter(({ level }) => level !== "debug")
      .map(({ event, fields }) => `${event} ${fields["reason"] ?? ""}`.trim());
  }
}

for (const mode of MODES) {
  for (const [what, end] of Object.entries(ENDS)) {
    Deno.test({
      name: `a client in ${mode} mode that goes away by ${what} at any byte`,
      permissions: "none",
      fn: async () => {
        const { hellos, peer } = scriptLogin(mode);
        const packets = peer.event(REGISTER).data("video", new Uint8Array(40)).take();
        const bytes = concat([hellos, packets]);
        for (let cut = 0; cut <= bytes.length; cut++) {
          const rig = new Rig();
          await rig.run(bytes.subarray(0, cut), end);
          check(rig, cut, hellos.length, bytes.length, end === null);
        }
      },
    });
  }
}

/** What must be seen of a client that sent so many bytes. */
function check(rig: Rig, cut: number, hellos: number, all: number, isPlain: boolean): void {
  const proof = hellos + 164;
  const isBetween = [0, 153, hellos, proof, all].includes(cut);
  const isTruncated = isPlain && !isBetween;
  const isSilent = cut === 0 || isTruncated && cut < hellos;
  assert.equal(rig.silent, isSilent ? 1 : 0, `what sent no whole packet is counted, at ${cut}`);
  assert.deepEqual(
    rig.loginEnds,
    cut < proof ? [] : ["let-in"],
    `leaving is no failed login, at ${cut} ${rig.reports}`,
  );
  if (cut < hellos) {
    // Who knows the secret and leaves is worth a line, a mere probe of the port is not.
    const expected = isTruncated || cut < 153 ? [] : ["login-refused not-proven"];
    assert.deepEqual(rig.reports, expected, `cut at ${cut}`);
    assert.equal(rig.handovers, 0);
  } else if (cut < proof) {
    assert.deepEqual(rig.reports, ["login-refused not-proven"], `cut at ${cut}`);
    assert.equal(rig.handovers, 0);
  } else {
    const left = isTruncated ? "client-left truncated" : isPlain ? "client-left" : undefined;
    assert.deepEqual(rig.reports, [
      "client-authenticated",
      left ?? "client-left connection-lost",
    ], `cut at ${cut}`);
    assert.deepEqual(rig.kinds, ["registered", "preroll", "privdrop", "terminated"]);
  }
}

const REFUSALS = [
  "unknown-key",
  "key-not-for-name",
  "key-expired",
  "address-not-allowed",
  "bad-conditions",
  "no-slot-left",
] as const;

Deno.test({
  name: "every key that is turned down gets the same answer, which is none, after the same work",
  permissions: "none",
  fn: async () => {
    for (const mode of MODES) {
      const answers = new Set<string>();
      for (const code of REFUSALS) {
        const rig = new Rig(new AuthError(code, "a reason", { comment: "a laptop" }));
        await rig.run(scriptLogin(mode).hellos, null);
        assert.deepEqual(rig.reports, [`login-refused ${code}`]);
        assert.deepEqual(rig.loginEnds, ["failed"]);
        assert.equal(rig.log.lines[0]!.fields["comment"], "a laptop");
        const bytes = rig.socket.written.reduce((sum, { length }) => sum + length, 0);
        answers.add(`${bytes} bytes of ${rig.spied.sealed.length} packets`);
      }
      assert.equal(answers.size, 1, [...answers].join("; "));
      if (mode === "direct") assert.ok([...answers][0]!.startsWith("0 bytes"));
    }
  },
});

Deno.test({
  name: "a probe is answered, and no handler hears of it",
  permissions: "none",
  fn: async () => {
    const rig = new Rig();
    await rig.run(scriptLogin("ephemeral", { role: 3 }).hellos, null);
    assert.deepEqual(rig.reports, ["probe-answered"]);
    assert.equal(concat(rig.socket.written).length, 2 * 153);
    assert.equal(rig.handovers, 0);
  },
});

/** Runs a login, a frame and an end, with a handler that hangs at a record. */
async function runHung(kind: string): Promise<{ rig: Rig; ended: Promise<void>; go: () => void }> {
  using timers = new FakeTimers();
  const rig = new Rig();
  const { promise, resolve: go } = Promise.withResolvers<void>();
  rig.waits.set(kind, promise);
  const left = Promise.withResolvers<void>();
  rig.onDeparture = left.resolve;
  const { hellos, peer } = scriptLogin("direct");
  const frame = {
    command: "videoframe",
    stream: 1,
    format: VIDEO_FORMAT.rgba,
    surfaceWidth: 2,
    surfaceHeight: 2,
    x: 0,
    y: 0,
    width: 2,
    height: 2,
    flags: 0,
    length: 16,
    expandedLength: 16,
    commit: true,
  } as const;
  peer.event(REGISTER).control(frame).data("video", new Uint8Array(16)).event(REGISTER);
  rig.socket.give(concat([hellos, peer.take()]), null);
  const ended = rig.connection.run();
  // The time that a handler may take is over as soon as it is waited for.
  while (rig.departures === 0) {
    await new Promise((resolve) => setImmediate(resolve));
    timers.pass(HANDLER_SLOW_MS);
    rig.connection.check(performance.now() + HANDLER_SLOW_MS);
  }
  await left.promise;
  return { rig, ended, go };
}

for (const kind of ["registered", "resized"]) {
  Deno.test({
    name: `what a client had is given back when it leaves, though its handler hangs in ${kind}`,
    permissions: "none",
    fn: async () => {
      const { rig, ended, go } = await runHung(kind);
      assert.ok(rig.socket.isClosed);
      assert.equal(rig.spied.open, 0);
      const primary = rig.connection.source!;
      assert.ok(primary.isEnded);
      assert.equal(primary.surface.pixels, undefined);
      assert.deepEqual(rig.reports, ["client-authenticated", "handler-slow", "client-left"]);
      assert.equal(rig.kinds.at(-1), kind);
      assert.equal(primary.typeText("too late"), false);
      go();
      await ended;
      assert.equal(rig.kinds.at(-1), "terminated");
      assert.equal(rig.kinds.filter((kind) => kind === "terminated").length, 1);
      assert.equal(rig.departures, 1);
    },
  });
}

Deno.test({
  name: "a client that leaves while the listener's handler hangs is told of once it is taken",
  permissions: "none",
  fn: async () => {
    const { rig, ended, go } = await runHung("handover");
    assert.ok(rig.socket.isClosed);
    assert.equal(rig.spied.open, 0);
    go();
    await ended;
    assert.deepEqual(rig.kinds, ["terminated"]);
    assert.deepEqual(rig.reports, ["client-authenticated", "client-left"]);
    assert.equal(rig.departures, 1);
  },
});

Deno.test({
  name: "a client whose machine is gone is probed, and ended when it answers no more",
  permissions: "none",
  fn: async () => {
    const rig = new Rig();
    const { hellos, peer } = scriptLogin("direct");
    rig.socket.give(concat([hellos, peer.event(REGISTER).take()]));
    const ended = rig.connection.run();
    while (!rig.kinds.includes("privdrop")) await new Promise(setImmediate);
    const { limits } = rig.connection;
    const startMs = performance.now();
    const look = async (seconds: number) => {
      rig.socket.written.length = 0;
      limits.check(startMs + seconds * 1_000);
      await new Promise(setImmediate);
      return concat(rig.socket.written).length;
    };
    const probe = 2 * 153;
    assert.equal(await look(1), 0);
    assert.equal(await look(6), probe, "two packets of a command");
    const answer = { command: "cancelstream", channel: 255, stream: 0xffff_fffe, streamType: 2 };
    rig.socket.give(peer.control({ ...answer, command: "cancelstream", reason: 0 }).take());
    while (rig.socket.unreadBytes > 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(await look(7), 0);
    for (const seconds of [33, 59, 85]) {
      assert.equal(await look(seconds), probe, `${seconds} s`);
    }
    await look(110);
    await ended;
    assert.equal(rig.reports.at(-1), "client-left client-gone");
    assert.equal(rig.kinds.at(-1), "terminated");
  },
});

for (const isRead of [true, false]) {
  Deno.test({
    name: `a client waits until a transfer is read, ${isRead ? "and goes on" : "but not for ever"}`,
    permissions: "none",
    fn: async () => {
      using timers = new FakeTimers();
      const rig = new Rig();
      const accepted = Promise.withResolvers<ReadableStream<Uint8Array<ArrayBuffer>>>();
      rig.onBinary = (offer) => accepted.resolve(offer.accept());
      const { hellos, peer } = scriptLogin("direct");
      peer.event(REGISTER).control({
        command: "binarystream",
        stream: 5,
        size: 0n,
        type: 3,
        identifier: 9,
        compressed: false,
      });
      for (let count = 0; count < 20; count++) peer.data("binary", new Uint8Array(60_000), 0, 5);
      peer.event({ category: "external", kind: "streamstatus", identifier: 9, completion: 1 });
      rig.socket.give(concat([hellos, peer.take()]));
      const ended = rig.connection.run();
      const reader = (await accepted.promise).getReader();
      while (timers.size === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(rig.kinds.includes("streamstatus"), false);
      if (isRead) {
        let sizeBytes = 0;
        for (let { value } = await reader.read(); value; { value } = await reader.read()) {
          sizeBytes += value.length;
        }
        assert.equal(sizeBytes, 20 * 60_000);
      } else {
        timers.pass(BINARY_STALL_TIMEOUT_MS - 1);
        assert.equal(rig.kinds.includes("streamstatus"), false);
        timers.pass(1);
        await assert.rejects(reader.read(), { code: "reader-stalled" });
      }
      while (!rig.kinds.includes("streamstatus")) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      rig.socket.give(null);
      await ended;
      assert.equal(rig.reports.includes("stream-refused reader-stalled"), !isRead);
      assert.equal(timers.size, 0);
    },
  });
}

Deno.test({
  name:
    "a client that leaves while authorize is asked takes no place after it has given its own back",
  permissions: "none",
  fn: async () => {
    const answer = Promise.withResolvers<boolean>();
    const calls: string[] = [];
    const rig = new Rig(undefined, () => {
      calls.push("authorize");
      return answer.promise;
    }, calls);
    const { hellos, peer } = scriptLogin("direct");
    rig.socket.give(concat([hellos, peer.event(REGISTER).take()]));
    const ended = rig.connection.run();
    while (!calls.includes("authorize")) await new Promise((resolve) => setImmediate(resolve));
    rig.connection.end();
    while (!calls.includes("leave")) await new Promise((resolve) => setImmediate(resolve));
    answer.resolve(true);
    await ended;
    assert.deepEqual(calls, ["arrive", "authorize", "leave"]);
    assert.equal(rig.handovers, 0);
  },
});
