/**
 * The folder of one recording: created under a free name, written in order, one write at a time. What
 * waits to be written is bounded, and so is the size of all files.
 *
 * @module
 */

import { concat } from "../../bytes/concat.ts";
import { encodeUtf8 } from "../../bytes/text.ts";
import { messageOf } from "../../errors.ts";
import { RECORD_NAME_ATTEMPTS, RECORD_QUEUE_BYTES } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import { compactTime, logRecreated } from "../new_file.ts";
import type { Files, LineFile } from "./files.ts";

export const FOLDER_NAME = /^\d{8}T\d{6}Z-\d+(-[0-9a-f]{4}){5}(-\d+)?$/;

/**
 * The name of a client's folder. It consists of what the listener knows, never of text from the client.
 *
 * @param id The client's number.
 * @param fingerprint The short form of its key.
 * @returns Such as `20261123T193714Z-2-3f2a-91bc-07de-55aa-c1d2`.
 */
export function folderName(started: Date, id: number, fingerprint: string): string {
  return `${compactTime(started)}-${id}-${fingerprint.replace(/[^0-9a-f-]/g, "")}`;
}

/**
 * Creates a folder. When another recording, maybe of another process, has the name, a number is added.
 *
 * @param directory Created again if it is missing.
 * @returns The path of the folder.
 */
export async function makeFolder(
  files: Files,
  directory: string,
  name: string,
  log: Logger,
): Promise<string> {
  if (await files.ensureDirectory(directory)) logRecreated(log, directory);
  for (let attempt = 1;; attempt++) {
    const path = `${directory}/${name}${attempt === 1 ? "" : `-${attempt}`}`;
    try {
      await files.makeDirectory(path);
      return path;
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AlreadyExists;
      if (!isTaken || attempt === RECORD_NAME_ATTEMPTS) throw error;
    }
  }
}

type StopReason = "max-bytes" | "max-seconds" | "write-failed";

interface FolderOptions {
  /** The limit for all files together. */
  readonly maxBytes: number;
  /** Called once if writing stops before `close`, after the last write. */
  readonly onStop: (reason: StopReason, detail: string) => void;
}

interface Job {
  readonly kind: "append" | "put" | "directory";
  readonly name: string;
  readonly content: Uint8Array;
}

const NOTHING = new Uint8Array(0);

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

  /** @param make Creates the folder and returns its path; called before the first write. */
  constructor(files: Files, make: () => Promise<string>, options: FolderOptions) {
    this.#files = files;
    this.#make = make;
    this.#options = options;
    this.makeDirectory("");
  }

  /** Whether writing has stopped; further writes are ignored. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  makeDirectory(name: string): void {
    this.#enqueue({ kind: "directory", name, content: NOTHING });
  }

  /**
   * Appends to a file, which the first lines create.
   *
   * @param lines Whole lines.
   */
  append(name: string, lines: string): void {
    if (lines !== "") this.#enqueue({ kind: "append", name, content: encodeUtf8(lines) });
  }

  /**
   * Writes a file that appears as a whole.
   *
   * @param content Owned by the folder from here on.
   */
  put(name: string, content: Uint8Array): void {
    this.#enqueue({ kind: "put", name, content });
  }

  /** Backpressure: settles when less waits to be written; `undefined` when little does. */
  ready(): Promise<void> | undefined {
    if (this.#isStopped || this.#queuedBytes <= RECORD_QUEUE_BYTES) return undefined;
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Writes what waits, then stops. */
  stop(reason: StopReason, detail: string): void {
    this.#stopped ??= { reason, detail };
    void this.close();
  }

  /** Writes what waits and closes the files. */
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
    // Lines of the same turn go out in one write.
    await Promise.resolve();
    try {
      for (let jobs = this.#jobs; jobs.length > 0; jobs = this.#jobs) {
        this.#jobs = [];
        for (const job of joinAppends(jobs)) {
          await this.#do(job);
          this.#queuedBytes -= job.content.length;
          this.#wake();
        }
      }
    } catch (error) {
      this.#stopped ??= { reason: "write-failed", detail: messageOf(error) };
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
    // Another user who may write in the directory may have replaced the folder, also by a link.
    if (await this.#files.identify(this.#path) !== this.#identity) {
      throw new Error("the folder of the recording was replaced by another one");
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

/** Joins consecutive lines of one file into one write. */
function joinAppends(jobs: readonly Job[]): Job[] {
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
