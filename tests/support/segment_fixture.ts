/** A client whose peer is the test: its segments, and their delivery to handlers that note everything. */

import { FairShare } from "../../lib/bytes/fair_share.ts";
import { EVENT_PACE_MS, MAX_SURFACE_BYTES } from "../../lib/limits.ts";
import { Delivery } from "../../lib/segment/delivery.ts";
import type { IncomingTransfer } from "../../lib/segment/incoming_transfer.ts";
import type { SessionPort } from "../../lib/segment/output.ts";
import { DISPLAY_DEFAULTS } from "../../lib/segment/preroll.ts";
import type { Source } from "../../lib/segment/source.ts";
import type { IoTable, Status } from "../../lib/segment/status.ts";
import type { TreeOptions } from "../../lib/segment/tree_options.ts";
import { SegmentTree } from "../../lib/segment/tree.ts";
import { EventPacket } from "../../lib/session/event_packet.ts";
import type { SessionEvent } from "../../lib/session/events.ts";
import { CONTROL_BODY_BYTES, EVENT_BYTES } from "../../lib/wire/constants.ts";
import type { Control, ControlInput, KnownControl } from "../../lib/wire/control.ts";
import { decodeControl, encodeControl } from "../../lib/wire/control.ts";
import { decodeEvent, encodeEvent } from "../../lib/wire/event/event.ts";
import type { EventInput, WireEvent } from "../../lib/wire/event/types.ts";
import { eventBody } from "./event_packets.ts";

/** A packet that was sent, as its bytes. */
export type Sent =
  | { readonly type: "control"; readonly body: Uint8Array }
  | { readonly type: "event"; readonly channel: number; readonly event: Uint8Array }
  | {
    readonly type: "data";
    readonly channel: number;
    readonly stream: number;
    readonly payload: Uint8Array;
  };

/** A session that keeps what is sent, and pretends that nothing is read until it is drained. */
export class FakeSession implements SessionPort {
  readonly sent: Sent[] = [];
  outputBytes = 0;
  isOver = false;

  send(control: ControlInput): void {
    const body = new Uint8Array(CONTROL_BODY_BYTES);
    encodeControl(control, body, 0, { lastSeen: 0 });
    this.sent.push({ type: "control", body });
    this.outputBytes += 153;
  }

  sendEvent(channel: number, input: EventInput): void {
    const event = new Uint8Array(EVENT_BYTES);
    encodeEvent(input, event);
    this.sent.push({ type: "event", channel, event });
    this.outputBytes += 164;
  }

  sendData(_: string, channel: number, stream: number, payload: Uint8Array): void {
    this.sent.push({ type: "data", channel, stream, payload: payload.slice() });
    this.outputBytes += 32 + payload.length;
  }
}

/** What a client of a test is made with. */
export interface FixtureOptions
  extends Partial<Pick<TreeOptions, "h264" | "display" | "memory" | "peer">> {
  /** The segment kind that the client registers as; it does not when absent. */
  readonly kind?: number;
  /** The handler of all segments. */
  readonly onStatus?: (source: Source, status: Status) => void;
}

/** A client whose peer is the test. */
export class Fixture {
  readonly session = new FakeSession();
  readonly tree: SegmentTree;
  readonly delivery: Delivery;
  readonly statuses: Status[] = [];
  readonly inputs: (IoTable | undefined)[] = [];
  readonly faults: string[] = [];
  readonly offered: IncomingTransfer[] = [];
  /** Decides about transfers; those that it leaves are refused. */
  onOffer: (transfer: IncomingTransfer) => void = () => {};
  /** The time; each step of {@linkcode drain} takes one pace of events. */
  nowMs = 0;
  #ids = 100;

  constructor({ kind, onStatus, ...options }: FixtureOptions = {}) {
    this.tree = new SegmentTree(this.session, {
      nextId: () => ++this.#ids,
      peer: { publicKey: "", fingerprint: "", address: "" },
      display: DISPLAY_DEFAULTS,
      // Not that of the process: most tests leave their pictures behind.
      memory: new FairShare(MAX_SURFACE_BYTES),
      pacing: {
        nowMs: () => this.nowMs,
        takenMs: () => this.nowMs,
        waiter: () => {
          const { promise, resolve } = Promise.withResolvers<boolean>();
          return { promise, settle: resolve };
        },
      },
      ...options,
    });
    this.delivery = new Delivery(this.tree, () => {});
    this.delivery.primary.targetUpdatehandler((source, status, input) => {
      this.statuses.push(status);
      this.inputs.push(input);
      onStatus?.(source, status);
    });
    if (kind !== undefined) this.register(kind);
  }

