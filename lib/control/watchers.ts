/**
 * The readers of records: each has a bounded queue of its own, so that a slow one holds up neither a
 * client nor another reader.
 *
 * @module
 */

import { ControlError } from "../errors.ts";
import {
  CONTROL_WATCH_QUEUE_UNITS,
  CONTROL_WATCH_STALL_MS,
  MAX_CONTROL_WATCHERS,
} from "../limits.ts";
import type { WatchedLine } from "./clients.ts";

export class Watchers {
  readonly #watchers = new Set<Watcher>();
  readonly #onChange: (isWatched: boolean) => void;
  #isClosed = false;

  /** @param onChange Called when the first watcher comes and when the last one has gone. */
  constructor(onChange: (isWatched: boolean) => void) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#watchers.size;
  }

  /**
   * Opens a stream of lines, each with its line feed.
   *
   * @param client Whose records; all when absent.
   * @param first Lines that come first.
   * @throws {ControlError} `busy`.
   */
  open(client: number | undefined, first: readonly string[] = []): ReadableStream<string> {
    if (this.#watchers.size >= MAX_CONTROL_WATCHERS || this.#isClosed) {
      throw new ControlError(
        "busy",
        `${this.#watchers.size} readers are there, which is the most; end one of them`,
      );
    }
    const watcher = new Watcher(client, () => this.#forget(watcher));
    for (const line of first) watcher.put(client ?? 0, line);
    this.#watchers.add(watcher);
    if (this.#watchers.size === 1) this.#onChange(true);
    return watcher.stream;
  }

  publish({ client, line }: Pick<WatchedLine, "client" | "line">): void {
    for (const watcher of this.#watchers) watcher.put(client, line);
  }

  /** Records were left out before they came here; no reader has all any more. */
  lose(count: number): void {
    for (const watcher of this.#watchers) watcher.lose(count);
  }

  /** Ends all streams once their readers have what waits for them. */
  close(): void {
    this.#isClosed = true;
    for (const watcher of this.#watchers) watcher.finish();
  }

  #forget(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    if (this.#watchers.size === 0) this.#onChange(false);
  }
}

/** One reader. Once a line does not fit, all further ones are counted, and the stream ends. */
class Watcher {
  readonly stream: ReadableStream<string>;
  readonly #client: number | undefined;
  readonly #onEnd: () => void;
  #controller!: ReadableStreamDefaultController<string>;
  #lines: string[] = [];
  #units = 0;
  #lost = 0;
  #isEnding = false;
  #hasEnded = false;
  #wantsMore = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: number | undefined, onEnd: () => void) {
    this.#client = client;
    this.#onEnd = onEnd;
    this.stream = new ReadableStream<string>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.#wantsMore = true;
        this.#flush();
      },
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  put(client: number, line: string): void {
    if (this.#client !== undefined && client !== this.#client) return;
    if (this.#isEnding) {
      this.#lost++;
    } else if (this.#units + line.length >= CONTROL_WATCH_QUEUE_UNITS) {
      this.lose(1);
    } else {
      this.#lines.push(line);
      this.#units += line.length + 1;
      this.#flush();
    }
  }

  lose(count: number): void {
    this.#lost += count;
    this.finish();
  }

  /** Ends the stream when its reader has what waits, and after a while in any case. */
  finish(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#timer = setTimeout(() => {
      const seconds = CONTROL_WATCH_STALL_MS / 1000;
      this.#controller.error(new Error(`the reader of records has read nothing for ${seconds} s`));
      this.#end();
    }, CONTROL_WATCH_STALL_MS);
    this.#flush();
  }

  #flush(): void {
    if (!this.#wantsMore || this.#hasEnded) return;
    if (this.#lines.length > 0) {
      this.#wantsMore = false;
      const text = this.#lines.join("\n") + "\n";
      this.#lines = [];
      this.#units = 0;
      this.#controller.enqueue(text);
    } else if (this.#isEnding) {
      if (this.#lost > 0) {
        this.#controller.enqueue(`${JSON.stringify({ kind: "watch_ended", lost: this.#lost })}\n`);
      }
      this.#controller.close();
      this.#end();
    }
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#lines = [];
    this.#onEnd();
  }
}
