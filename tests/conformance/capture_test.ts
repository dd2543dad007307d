// A recorded real terminal: over the recorded bytes the listener ends with the same screen.

import assert from "node:assert/strict";
import { Delivery } from "../../lib/segment/delivery.ts";
import { DISPLAY_DEFAULTS } from "../../lib/segment/preroll.ts";
import type { ClientHandler } from "../../lib/segment/source.ts";
import { SegmentTree } from "../../lib/segment/tree.ts";
import type { SessionEvent } from "../../lib/session/events.ts";
import { HEAD_BYTES } from "../../lib/transport/packet.ts";
import { PACKET_TYPE } from "../../lib/wire/constants.ts";
import { decodeControl } from "../../lib/wire/control.ts";
import { decodeEventPacket } from "../../lib/wire/event/event.ts";
import { replayDraws } from "../support/draws.ts";
import type { Fixture } from "../support/feed.ts";
import { feed } from "../support/feed.ts";
import { CONTROL_PACKET_BYTES } from "../support/packets.ts";
import { serverSession } from "../support/pair.ts";
import { type Crypto, CRYPTOS, spyOn } from "../support/providers.ts";
import type { TerminalCapture } from "../support/vectors.ts";
import { loadTerminal, READ_VECTORS } from "../support/vectors.ts";

const RANDOM_SPLITS = 12;

for (const crypto of CRYPTOS) {
  test("the recorded terminal", "capture-terminal", 134, crypto);
  test("the terminal whose text reaches the right edge", "capture-right-edge", 28, crypto);
}

function test(
  title: string,
  name: Parameters<typeof loadTerminal>[0],
  frames: number,
  crypto: Crypto,
): void {
  Deno.test({
    name: `${title}: replies, screen and acknowledgements (${crypto.name})`,
    permissions: READ_VECTORS,
    fn: () => {
      const capture = loadTerminal(name);
      const fed = feed(() => listen(capture, crypto), capture.fromClient, {
        rounds: RANDOM_SPLITS,
      });

      const hellos = fed.output.subarray(0, 2 * CONTROL_PACKET_BYTES);
      assert.equal(
        hellos.toHex(),
        capture.fromServer.subarray(0, 2 * CONTROL_PACKET_BYTES).toHex(),
      );

      const result = fed.result as Result;
      assert.deepEqual(result.screen, linesOf(capture.finalScreen.join("\n")));
      assert.equal(fed.fault, undefined);
      assert.equal(result.announced.length, frames);
      assert.deepEqual(result.acknowledged, result.announced, "each frame once, in order");
      assert.equal(result.requested.length, 1);
      assert.deepEqual(
        result.refused,
        result.requested,
        "the clipboard, which the handler did not accept",
      );
      const kinds = result.kinds;
      assert.deepEqual(kinds.slice(0, 3), ["registered", "preroll", "privdrop"]);
      assert.equal(kinds.filter((kind) => kind === "frame").length, frames);
      assert.equal(kinds.indexOf("terminated"), kinds.length - 1);
    },
  });
}

interface Result {
  /** The last screen, without empty lines at its end. */
  readonly screen: readonly string[];
  /** The kinds of all records, in order. */
  readonly kinds: readonly string[];
  /** The ids of the frames that arrived, and of those that were acknowledged. */
  readonly announced: readonly number[];
  readonly acknowledged: readonly number[];
  /** The ids of the segment requests, and of those that were refused. */
  readonly requested: readonly number[];
  readonly refused: readonly number[];
}

/** The lines of a screen without the blanks and the empty lines at the end. */
function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trimEnd()).join("\n").trimEnd().split("\n");
}

/** The recorded listener, with a handler that accepts the client and no segments. */
function listen(capture: TerminalCapture, { crypto, arena }: Crypto): Fixture {
  const spy = spyOn(crypto);
  const session = serverSession({
    crypto: spy.crypto,
    random: replayDraws(capture.draws).random,
    ...(arena && { arena }),
  });
  const announced: number[] = [];
  const requested: number[] = [];
  const kinds: string[] = [];
  let client: { readonly tree: SegmentTree; readonly delivery: Delivery } | undefined;
  let screen: string[] = [];

  const handler: ClientHandler = (source, status) => {
    kinds.push(status.kind);
    if (status.kind === "preroll") source.targetVerbose();
    if (status.kind === "segment_request") requested.push(status.reqid);
    if (status.kind === "frame") screen = linesOf(source.text());
  };
  const take = (event: SessionEvent) => {
    if (event.type === "peer-offered") session.accept(capture.key);
    if (event.type === "peer-authenticated") {
      let id = 0;
      const tree = new SegmentTree(session, {
        nextId: () => ++id,
        peer: { publicKey: "", fingerprint: "", address: "" },
        display: DISPLAY_DEFAULTS,
      });
      client = { tree, delivery: new Delivery(tree, () => {}) };
      client.delivery.primary.targetUpdatehandler(handler);
    }
    if (event.type === "control" && event.control.command === "videoframe") {
      announced.push(event.control.stream);
    }
    if (client === undefined) return;
    const { tree, delivery } = client;
    delivery.add(event.type === "closed" ? tree.end("") : tree.take(event));
    for (let step = delivery.next(); step; step = delivery.next()) {
      assert.notEqual(step.type, "fault", "no frame of a real terminal is refused");
      if (step.type === "call") void step.call();
      delivery.done(true);
    }
  };
  const result = (): Result => {
    const sent = spy.sealed.map(readSent);
    return {
      screen,
      kinds,
      announced,
      requested,
      acknowledged: sent.flatMap(({ acknowledged }) => acknowledged ?? []),
      refused: sent.flatMap(({ refused }) => refused ?? []),
    };
  };
  return { session, take, result };
}

function readSent(plain: Uint8Array): { acknowledged?: number; refused?: number } {
  const body = plain.subarray(HEAD_BYTES);
  if (plain[HEAD_BYTES - 1] === PACKET_TYPE.control) {
    const control = decodeControl(body);
    return control.command === "ping" ? { acknowledged: control.stream } : {};
  }
  const { event } = decodeEventPacket(body);
  return event.category === "target" && event.kind === "reqfail" ? { refused: event.id } : {};
}
