/**
 * The clients of another thread: calls go there, records come from there.
 *
 * @module
 */

import type { Snapshot } from "../handlers/pictures/snapshot.ts";
import { ControlError, TransportError } from "../errors.ts";
import { CONTROL_WATCH_QUEUE_UNITS } from "../limits.ts";
import { countsOf } from "./figures.ts";
import type { OpenView, ViewOptions, ViewOutput } from "../web/views/types.ts";
import type { ClientRow, ClientsControl, ThreadFigures, WatchedLine } from "./clients.ts";
import type { FileRow, SentState } from "./files/thread_files.ts";
import { RemoteViews, type ViewsThere } from "./remote_views.ts";

/**
 * Calls a method of the {@linkcode ClientsControl} in the other thread.
 *
 * @throws {TransportError} `connection-lost` when that has ended.
 */
export type AskThread = (
  method: ThreadMethod,
  args: readonly unknown[],
) => Promise<unknown>;

/** What is asked of a thread and answered; views are messages in both directions. */
export type ThreadMethod = Exclude<keyof ClientsControl, "openView">;

export class RemoteThread implements ClientsControl {
  /** The views of its clients. */
  readonly views: RemoteViews;
  readonly #ask: AskThread;
  #figures: ThreadFigures | undefined;

  constructor(ask: AskThread, views: ViewsThere) {
    this.#ask = ask;
    this.views = new RemoteViews(views);
  }

  async clients(): Promise<readonly ClientRow[]> {
    return await this.#askOr([], "clients", []) as readonly ClientRow[];
  }

  async snapshot(id: number): Promise<Snapshot | undefined> {
    return await this.#askOr(undefined, "snapshot", [id]) as Snapshot | undefined;
  }

  async type(id: number, text: string): Promise<boolean> {
    return await this.#askOr(false, "type", [id, text]) as boolean;
  }

  async call(id: number, verb: string, args: readonly unknown[]): Promise<unknown> {
    return await this.#askOr(false, "call", [id, verb, args]);
  }

  async end(id: number, lastWords: string): Promise<void> {
    await this.#askOr(undefined, "end", [id, lastWords]);
  }

  async files(id: number): Promise<readonly FileRow[]> {
    return await this.#askOr([], "files", [id]) as readonly FileRow[];
  }

  async readFile(id: number, file: number, offset: number) {
    return await this.#ask("readFile", [id, file, offset]) as Uint8Array<ArrayBuffer> | undefined;
  }

  async beginFile(id: number, name: string, sizeBytes: number): Promise<number | undefined> {
    return await this.#askOr(undefined, "beginFile", [id, name, sizeBytes]) as number | undefined;
  }

  async feedFile(file: number, piece: Uint8Array): Promise<boolean> {
    return await this.#askOr(false, "feedFile", [file, piece]) as boolean;
  }

  async fileEnded(file: number): Promise<SentState> {
    return await this.#askOr("ended", "fileEnded", [file]) as SentState;
  }

  async cancelFile(file: number): Promise<void> {
    await this.#askOr(undefined, "cancelFile", [file]);
  }

  async openView(id: number, options: ViewOptions, output: ViewOutput): Promise<OpenView> {
    try {
      return await this.views.open(id, options, output);
    } catch (error) {
      if (!isLost(error)) throw error;
      throw new ControlError("no-such-client", `client ${id} has ended`);
    }
  }

  async record(id: number, isOn: boolean): Promise<string | undefined> {
    return await this.#ask("record", [id, isOn]) as string | undefined;
  }

  async figures(): Promise<ThreadFigures | undefined> {
    const figures = await this.#askOr(undefined, "figures", []) as ThreadFigures | undefined;
    if (figures === undefined) return this.counts;
    return this.#figures = figures;
  }

  /** Keeps the last figures of a thread that is about to end. */
  keep(figures: ThreadFigures): void {
    this.#figures = figures;
  }

  /** What the thread had counted when its figures were last known. */
  get counts(): ThreadFigures | undefined {
    return this.#figures && countsOf(this.#figures);
  }

  watch(isOn: boolean): void {
    void this.#askOr(undefined, "watch", [isOn]);
  }

  /** @param ended What a thread says that has ended: its clients have, too. */
  async #askOr(
    ended: unknown,
    method: ThreadMethod,
    args: readonly unknown[],
  ): Promise<unknown> {
    try {
      return await this.#ask(method, args);
    } catch (error) {
      if (isLost(error)) return ended;
      throw error;
    }
  }
}

function isLost(error: unknown): boolean {
  return error instanceof TransportError && error.code === "connection-lost";
}

/** Records on their way to another thread: one message at a time, and no more wait than a reader may have. */
export class PostedRecords {
  readonly #post: (lines: readonly WatchedLine[], lost: number) => Promise<unknown>;
  #lines: WatchedLine[] = [];
  #units = 0;
  #lost = 0;
  #isPosting = false;

  /** @param post Sends records, and how many were left out behind them; settles when more may follow. */
  constructor(post: (lines: readonly WatchedLine[], lost: number) => Promise<unknown>) {
    this.#post = post;
  }

  readonly put = (line: WatchedLine): void => {
    if (this.#units + line.line.length >= CONTROL_WATCH_QUEUE_UNITS) this.#lost++;
    else {
      this.#lines.push(line);
      this.#units += line.line.length;
    }
    if (!this.#isPosting) void this.#run();
  };

  async #run(): Promise<void> {
    this.#isPosting = true;
    // Collects the records of this turn for one message.
    await Promise.resolve();
    while (this.#lines.length > 0 || this.#lost > 0) {
      const [lines, lost] = [this.#lines, this.#lost];
      this.#lines = [];
      this.#units = this.#lost = 0;
      await this.#post(lines, lost);
    }
    this.#isPosting = false;
  }
}
