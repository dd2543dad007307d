import { SinkEndpoint } from "../../../lib/segment/endpoint.ts";
import type { EndpointOptions } from "../../../lib/segment/endpoint_options.ts";
import type { Notice } from "../../../lib/segment/notices.ts";
import type { SessionPort } from "../../../lib/segment/output.ts";
import { EVENT_PACE_MS } from "../../../lib/limits.ts";
import { DISPLAY_DEFAULTS } from "../../../lib/segment/preroll.ts";
import type { Source } from "../../../lib/segment/source.ts";
import type { IoTable, Status } from "../../../lib/segment/status.ts";
import { CONTROL_BODY_BYTES, EVENT_BYTES } from "../../../lib/wire/constants.ts";
import type { Control, ControlInput, KnownControl } from "../../../lib/wire/control.ts";
import { decodeControl, encodeControl } from "../../../lib/wire/control.ts";
import { decodeEvent, encodeEvent } from "../../../lib/wire/event/event.ts";
import type { EventInput, WireEvent } from "../../../lib/wire/event/types.ts";

/** A packet that an endpoint sent, as its bytes. */
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

/** What an endpoint of a test is made with. */
export interface FixtureOptions
  extends Partial<Pick<EndpointOptions, "h264" | "display" | "memory">> {
  /** The segment kind that the client registers as; it does not unless it is given. */
  readonly kind?: number;
  /** Is asked about each record before it is settled. */
  readonly onStatus?: (source: Source, status: Status) => void;
}

/** An endpoint whose peer is the test. */
export class Fixture {
  readonly session = new FakeSession();
  readonly endpoint: SinkEndpoint;
  readonly statuses: Status[] = [];
  readonly inputs: (IoTable | undefined)[] = [];
  readonly faults: string[] = [];
  readonly notices: Notice[] = [];
  readonly #onStatus: FixtureOptions["onStatus"];
  exits = 0;
  unblocked = 0;
  /** The time; each step of {@linkcode drain} takes one pace of events. */
  nowMs = 0;
  /** When the endpoint wants to be woken. */
  wakeAtMs = Infinity;
  #ids = 100;

  constructor({ kind, onStatus, ...options }: FixtureOptions = {}) {
    this.#onStatus = onStatus;
    this.endpoint = new SinkEndpoint(this.session, {
      nextId: () => ++this.#ids,
      peer: { publicKey: "", fingerprint: "", address: "" },
      display: DISPLAY_DEFAULTS,
      onOutput: () => {},
      onNotice: () => {},
      onExit: () => this.exits++,
      onUnblocked: () => this.unblocked++,
      pacing: {
        nowMs: () => this.nowMs,
        wakeIn: (delayMs) => this.wakeAtMs = this.nowMs + delayMs,
        waiter: () => {
          const { promise, resolve } = Promise.withResolvers<boolean>();
          return { promise, settle: resolve };
        },
      },
      ...options,
    });
    if (kind !== undefined) this.register(kind);
  }

  get source(): Source {
    return this.endpoint.primary;
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
    this.endpoint.take({ type: "event", channel, event: decodeEvent(bytes) });
  }

  control(control: ControlInput): void {
    const body = new Uint8Array(CONTROL_BODY_BYTES);
    encodeControl(control, body, 0, { lastSeen: 0 });
    this.controlBytes(body);
  }

  controlBytes(body: Uint8Array): void {
    this.endpoint.take({ type: "control", control: decodeControl(body) });
  }

  data(
    stream: "audio" | "video" | "binary",
    streamId: number,
    payload: Uint8Array,
    channel = 0,
  ): void {
    this.endpoint.take({ type: "data", stream, channel, streamId, payload });
  }

  /** Hands on all notices as the network layer does; calls are made at once, offers kept. */
  deliver(): void {
    for (let notice = this.endpoint.nextNotice(); notice; notice = this.endpoint.nextNotice()) {
      this.notices.push(notice);
      if (notice.type === "status") {
        this.statuses.push(notice.status);
        this.inputs.push(notice.input);
        this.#onStatus?.(notice.source, notice.status);
      } else if (notice.type === "fault") this.faults.push(notice.error.code);
      else if (notice.type === "call") void notice.call();
      if (notice.type !== "offer") this.endpoint.settle(notice);
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
      this.endpoint.output.alive();
      this.pass(EVENT_PACE_MS);
      this.endpoint.output.fill();
    } while (this.session.sent.length > before);
  }

  /** Time passes, and the endpoint is woken when it asked for it. */
  pass(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    while (this.wakeAtMs <= endMs) {
      this.nowMs = this.wakeAtMs;
      this.wakeAtMs = Infinity;
      this.endpoint.output.tick();
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