  get source(): Source {
    return this.delivery.primary;
  }

  /** The client registers, and what is sent for that is forgotten. */
  register(kind: number, channel = 0): void {
    this.event({ category: "external", kind: "register", segkind: kind, title: "t" }, channel);
    this.deliver();
    this.take();
  }

  event(event: EventInput, channel = 0): void {
    const bytes = new Uint8Array(EVENT_BYTES);
    encodeEvent(event, bytes);
    this.eventBytes(bytes, channel);
  }

  eventBytes(bytes: Uint8Array, channel = 0): void {
    const body = eventBody(bytes, channel);
    this.receive(new EventPacket(body));
    // As the receive buffer is overwritten by what comes next.
    body.fill(0xff);
  }

  control(control: ControlInput): void {
    const body = new Uint8Array(CONTROL_BODY_BYTES);
    encodeControl(control, body, 0, { lastSeen: 0 });
    this.controlBytes(body);
  }

  controlBytes(body: Uint8Array): void {
    this.receive({ type: "control", control: decodeControl(body) });
  }

  data(
    stream: "audio" | "video" | "binary",
    streamId: number,
    payload: Uint8Array,
    channel = 0,
  ): void {
    this.receive({ type: "data", stream, channel, streamId, payload });
  }

  receive(event: SessionEvent): void {
    this.delivery.add(this.tree.take(event));
  }

  /** The connection ends. */
  end(lastWords = ""): void {
    this.delivery.add(this.tree.end(lastWords));
  }

  /** There is room for more to be sent. */
  fill(): void {
    this.delivery.add(this.tree.output.fill());
  }

  drawPiece(): void {
    this.delivery.add(this.tree.drawPiece());
  }

  readAll(transfer: IncomingTransfer): Uint8Array<ArrayBuffer>[] {
    const pieces = [];
    for (let piece = this.tree.readTransfer(transfer); piece !== undefined;) {
      pieces.push(piece);
      piece = this.tree.readTransfer(transfer);
    }
    return pieces;
  }

  refuse(transfer: IncomingTransfer): void {
    this.delivery.add(this.tree.refuseTransfer(transfer));
  }

  cancelStalled(): void {
    this.delivery.add(this.tree.cancelStalled());
  }

  /** Delivers everything; all handlers succeed. */
  deliver(): void {
    for (let step = this.delivery.next(); step; step = this.delivery.next()) {
      if (step.type === "call") void step.call();
      else if (step.type === "fault") this.faults.push(step.error.code);
      else if (step.type === "offer") {
        this.offered.push(step.transfer);
        this.onOffer(step.transfer);
      }
      this.delivery.done(true);
    }
  }

  /** What was sent since the last call, after everything has been read by the client. */
  take(): Sent[] {
    this.drain();
    return this.session.sent.splice(0);
  }

  /** The client reads, and draws now and then, until nothing is left to send. */
  drain(): void {
    let before: number;
    do {
      before = this.session.sent.length;
      this.session.outputBytes = 0;
      this.tree.output.alive();
      this.pass(EVENT_PACE_MS);
      this.fill();
    } while (this.session.sent.length > before);
  }

  /** Time passes, and what waits for it is sent. */
  pass(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (let { wakeAtMs } = this.tree.output; wakeAtMs <= endMs; { wakeAtMs } = this.tree.output) {
      this.nowMs = Math.max(this.nowMs, wakeAtMs);
      this.fill();
    }
    this.nowMs = endMs;
  }

  /** The events of {@linkcode take}, decoded. */
  takeEvents(): WireEvent[] {
    return this.take().flatMap((sent) => sent.type === "event" ? [decodeEvent(sent.event)] : []);
  }

  /** The control commands of {@linkcode take}, decoded. */
  takeControls(): Control[] {
    return this.take().flatMap((sent) => sent.type === "control" ? [decodeControl(sent.body)] : []);
  }
}

/** Only the commands of one name. */
export function commands<K extends KnownControl["command"]>(
  controls: readonly Control[],
  command: K,
): Extract<Control, { command: K }>[] {
  return controls.filter((control) => control.command === command) as Extract<
    Control,
    { command: K }
  >[];
}

export const TERMINAL = 5;
export const APPLICATION = 10;
