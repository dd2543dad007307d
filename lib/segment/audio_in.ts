/**
 * The sound of one connection.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE } from "../wire/constants.ts";
import type { KnownControl } from "../wire/control.ts";
import type { StreamsHost } from "./streams_host.ts";

/** The sound of one connection. */
export class AudioIn {
  readonly #host: StreamsHost;
  /** Channels whose last announcement was bad: one word about it is enough. */
  readonly #refused = new Set<number>();

  /** @param host The connection. */
  constructor(host: StreamsHost) {
    this.#host = host;
  }

  /** @param header The announcement of sound. */
  announce(header: KnownControl<"audioframe">): void {
    const { channel, stream } = header;
    const source = this.#host.sourceOf(channel);
    if (source === undefined) return;
    try {
      source.segment.audio.begin(header);
      this.#refused.delete(channel);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      if (this.#refused.has(channel)) return;
      this.#refused.add(channel);
      this.#host.notify({ type: "fault", source, error });
      this.#host.sendControl({
        command: "cancelstream",
        channel,
        stream,
        reason: CANCEL_REASON.cannotDecode,
        streamType: CANCEL_STREAM_TYPE.audio,
      });
    }
  }

  /**
   * Takes a part of the sound; what was not announced, or is of no use, is thrown away.
   *
   * @param channel The channel.
   * @param payload Borrowed for the call.
   */
  take(channel: number, payload: Uint8Array): void {
    const source = this.#host.sourceOf(channel);
    const chunk = source?.segment.audio.push(payload);
    const onAudio = source?.onAudio;
    if (chunk === undefined || onAudio === undefined) return;
    this.#host.notify({
      type: "call",
      source: source!,
      kind: "audio",
      call: () => onAudio(chunk),
    });
  }
}
