/**
 * Prints events without their records: their lines are written as bytes, and handed over a block at a time.
 *
 * @module
 */

import { LineBytes } from "../bytes/line_bytes.ts";
import { STDOUT_BLOCK_UNITS } from "../limits.ts";
import type { Segment } from "../segment/segment.ts";
import type { EventPacket } from "../session/event_packet.ts";

/** More than any line of an event. */
const LINE_BYTES = 1_024;
const NEWLINE = 0x0a;

/** Lines of one source that are not handed over yet. */
export class EventLines {
  readonly #write: (lines: string, source: number) => Promise<void> | void;
  readonly #lines = new LineBytes(STDOUT_BLOCK_UNITS);
  #source = 0;
  /** Sources that have to wait before they print more. */
  readonly #waiting = new Set<number>();

  /** @param write Prints lines, with a line feed between each two; returns when the source may print more. */
  constructor(write: (lines: string, source: number) => Promise<void> | void) {
    this.#write = write;
  }

  /** See {@linkcode EventHandler}. A source that has to wait gets its next record, which waits. */
  readonly take = (segment: Segment, event: EventPacket): boolean => {
    const { id } = segment;
    const lines = this.#lines;
    if (id !== this.#source || lines.length > STDOUT_BLOCK_UNITS - LINE_BYTES) this.flush();
    if (this.#waiting.size > 0 && this.#waiting.has(id)) return false;
    const { length } = lines;
    if (length > 0) lines.byte(NEWLINE);
    if (!segment.appendLine(event, lines)) {
      lines.length = length;
      return false;
    }
    if (length === 0) {
      this.#source = id;
      queueMicrotask(() => this.flush());
    }
    return true;
  };

  /** Hands over what there is; must come before anything that is printed otherwise. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const source = this.#source;
    const room = this.#write(this.#lines.take(), source);
    if (room === undefined) return;
    this.#waiting.add(source);
    void room.then(() => this.#waiting.delete(source));
  }
}
