/**
 * Records what clients show and tell: text as asciicast, pixels as PNG files, records as JSON lines.
 *
 * Each client has a folder of its own, named by time, number and key:
 *
 * | file | content |
 * |---|---|
 * | `client.json` | public key, fingerprint, address |
 * | `events.jsonl` | its records, as `listen --json` prints them, except frames |
 * | `2.cast` | text of segment 2, asciicast version 2: `asciinema play 2.cast` |
 * | `3/000001.png` | pixels of segment 3, one file a change |
 * | `3/index.jsonl` | when each of those was shown, its size |
 *
 * Files grow by whole lines, pictures appear as a whole: what is there can be read at any time, also
 * after the process was killed.
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
import { Folder } from "./folder.ts";
import { folderName, makeFolder } from "./folder_name.ts";
import { CpuShare } from "./pace.ts";
import { Recording } from "./recording.ts";

/** Where recordings go and how far. */
export interface RecorderOptions {
  /** A directory, created when it is missing; each client gets a folder in it. */
  readonly directory: string;
  /** Is told when a recording begins and when it stops before its client. */
  readonly log: Logger;
  /** What the recording of one client may take on disk; 1 GiB unless given. */
  readonly maxBytes?: number;
  /** How long the recording of one client may last; a day unless given. */
  readonly maxSeconds?: number;
  /** Pictures a second at most; 4 unless given. */
  readonly maxFps?: number;
  /** The file system, for tests. */
  readonly files?: Files;
}

/** One client's recording. */
interface Entry {
  /** The number of the client's first segment, which ends last. */
  readonly primary: number;
  readonly recording: Recording;
  readonly folder: Folder;
  readonly elapsedMs: () => number;
}

/** Records clients; give its {@linkcode observer} to each, by `addObserver` or for a whole listener. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #cpu = new CpuShare(RECORD_CPU_SHARE);
  readonly #entries = new WeakMap<Peer, Entry>();

  /**
   * Makes a recorder; each client that is observed begins a recording.
   *
   * @param options Where recordings go and how far.
   */
  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Takes every record of every client; a client waits while much of it waits for the disk. */
  readonly observer: ClientHandler = (source, status, input) => {
    let entry = this.#entries.get(source.peer);
    if (entry === undefined) this.#entries.set(source.peer, entry = this.#begin(source));
    const { recording, folder } = entry;
    const taken = folder.isStopped ? undefined : this.#take(entry, source, status, input);
    if (status.kind !== "terminated" || source.id !== entry.primary) {
      return taken?.then(() => folder.ready()) ?? folder.ready();
    }
    return Promise.all([taken, recording.end()]).then(() => folder.close());
  };

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
    const make = async () => {
      path = await makeFolder(files, directory, name, log);
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
    recording.introduce(source);
    return { primary: source.id, recording, folder, elapsedMs };
  }
}
