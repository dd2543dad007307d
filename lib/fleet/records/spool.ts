/**
 * Records on the disk, for as long as the servers cannot be reached.
 *
 * @module
 */

import { concat } from "../../bytes/concat.ts";
import { messageOf } from "../../errors.ts";
import {
  FLEET_SEGMENT_BYTES,
  FLEET_SPOOL_BYTES,
  FLEET_SPOOL_QUEUE_BYTES,
  FLEET_SYNC_MS,
  MAX_FLEET_RECORD_BYTES,
} from "../../limits.ts";
import { writeAll } from "../../write_all.ts";
import { JOURNAL, Journal } from "./journal.ts";
import { type FleetRecord, parseRecord } from "./record.ts";

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const LOCK = "lock";
/** How full a spool may be to take records again once it was full. */
const WORTHWHILE_SHARE = 7 / 8;
const SEGMENT = /^\d{10}\.jsonl$/;

export interface SpoolEvents {
  /** Records were lost, as the disk did not take them or gave something else. */
  onLost(count: number, detail: string): void;
  /** The disk does not take logins, which are in memory alone. */
  onUnusable(path: string, detail: string): void;
}

/** A file of records. */
export interface Segment {
  readonly path: string;
  readonly bytes: number;
  readonly records: readonly FleetRecord[];
}

/** The records of one host in files of a directory, in their order. Only one process has it open. */
export class Spool {
  readonly host: string;
  /** For records that are not in it, as they go to the stream from memory. */
  readonly journal: Journal;
  /** Its directory. */
  readonly path: string;
  readonly #lock: Deno.FsFile;
  readonly #events: SpoolEvents;
  /** What is in files, oldest first, without that which is written to. */
  readonly #segments: { path: string; bytes: number }[];
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #file: { readonly path: string; readonly file: Deno.FsFile; bytes: number } | undefined;
  #bytes: number;
  #next: number;
  #writing: Promise<void> | undefined;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;
  /** What is being forced to the disk; writing goes on meanwhile. */
  readonly #syncs = new Set<Promise<void>>();

  private constructor(path: string, host: string, lock: Deno.FsFile, events: SpoolEvents) {
    this.path = path;
    this.host = host;
    this.#lock = lock;
    this.#events = events;
    this.journal = new Journal(path, (detail) => events.onUnusable(path, detail));
    const files = [...Deno.readDirSync(path)].filter(({ isFile }) => isFile);
    this.#segments = files.filter(({ name }) => SEGMENT.test(name) || name === JOURNAL)
      .map(({ name }) => `${path}/${name}`).sort()
      .map((path) => ({ path, bytes: Deno.lstatSync(path).size }));
    this.#bytes = this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
    const numbers = files.map(({ name }) => SEGMENT.test(name) ? parseInt(name) : 0);
    this.#next = Math.max(0, ...numbers) + 1;
  }

