/**
 * Deletes the oldest recordings and snapshots beyond a total size or an age.
 *
 * It looks at the directories when a client comes or leaves and once a minute. Files that this or
 * another process is writing are never deleted.
 *
 * @module
 */

import { messageOf } from "../../errors.ts";
import { RECORD_KEEP_GAP_MS, RECORD_KEEP_LINES, RECORD_KEEP_TIME_SHARE } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { ClientHandler } from "../../segment/source.ts";
import type { Stored, StoredDirectories } from "./stored.ts";
import { deleteStored, findStored } from "./stored.ts";

/** Limits; without one there is no limit. */
export interface RetentionBounds {
  /** The limit for all recordings and snapshots together. */
  readonly maxBytes?: number;
  /** The limit for the time since the last change of each. */
  readonly maxAgeMs?: number;
}

/** Where to delete, and beyond which limits. */
export interface RetentionOptions extends RetentionBounds {
  /** The directories to look at. */
  readonly directories: StoredDirectories;
  /** Gets a line for each deletion. */
  readonly log: Logger;
}

interface Surplus {
  readonly stored: Stored;
  readonly reason: "max-age" | "max-bytes";
}

/** Deletes until it is closed. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #interval: ReturnType<typeof setInterval>;
  #known: ReadonlyMap<string, Stored> = new Map();
  /** Paths that could not be deleted; each is logged once. */
  readonly #undeletable = new Set<string>();
  #isDue = false;
  #isClosing = false;
  #running: Promise<void> | undefined;
  #pause: { readonly timer: ReturnType<typeof setTimeout>; readonly end: () => void } | undefined;

  /** Begins with what is in the directories already. */
  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#interval = setInterval(() => this.tidy(), RECORD_KEEP_GAP_MS);
    this.tidy();
  }

  /** Must come after the observers that record, so that it sees their files. */
  readonly observer: ClientHandler = (_, { kind }) => {
    if (kind === "registered" || kind === "terminated") this.tidy();
  };

  /** Deletes soon what is beyond the bounds. */
  tidy(): void {
    this.#isDue = true;
    this.#running ??= this.#run();
  }

  /** Deletes what is beyond the bounds a last time. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#interval);
    clearTimeout(this.#pause?.timer);
    this.#pause?.end();
    this.tidy();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      const startMs = performance.now();
      await this.#tidyNow();
      const tookMs = performance.now() - startMs;
      if (!this.#isClosing) await this.#pauseFor(tookMs / RECORD_KEEP_TIME_SHARE - tookMs);
    }
    this.#running = undefined;
  }

  async #pauseFor(ms: number): Promise<void> {
    await new Promise<void>((end) => this.#pause = { timer: setTimeout(end, ms), end });
    this.#pause = undefined;
  }

  async #tidyNow(): Promise<void> {
    const { directories, log } = this.#options;
    const found = await findStored(directories, this.#known).catch((error) => {
      log.log("warn", "recordings-unreadable", { detail: messageOf(error) });
      return [];
    });
    this.#known = new Map(found.map((stored) => [stored.path, stored]));
    for (const path of this.#undeletable) {
      if (!this.#known.has(path)) this.#undeletable.delete(path);
    }
    const surplus = this.#surplusOf(found);
    for (const { stored, reason } of surplus.slice(0, RECORD_KEEP_LINES)) {
      const { kind, path, bytes } = stored;
      if (await this.#delete(stored)) log.log("info", `${kind}-deleted`, { path, bytes, reason });
    }
    let more = 0;
    for (const { stored } of surplus.slice(RECORD_KEEP_LINES)) {
      if (await this.#delete(stored)) more++;
    }
    if (more > 0) log.log("info", "more-deleted", { recordings_and_pictures: more });
  }

  /** Returns what is beyond the bounds, the oldest first. */
  #surplusOf(found: readonly Stored[]): Surplus[] {
    const { maxBytes = Infinity, maxAgeMs = Infinity } = this.#options;
    const nowMs = Date.now();
    let bytes = found.reduce((sum, stored) => sum + stored.bytes, 0);
    const surplus: Surplus[] = [];
    for (const stored of found.toSorted((a, b) => a.changedMs - b.changedMs)) {
      const isTooOld = nowMs - stored.changedMs > maxAgeMs;
      // An empty folder may belong to a recording that another process is about to begin.
      const isTooMuch = bytes > maxBytes && stored.bytes > 0;
      if (stored.isBeingWritten || !isTooOld && !isTooMuch) continue;
      bytes -= stored.bytes;
      surplus.push({ stored, reason: isTooOld ? "max-age" : "max-bytes" });
    }
    return surplus;
  }

  async #delete(stored: Stored): Promise<boolean> {
    const { kind, path } = stored;
    try {
      return await deleteStored(stored);
    } catch (error) {
      if (!this.#undeletable.has(path)) {
        this.#options.log.log("warn", `${kind}-not-deleted`, { path, detail: messageOf(error) });
      }
      this.#undeletable.add(path);
      return false;
    }
  }
}
