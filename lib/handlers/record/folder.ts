/**
 * The folder of one recording: written in order, one write at a time, with a bound on what waits and on
 * what it grows to.
 *
 * @module
 */

import { encodeUtf8 } from "../../bytes/text.ts";
import { RECORD_QUEUE_BYTES } from "../../limits.ts";
import { concat } from "../concat.ts";
import type { Files, LineFile } from "./files.ts";

/** Why a folder takes nothing more. */
export type StopReason = "max-bytes" | "max-seconds" | "write-failed";

/** How a folder is bounded, and who is told. */
export interface FolderOptions {
  /** What all its files may take together. */
  readonly maxBytes: number;
  /**
   * Is told once when it was stopped, after the last write.
   *
   * @param reason Why.
   * @param detail What the system said, or the bound.
   */
  readonly onStop: (reason: StopReason, detail: string) => void;
}

interface Job {
  readonly kind: "append" | "put" | "directory";
  readonly name: string;
  readonly content: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The folder of one recording. */
export class Folder {
  readonly #files: Files;
  readonly #make: () => Promise<string>;
  readonly #options: FolderOptions;
  #path = "";
  #identity = "";
  readonly #open = new Map<string, LineFile>();
  #jobs: Job[] = [];
  #queuedBytes = 0;
  #totalBytes = 0;
  #isStopped = false;
  #stopped: { readonly reason: StopReason; readonly detail: string } | undefined;
  #running: Promise<void> | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;

  /**
   * Makes a folder that is written later.
   *
   * @param files The file system.
   * @param make Creates the folder, before the first file, and returns its path.
   * @param options Bounds.
   */
  constructor(files: Files, make: () => Promise<string>, options: FolderOptions) {
    this.#files = files;
    this.#make = make;
    this.#options = options;
    this.makeDirectory("");
  }

  /** Whether it takes nothing more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Makes a directory in it.
   *
   * @param name Its name.
   */
  makeDirectory(name: string): void {
    this.#enqueue({ kind: "directory", name, content: NOTHING });
  }

  /**
   * Adds lines to a file, which the first lines make.
   *
   * @param name Its name in the folder.
   * @param lines Whole lines.
   */
  append(name: string, lines: string): void {
    if (lines !== "") this.#enqueue({ kind: "append", name, content: encodeUtf8(lines) });
  }

  /**
   * Makes a file that appears as a whole.
   *
   * @param name Its name in the folder.
   * @param content Its content; owned from here on.
   */
  put(name: string, content: Uint8Array): void {
    this.#enqueue({ kind: "put", name, content });
  }

  /** Settles when the next lines may come; `undefined` when they may at once. */
  ready(): Promise<void> | undefined {
    if (this.#isStopped || this.#queuedBytes <= RECORD_QUEUE_BYTES) return undefined;
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /**
   * Writes what waits, then takes nothing more, for a reason that is told.
   *
   * @param reason Why.
   * @param detail The bound.
   */
  stop(reason: StopReason, detail: string): void {
    this.#stopped ??= { reason, detail };
    void this.close();
  }

  /** Writes what waits, then takes nothing more. */
  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    this.#end();
  }

  #enqueue(job: Job): void {
    if (this.#isStopped) return;
    const { maxBytes } = this.#options;
    if (this.#totalBytes + job.content.length > maxBytes) {
      this.stop("max-bytes", `the limit is ${maxBytes} bytes`);
      return;
    }
    this.#totalBytes += job.content.length;
    this.#queuedBytes += job.content.length;
    this.#jobs.push(job);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Lets what arises in the same turn leave in one write.
    await Promise.resolve();
    try {
      for (let jobs = this.#jobs; jobs.length > 0; jobs = this.#jobs) {
        this.#jobs = [];
        for (const job of join(jobs)) {
          await this.#do(job);
          this.#queuedBytes -= job.content.length;
          this.#wake();
        }
      }
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#stopped ??= { reason: "write-failed", detail };
      this.#end();
    } finally {
      this.#running = undefined;
    }
  }

  async #do({ kind, name, content }: Job): Promise<void> {
    if (name === "") {
      this.#path = await this.#make();
      this.#identity = await this.#files.identify(this.#path);
      return;
    }
    const path = `${this.#path}/${name}`;
    const open = this.#open.get(name);
    if (open !== undefined) return await open.append(content);
    // Where others may write, they may have put a directory or a link of theirs in its place.
    if (await this.#files.identify(this.#path) !== this.#identity) {
      throw new Error("another directory is in the place of the folder");
    }
    if (kind === "directory") return await this.#files.makeDirectory(path);
    if (kind === "put") return await this.#files.put(path, content);
    const file = await this.#files.create(path);
    this.#open.set(name, file);
    await file.append(content);
  }

  #end(): void {
    this.#isStopped = true;
    this.#jobs = [];
    this.#queuedBytes = 0;
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
    this.#wake();
    const stopped = this.#stopped;
    this.#stopped = undefined;
    if (stopped !== undefined) this.#options.onStop(stopped.reason, stopped.detail);
  }

  #wake(): void {
    if (this.#queuedBytes > RECORD_QUEUE_BYTES) return;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}

/** Makes one write of lines that follow each other in the same file. */
function join(jobs: readonly Job[]): Job[] {
  const joined: Job[] = [];
  for (let first = 0, end = 0; first < jobs.length; first = end) {
    const { kind, name } = jobs[first]!;
    end = first + 1;
    if (kind === "append") {
      while (jobs[end]?.kind === kind && jobs[end]!.name === name) end++;
    }
    const content = concat(jobs.slice(first, end).map((job) => job.content));
    joined.push({ kind, name, content });
  }
  return joined;
}
