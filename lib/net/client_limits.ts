/**
 * The limits of one client: its segments, its silence, and its time.
 *
 * @module
 */

import { LimitError } from "../errors.ts";
import type { SegmentLimit } from "../segment/segment_limit.ts";
import type { SessionEvent } from "../session/events.ts";
import type { Session } from "../session/session.ts";
import { ENDS, isProbeAnswer, Lifetime, PROBE } from "./lifetime.ts";
import type { CurrentLimits, ListenLimits } from "./listen_limits.ts";
import type { Pump } from "./pump.ts";

/** What the limits of a client need of its connection. */
interface ClientLimitsHost {
  readonly session: Session;
  readonly pump: Pump;
  readonly limits: Pick<CurrentLimits, "all">;
  /** How many segments it has. */
  segments(): number;
  /** It has as many segments as it may have. */
  segmentRefused(): void;
  /** Asks it to leave. @param lastWords Why, for the client. */
  exit(lastWords: string): void;
}

export class ClientLimits implements SegmentLimit {
  readonly #host: ClientLimitsHost;
  #lifetime: Lifetime | undefined;
  /** Commands, events and data that have come. */
  #events = 0;
  #failure: LimitError | undefined;

  constructor(host: ClientLimitsHost) {
    this.#host = host;
  }

  /** The time limit that has ended the client. */
  get failure(): LimitError | undefined {
    return this.#failure;
  }

  get most(): number {
    return this.#host.limits.all.maxSegments;
  }

  reached(): void {
    this.#host.segmentRefused();
  }

  /** The client has logged in: its time begins. */
  begin(): void {
    this.#lifetime = new Lifetime(performance.now());
  }

  /** Counts what has come. @returns Whether it is the answer to a probe, and for nothing else. */
  takes(event: SessionEvent): boolean {
    if (event.type === "control" && isProbeAnswer(event.control)) {
      this.#lifetime?.answered();
      return true;
    }
    this.#events++;
    return false;
  }

  /** How much the client uses; nothing before it is logged in. */
  used(nowMs: number): Partial<ListenLimits> {
    return { ...this.#lifetime?.used(nowMs), maxSegments: this.#host.segments() };
  }

  /** Probes the client, or ends it, if it is time for that. */
  check(nowMs: number): void {
    const { session, pump, limits: { all } } = this.#host;
    if (this.#failure !== undefined || session.isOver) return;
    const { receivedBytes, isRead } = pump;
    const verdict = this.#lifetime?.check(
      nowMs,
      { receivedBytes, isRead, events: this.#events },
      all,
    );
    if (verdict === undefined) return;
    if (verdict === "probe") {
      for (let count = 0; count < 2; count++) session.send(PROBE);
      return pump.flush();
    }
    const { text, lastWords } = ENDS[verdict](all);
    this.#failure = new LimitError(verdict, text);
    if (verdict === "client-gone") pump.end(this.#failure);
    else this.#host.exit(lastWords);
  }
}