  /**
   * Makes the spool of a new host.
   *
   * @param root The directory of all spools of a fleet; it is made for this user alone.
   */
  static async create(root: string, host: string, events: SpoolEvents): Promise<Spool> {
    await Deno.mkdir(root, { recursive: true, mode: DIRECTORY_MODE });
    // Under a name that no host has, until it is locked: other processes look for spools to send.
    const path = `${root}/.${host}`;
    await Deno.mkdir(path, { mode: DIRECTORY_MODE });
    const lock = await openLock(path);
    try {
      await lock.lock(true);
      await Deno.rename(path, `${root}/${host}`);
      return new Spool(`${root}/${host}`, host, lock, events);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /**
   * Opens a spool that is there.
   *
   * @returns `undefined` when another process has it open, or has just removed it.
   */
  static async open(root: string, host: string, events: SpoolEvents): Promise<Spool | undefined> {
    const path = `${root}/${host}`;
    let lock: Deno.FsFile | undefined;
    try {
      lock = await openLock(path);
      if (await lock.tryLock(true)) return new Spool(path, host, lock, events);
    } catch (error) {
      lock?.close();
      // Another process has removed it, perhaps before this one got the lock.
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    lock.close();
    return undefined;
  }

  /** Whether nothing is in it or on its way. */
  get isEmpty(): boolean {
    return this.#segments.length === 0 && this.#file === undefined && this.#pendingBytes === 0;
  }

  /** In bytes, with those that are on their way to the disk. */
  get bytes(): number {
    return this.#bytes + this.#pendingBytes;
  }

  /** Whether so much fits that it is worth to begin again after records were lost. */
  get hasRoom(): boolean {
    return !this.journal.isHalfFull && this.bytes <= FLEET_SPOOL_BYTES * WORTHWHILE_SHARE &&
      this.#pendingBytes <= FLEET_SPOOL_QUEUE_BYTES * WORTHWHILE_SHARE;
  }

  /** Adds a record. @returns Whether there is room for it. */
  append({ line }: FleetRecord): boolean {
    const bytes = new TextEncoder().encode(`${line}\n`);
    if (bytes.length > MAX_FLEET_RECORD_BYTES) return false;
    if (this.bytes + bytes.length > FLEET_SPOOL_BYTES) return false;
    if (this.#pendingBytes + bytes.length > FLEET_SPOOL_QUEUE_BYTES) return false;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#writing ??= this.#write();
    return true;
  }

  /** Reads the oldest file; records that come later go into others. @returns `undefined` for none. */
  async oldest(): Promise<Segment | undefined> {
    if (this.#segments.length === 0) {
      while (this.#writing !== undefined) await this.#writing;
      this.#rotate();
    }
    const [segment] = this.#segments;
    if (segment === undefined) return undefined;
    return { ...segment, records: await this.#read(segment.path) };
  }

  /** Removes the oldest file. */
  async remove({ path, bytes }: Segment): Promise<void> {
    await Deno.remove(path);
    this.#segments.shift();
    this.#bytes -= bytes;
  }

  /**
   * Writes what is on its way, and lets other processes open it. It is removed when nothing is in it.
   *
   * @param isKept Whether it stays in any case.
   */
  async close(isKept = false): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    this.#rotate();
    this.journal.close();
    clearTimeout(this.#syncTimer);
    await Promise.all(this.#syncs);
    if (this.#segments.length === 0 && !isKept) {
      await Deno.remove(this.path, { recursive: true }).catch(() => {});
    }
    this.#lock.close();
  }

  async #write(): Promise<void> {
    // Collects the records of this turn for one write.
    await Promise.resolve();
    while (this.#pendingBytes > 0) {
      const [pieces, bytes] = [this.#pending, this.#pendingBytes];
      this.#pending = [];
      try {
        this.#file ??= await this.#create();
        await writeAll(this.#file.file, concat(pieces));
        this.#file.bytes += bytes;
        this.#bytes += bytes;
        if (this.#file.bytes >= FLEET_SEGMENT_BYTES) this.#rotate();
        else this.#syncSoon();
      } catch (error) {
        // What was written of it does not end with a line feed.
        this.#rotate();
        this.#events.onLost(pieces.length, messageOf(error));
      }
      this.#pendingBytes -= bytes;
    }
    this.journal.clear();
    this.#writing = undefined;
  }

  async #create() {
    const path = `${this.path}/${String(this.#next++).padStart(10, "0")}.jsonl`;
    const file = await Deno.open(path, { createNew: true, write: true, mode: FILE_MODE });
    return { path, file, bytes: 0 };
  }

  #rotate(): void {
    if (this.#file === undefined) return;
    const { path, file, bytes } = this.#file;
    this.#sync(file, () => file.close());
    this.#segments.push({ path, bytes });
    this.#file = undefined;
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      if (this.#file !== undefined) this.#sync(this.#file.file);
    }, FLEET_SYNC_MS);
  }

  /** Forces a file to the disk. A failure shows when it is written to. */
  #sync(file: Deno.FsFile, done = () => {}): void {
    const sync = file.syncData().catch(() => {}).finally(() => {
      this.#syncs.delete(sync);
      done();
    });
    this.#syncs.add(sync);
  }

  async #read(path: string): Promise<FleetRecord[]> {
    const text = await readBounded(path);
    const lines = text?.split("\n").filter((line) => line !== "") ?? [""];
    const records = lines.map((line) => parseRecord(line))
      .filter((record) => record !== undefined && record.host === this.host);
    const damaged = lines.length - records.length;
    if (damaged > 0) this.#events.onLost(damaged, `${path} is damaged`);
    return records as FleetRecord[];
  }
}

function openLock(path: string): Promise<Deno.FsFile> {
  return Deno.open(`${path}/${LOCK}`, { create: true, append: true, mode: FILE_MODE });
}

/** @returns `undefined` for a file that no spool has written. */
async function readBounded(path: string): Promise<string | undefined> {
  const most = FLEET_SEGMENT_BYTES + FLEET_SPOOL_QUEUE_BYTES;
  const { isFile, size } = await Deno.lstat(path);
  if (!isFile || size > most) return undefined;
  return new TextDecoder().decode(await Deno.readFile(path));
}
