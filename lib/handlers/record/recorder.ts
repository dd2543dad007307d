/**
 * Records what clients show and send: text as asciicast, pixels as PNG files, records as JSON lines.
 *
 * Each client has a folder of its own, named by time, number and key:
 *
 * | file | content |
 * |---|---|
 * | `client.json` | public key, fingerprint, address, title and kind |
 * | `events.jsonl` | its records, as `listen --json` prints them, except frames |
 * | `2.cast` | text of segment 2, asciicast version 2: `asciinema play 2.cast` |
 * | `3/000001.png` | pixels of segment 3, one file a change |
 * | `3/index.jsonl` | time and size of each of those pictures |
 *
 * Files grow by whole lines and pictures appear as a whole, so that the folder is readable at any time,
 * also after the process was killed.
 *
 * @module
 */

import {
  RECORD_CPU_SHARE,
  RECORD_MAX_BYTES,
  RECORD_MAX_FPS,
  RECORD_MAX_SECONDS,
} from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { Peer } from "../../segment/peer.ts";
import type { ClientHandler, Source } from "../../segment/source.ts";
import type { IoTable, Status } from "../../segment/status.ts";
import type { Files } from "./files.ts";
import { systemFiles } from "./files.ts";
import { Folder, folderName, makeFolder } from "./folder.ts";
import { Recording } from "./recording.ts";
import { CpuShare } from "./stills.ts";

/** Where recordings go and their limits. */
export interface RecorderOptions {
  /** A directory, created when it is missing; each client gets a folder in it. */
  readonly directory: string;
  /** Gets a line when a recording begins, and when it stops before its client does. */
  readonly log: Logger;
  /** The size at which the recording of one client stops; 1 GiB unless given. */
  readonly maxBytes?: number | undefined;
  /** The age at which the recording of one client stops; a day unless given. */
  readonly maxSeconds?: number | undefined;
  /** Pictures a second at most; 4 unless given. */
  readonly maxFps?: number | undefined;
  /** Whether clients are recorded only from {@linkcode Recorder.start} on. */
  readonly onlyStarted?: boolean;
  /** Another file system, for tests. */
  readonly files?: Files;
}

interface Entry {
  /** The number of the client's first segment, which ends last. */
  readonly primary: number;
  readonly recording: Recording;
  readonly folder: Folder;
  /** The name of the folder; rejects when there is none. */
  readonly made: Promise<string>;
  name: string | undefined;
  readonly elapsedMs: () => number;
}

/** Records clients: add its {@linkcode observer} to each, or to a whole listener. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #cpu = new CpuShare(RECORD_CPU_SHARE);
  /** Absent before the first record, and again after {@linkcode stop}. */
  readonly #entries = new WeakMap<Peer, Entry>();
  /** The clients whose records come to the observer, and those that are not to be recorded. */
  readonly #observed = new WeakSet<Peer>();
  readonly #stopped = new WeakSet<Peer>();

  /**
   * Makes a recorder. The first record of a client begins its recording.
   *
   * @param options Where recordings go and their limits.
   */
  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Needs every record of a client. The client waits while more than 1 MiB of it waits for the disk. */
  readonly observer: ClientHandler = (source, status, input) => {
    const { peer } = source;
    let entry = this.#entries.get(peer);
    if (entry === undefined) {
      this.#observed.add(peer);
      if (this.#options.onlyStarted || this.#stopped.has(peer)) return;
      this.#entries.set(peer, entry = this.#begin(source));
    }
    const { recording, folder } = entry;
    const taken = folder.isStopped ? undefined : this.#take(entry, source, status, input);
    if (status.kind !== "terminated" || source.id !== entry.primary) {
      return taken?.then(() => folder.ready()) ?? folder.ready();
    }
    return Promise.all([taken, recording.end()]).then(() => folder.close());
  };

  /**
   * Records a client from now on, beginning with what it shows; does nothing if it is being recorded.
   *
   * @param segments All segments of the client, the first one first.
   * @returns The name of the folder.
   * @throws When the folder cannot be made.
   */
  async start(segments: readonly Source[]): Promise<string> {
    const [primary] = segments;
    const { peer } = primary!;
    let entry = this.#entries.get(peer);
    if (entry === undefined || entry.folder.isStopped) {
      this.#stopped.delete(peer);
      this.#entries.set(peer, entry = this.#begin(primary!));
      if (!this.#observed.has(peer)) {
        this.#observed.add(peer);
        for (const segment of segments) segment.addObserver(this.observer);
      }
      for (const segment of segments) void entry.recording.show(segment);
    }
    return await entry.made;
  }

  /**
   * Ends the recording of a client that goes on; does nothing if there is none.
   *
   * @param source Any segment of the client.
   */
  async stop({ peer }: Source): Promise<void> {
    this.#stopped.add(peer);
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    this.#entries.delete(peer);
    await entry.recording.end();
    await entry.folder.close();
  }

  /** The name of the folder that a client is being recorded in, if it is. */
  nameOf({ peer }: Source): string | undefined {
    const entry = this.#entries.get(peer);
    return entry === undefined || entry.folder.isStopped ? undefined : entry.name;
  }

  #take(
    entry: Entry,
    source: Source,
    status: Status,
    input: IoTable | undefined,
  ): Promise<void> | undefined {
    const { recording, folder, elapsedMs } = entry;
    const { maxSeconds = RECORD_MAX_SECONDS } = this.#options;
    if (elapsedMs() <= maxSeconds * 1000) return recording.take(source, status, input);
    const stop = () => folder.stop("max-seconds", `the limit is ${maxSeconds} s`);
    const taken = recording.end();
    if (taken === undefined) stop();
    return taken?.then(stop);
  }

  #begin(source: Source): Entry {
    const {
      directory,
      log,
      maxBytes = RECORD_MAX_BYTES,
      maxFps = RECORD_MAX_FPS,
      files = systemFiles,
    } = this.#options;
    const started = new Date();
    const startMs = performance.now();
    const elapsedMs = () => performance.now() - startMs;
    const name = folderName(started, source.id, source.peer.fingerprint);
    let path = `${directory}/${name}`;
    const { promise: made, resolve, reject } = Promise.withResolvers<string>();
    made.catch(() => {});
    const make = async () => {
      try {
        path = await makeFolder(files, directory, name, log);
      } catch (error) {
        reject(error);
        throw error;
      }
      entry.name = path.slice(directory.length + 1);
      resolve(entry.name);
      log.log("info", "recording-started", { source: source.id, path });
      return path;
    };
    const folder = new Folder(files, make, {
      maxBytes,
      onStop: (reason, detail) => {
        log.log("warn", "recording-stopped", { source: source.id, reason, detail, path });
      },
    });
    const recording = new Recording({ folder, started, elapsedMs, cpu: this.#cpu, maxFps });
    const entry: Entry = {
      primary: source.id,
      recording,
      folder,
      made,
      name: undefined,
      elapsedMs,
    };
    recording.describeClient(source);
    return entry;
  }
}
