/**
 * The recording of one client with all its segments: records become lines and pictures in its folder.
 *
 * @module
 */

import type { Source } from "../../segment/source.ts";
import type { IoTable, Status } from "../../segment/status.ts";
import { describeJson } from "../describe.ts";
import { pictureOf, whileShown } from "../pictures/picture.ts";
import { Asciicast } from "./asciicast.ts";
import type { Folder } from "./folder.ts";
import { type CpuShare, Pace, Stills } from "./stills.ts";

interface RecordingOptions {
  readonly folder: Folder;
  readonly started: Date;
  /** Milliseconds since the start, by the monotonic clock. */
  readonly elapsedMs: () => number;
  /** Shared by all recordings. */
  readonly cpu: CpuShare;
  readonly maxFps: number;
}

/** A segment may show text at one time and pixels at another. */
interface SegmentFiles {
  cast?: Asciicast;
  stills?: Stills;
}

export class Recording {
  readonly #options: RecordingOptions;
  readonly #segments = new Map<number, SegmentFiles>();

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** Writes `client.json`. */
  describeClient({ id, peer, title, segkind }: Source): void {
    const { folder, started } = this.#options;
    const { publicKey, fingerprint, address, comment } = peer;
    const client = {
      started: started.toISOString(),
      source: id,
      publicKey,
      fingerprint,
      address,
      ...(comment === undefined ? {} : { comment }),
      title,
      segkind,
    };
    folder.append("client.json", `${JSON.stringify(client)}\n`);
  }

  /**
   * Records one record of one segment.
   *
   * @returns When the client may go on; `undefined` for at once.
   */
  take(source: Source, status: Status, input: IoTable | undefined): Promise<void> | undefined {
    let taken: Promise<void> | undefined;
    switch (status.kind) {
      case "frame":
        return this.show(source);
      case "dropped_frame":
        return undefined;
      case "terminated":
        taken = this.#segments.get(source.id)?.stills?.end();
        this.#segments.delete(source.id);
    }
    const { folder, started, elapsedMs } = this.#options;
    const time = new Date(started.getTime() + elapsedMs());
    folder.append("events.jsonl", `${describeJson(time, source.id, status, input)}\n`);
    return taken;
  }

  /**
   * Takes the pictures that still wait.
   *
   * @returns When that is done; `undefined` when it is.
   */
  end(): Promise<void> | undefined {
    const taken = [...this.#segments.values()].flatMap(({ stills }) => stills?.end() ?? []);
    this.#segments.clear();
    return taken.length === 0 ? undefined : Promise.all(taken).then(() => {});
  }

  /**
   * Records what a segment shows now.
   *
   * @returns When the client may go on; `undefined` for at once.
   */
  show(source: Source): Promise<void> | undefined {
    const picture = pictureOf(source);
    if (picture === undefined) return undefined;
    const { folder, started, elapsedMs, cpu, maxFps } = this.#options;
    let files = this.#segments.get(source.id);
    if (files === undefined) this.#segments.set(source.id, files = {});
    if (picture.kind === "text") {
      files.cast ??= new Asciicast({ started, title: source.title });
      folder.append(`${source.id}.cast`, files.cast.lines(picture.grid, elapsedMs() / 1000));
      return undefined;
    }
    files.stills ??= new Stills({
      folder,
      directory: `${source.id}`,
      pace: new Pace(cpu, maxFps),
      elapsedMs,
    });
    return files.stills.show(whileShown(source, picture));
  }
}
