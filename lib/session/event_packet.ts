/**
 * An event in the packet that brought it.
 *
 * @module
 */

import { viewOfBuffer } from "../bytes/view.ts";
import { EVENT_BODY_BYTES } from "../wire/constants.ts";
import { channelOfPacket, decodeEventPacket, EVENT_AT, externalKind } from "../wire/event/event.ts";
import type { ExternalKind } from "../wire/event/event.ts";
import type { ExternalEvent, WireEvent } from "../wire/event/types.ts";

/** An event of a segment, in the receive buffer: valid until more bytes are received. */
export class EventPacket {
  /** Tells it from other session events. */
  readonly type = "event";
  /** The channel of the segment. */
  readonly channel: number;
  /** The name of an EXTERNAL kind, `unknown` for one without a table; `undefined` for other events. */
  readonly kind: ExternalKind | "unknown" | undefined;
  readonly #body: Uint8Array;
  readonly #at: number;

  /** @param body Has the 139 bytes of the packet's body from `at` on; borrowed. */
  constructor(body: Uint8Array, at = 0) {
    this.#body = body;
    this.#at = at;
    this.channel = channelOfPacket(body, at);
    this.kind = externalKind(this.view, this.base);
  }

  /** Holds the event from {@linkcode base} on. */
  get view(): DataView {
    return viewOfBuffer(this.#body);
  }

  get base(): number {
    return this.#body.byteOffset + this.#at + EVENT_AT;
  }

  /** Decodes the event, which shares no memory with the packet. */
  decode(): WireEvent {
    return decodeEventPacket(this.#body, this.#at).event;
  }

  /** Decodes the event whose {@linkcode kind} is `K`. */
  decodeAs<K extends ExternalKind>(): ExternalEvent<K> {
    return this.decode() as ExternalEvent<K>;
  }

  /** Makes one that stays valid. */
  copy(): EventPacket {
    return new EventPacket(this.#body.slice(this.#at, this.#at + EVENT_BODY_BYTES));
  }
}
