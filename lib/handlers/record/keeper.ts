/**
 * Bounds all recordings and pictures together, by size and age: the oldest are deleted first.
 *
 * The directories are looked through when a client comes or leaves and once a minute. What is still
 * being written is never deleted, also when another process writes it.
 *
 * @module
 */

import { RECORD_KEEP_GAP_MS, RECORD_KEEP_LINES, RECORD_KEEP_TIME_SHARE } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { ClientHandler } from "../../segment/source.ts";
import type { Kept, KeptDirectories } from "./kept.ts";
import { deleteKept, findKept } from "./kept.ts";

/** What is kept. */
export interface KeepBounds {
  /** What all may take together. */
  readonly maxBytes?: number;
  /** The time since the last change of one. */
  readonly maxAgeMs?: number;
}

/** Where recordings and pictures are, and which of them are kept. */
export interface KeeperOptions extends KeepBounds {
  /** Where they are. */
  readonly directories: KeptDirectories;
  /** Takes a line for each one that is deleted. */
  readonly log: Logger;
}

/** One that is beyond the bounds. */
interface Surplus {
  readonly kept: Kept;
  readonly reason: "max-age" | "max-bytes";
}

/** Deletes recordings and pictures that are beyond the bounds, until it is closed. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #interval: ReturnType<typeof setInterval>;
  #known: ReadonlyMap<string, Kept> = new Map();
  /** What could not be deleted, so that it is said once. */
  readonly #stuck = new Set<string>();
  #isAsked = false;
  #isClosing = false;
  #running: Promise<void> | undefined;
  #rest: { readonly timer: ReturnType<typeof setTimeout>; readonly end: () => void } | undefined;

  /**
   * Begins with what is there already.
   *
   * @param options Directories and bounds.
   */
  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#interval = setInterval(() => this.tidy(), RECORD_KEEP_GAP_MS);
    this.tidy();
  }

  /** Sees the records of all clients, behind what records them. */
  readonly observer: ClientHandler = (_, { kind }) => {
    if (kind === "registered" || kind === "terminated") this.tidy();
  };

  /** Deletes soon what is beyond the bounds. */
  tidy(): void {
    this.#isAsked = true;
    this.#running ??= this.#run();
  }

  /** Deletes what is beyond the bounds now, for the last time. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#interval);
    clearTimeout(this.#rest?.timer);
    this.#rest?.end();
    this.tidy();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isAsked) {
      this.#isAsked = false;
      const startMs = performance.now();
      await this.#tidyNow();
      const tookMs = performance.now() - startMs;
      if (!this.#isClosing) await this.#restFor(tookMs / RECORD_KEEP_TIME_SHARE - tookMs);
    }
    this.#running = undefined;
  }

  async #restFor(ms: number): Promise<void> {
    await new Promise<void>((end) => this.#rest = { timer: setTimeout(end, ms), end });
    this.#rest = undefined;
  }

  async #tidyNow(): Promise<void> {
    const { directories, log } = this.#options;
    const found = await findKept(directories, this.#known).catch((error) => {
      log.log("warn", "recordings-unreadable", { detail: textOf(error) });
      return [];
    });
    this.#known = new Map(found.map((kept) => [kept.path, kept]));
    for (const path of this.#stuck) if (!this.#known.has(path)) this.#stuck.delete(path);
    const surplus = this.#surplusOf(found);
    for (const { kept, reason } of surplus.slice(0, RECORD_KEEP_LINES)) {
      const { kind, path, bytes } = kept;
      if (await this.#delete(kept)) log.log("info", `${kind}-deleted`, { path, bytes, reason });
    }
    let more = 0;
    for (const { kept } of surplus.slice(RECORD_KEEP_LINES)) {
      if (await this.#delete(kept)) more++;
    }
    if (more > 0) log.log("info", "more-deleted", { recordings_and_pictures: more });
  }

  /** What is beyond the bounds, the oldest first. */
  #surplusOf(found: readonly Kept[]): Surplus[] {
    const { maxBytes = Infinity, maxAgeMs = Infinity } = this.#options;
    const nowMs = Date.now();
    let bytes = found.reduce((sum, kept) => sum + kept.bytes, 0);
    const surplus: Surplus[] = [];
    for (const kept of found.toSorted((a, b) => a.changedMs - b.changedMs)) {
      const isTooOld = nowMs - kept.changedMs > maxAgeMs;
      // What is empty may be a recording that another process is about to begin.
      const isTooMuch = bytes > maxBytes && kept.bytes > 0;
      if (kept.isBeingWritten || !isTooOld && !isTooMuch) continue;
      bytes -= kept.bytes;
      surplus.push({ kept, reason: isTooOld ? "max-age" : "max-bytes" });
    }
    return surplus;
  }

  /** Returns whether it was deleted. */
  async #delete(kept: Kept): Promise<boolean> {
    const { path } = kept;
    try {
      return await deleteKept(kept);
    } catch (error) {
      if (!this.#stuck.has(path)) {
        this.#options.log.log("warn", `${kept.kind}-not-deleted`, { path, detail: textOf(error) });
      }
      this.#stuck.add(path);
      return false;
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
