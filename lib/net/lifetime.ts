/**
 * The time limits of one client: whether it is still there, how long it has been idle, and how long it has
 * been logged in.
 *
 * Nothing else tells in time that a machine is gone. The kernel sends its own keep-alive after two hours,
 * and repeats data that are not acknowledged for a quarter of an hour. A `Deno.TcpConn` can only switch
 * keep-alive on; `node:net` sets when it begins, but not the nine repetitions, which take 11 minutes. The
 * protocol has no question that a source must answer. But the reference refuses a second transfer that is
 * announced while the first one on the same channel is not complete, without a word to its program. So two
 * such announcements, of transfers without content, on a channel that no segment has, are a probe. A client
 * that has never answered one is left to the kernel.
 *
 * Source: arcan `a12.c`, `command_binarystream`; `a12_helper_srv.c`, `incoming_bhandler`.
 *
 * @module
 */

import { FIRST_PROBE_MS, PROBES_PER_SILENCE } from "../limits.ts";
import type { Control, ControlInput } from "../wire/control.ts";
import type { ListenLimits } from "./listen_limits.ts";

/** No segment has it; see `SegmentTree`. */
const CHANNEL = 255;
/** No transfer has it: those count from 1. */
const STREAM = 0xffff_fffe;
const NO_CHECKSUM = new Uint8Array(16);

/** One of the two equal packets of a probe. */
export const PROBE = {
  command: "binarystream",
  channel: CHANNEL,
  stream: STREAM,
  size: 0n,
  type: 3,
  identifier: 0,
  checksum: NO_CHECKSUM,
  compressed: false,
  extId: NO_CHECKSUM,
} as const satisfies ControlInput;

/** Whether a command is the answer to a probe. */
export function isProbeAnswer(control: Control): boolean {
  return control.command === "cancelstream" && control.stream === STREAM;
}

/** What a client has done so far. */
export interface Activity {
  /** Bytes that have come from it. */
  readonly receivedBytes: number;
  /** Commands, events and data that have come from it, answers to probes excepted. */
  readonly events: number;
  /** Whether we read from it at present; otherwise it cannot give a sign of life. */
  readonly isRead: boolean;
}

/** What has to be done about a client. */
export type Verdict = "probe" | "client-gone" | "max-idle" | "max-session";

export class Lifetime {
  readonly #sinceMs: number;
  #heardMs: number;
  #receivedBytes = 0;
  #activeMs: number;
  #events = 0;
  #probedMs = -Infinity;
  #answers = false;

  /** @param nowMs When the client was logged in. */
  constructor(nowMs: number) {
    this.#sinceMs = this.#heardMs = this.#activeMs = nowMs;
  }

  /** It has answered a probe. */
  answered(): void {
    this.#answers = true;
  }

  /** How long it has been silent, idle and logged in. */
  used(nowMs: number): Pick<ListenLimits, "maxSilenceMs" | "maxIdleMs" | "maxSessionMs"> {
    return {
      maxSilenceMs: nowMs - this.#heardMs,
      maxIdleMs: nowMs - this.#activeMs,
      maxSessionMs: nowMs - this.#sinceMs,
    };
  }

  /** Looks at what the client has done, now and then. */
  check(nowMs: number, activity: Activity, limits: ListenLimits): Verdict | undefined {
    const { receivedBytes, events, isRead } = activity;
    if (receivedBytes !== this.#receivedBytes || !isRead) this.#heardMs = nowMs;
    if (events !== this.#events) this.#activeMs = nowMs;
    this.#receivedBytes = receivedBytes;
    this.#events = events;
    const { maxSilenceMs, maxIdleMs, maxSessionMs } = limits;
    if (maxSessionMs > 0 && nowMs - this.#sinceMs >= maxSessionMs) return "max-session";
    if (maxIdleMs > 0 && nowMs - this.#activeMs >= maxIdleMs) return "max-idle";
    if (maxSilenceMs === 0) return undefined;
    if (this.#answers && nowMs - this.#heardMs >= maxSilenceMs) return "client-gone";
    if (!this.#isProbeDue(nowMs, maxSilenceMs)) return undefined;
    this.#probedMs = nowMs;
    return "probe";
  }

  #isProbeDue(nowMs: number, maxSilenceMs: number): boolean {
    if (this.#probedMs === -Infinity) return nowMs - this.#sinceMs >= FIRST_PROBE_MS;
    const gapMs = maxSilenceMs / PROBES_PER_SILENCE;
    return this.#answers && nowMs - Math.max(this.#heardMs, this.#probedMs) >= gapMs;
  }
}

/** What a client and the log are told when a time limit ends a client. */
interface End {
  /** For the log. */
  readonly text: string;
  /** For the client, in at most 31 bytes. */
  readonly lastWords: string;
}

export const ENDS: {
  readonly [V in Exclude<Verdict, "probe">]: (limits: ListenLimits) => End;
} = {
  "client-gone": ({ maxSilenceMs }) => ({
    text: `the client has given no sign of life for ${seconds(maxSilenceMs)}`,
    lastWords: "",
  }),
  "max-idle": ({ maxIdleMs }) => ({
    text: `the client has sent nothing by itself for ${seconds(maxIdleMs)}`,
    lastWords: `idle for ${seconds(maxIdleMs)}`,
  }),
  "max-session": ({ maxSessionMs }) => ({
    text: `the client has been logged in for ${seconds(maxSessionMs)}`,
    lastWords: `session ended after ${seconds(maxSessionMs)}`,
  }),
};

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
