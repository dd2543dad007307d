/**
 * The recording of one client, with all its segments.
 *
 * @module
 */

import type { Source } from "../../segment/source.ts";
import type { IoTable, Status } from "../../segment/status.ts";
import { describeJson } from "../describe.ts";
import { pictureOf, whileShown } from "../picture.ts";
import { Asciicast } from "./asciicast.ts";
import type { Folder } from "./folder.ts";
import type { CpuShare } from "./pace.ts";
import { Pace } from "./pace.ts";
import { Stills } from "./stills.ts";

/** What a recording is made with. */
export interface RecordingOptions {
  /** Where to. */
  readonly folder: Folder;
  /** When it began. */
  readonly started: Date;
  /** Milliseconds since then, by a clock that nobody sets. */
  readonly elapsedMs: () => number;
  /** Shared by all recordings. */
  readonly cpu: CpuShare;
  /** Pictures a second at most. */
  readonly maxFps: number;
}

/** What one segment has shown. */
interface Shown {
  cast?: Asciicast;
  stills?: Stills;
}

/** Turns the records of one client into files. */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #segments = new Map<number, Shown>();

  /**
   * Makes a recording without anything in it.
   *
   * @param options Folder and clocks.
   */
  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /**
   * Notes who the client is.
   *
   * @param source Its primary segment.
   */
  introduce({ id, peer }: Source): void {
    const { folder, started } = this.#options;
    const { publicKey, fingerprint, address } = peer;
    const started_at = started.toISOString();
    const text = JSON.stringify({
      started: started_at,
      source: id,
      publicKey,
      fingerprint,
      address,
    });
    folder.append("client.json", `${text}\n`);
  }

  /**
   * Takes one record of one segment.
   *
   * @param source The segment.
   * @param status The record.
   * @param input The third argument of the kind `input`.
   * @returns When the client may go on; `undefined` when it may at once.
   */
  take(source: Source, status: Status, input: IoTable | undefined): Promise<void> | undefined {
    let taken: Promise<void> | undefined;
    switch (status.kind) {
      case "frame":
        return this.#show(source);
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
   * Takes the pictures that wait. Nothing may follow.
   *
   * @returns When that is done; `undefined` when it is.
   */
  end(): Promise<void> | undefined {
    const taken = [...this.#segments.values()].flatMap(({ stills }) => stills?.end() ?? []);
    this.#segments.clear();
    return taken.length === 0 ? undefined : Promise.all(taken).then(() => {});
  }

  #show(source: Source): Promise<void> | undefined {
    const picture = pictureOf(source);
    if (picture === undefined) return undefined;
    const { folder, started, elapsedMs, cpu, maxFps } = this.#options;
    let shown = this.#segments.get(source.id);
    if (shown === undefined) this.#segments.set(source.id, shown = {});
    if (picture.kind === "text") {
      shown.cast ??= new Asciicast({ started, title: source.title });
      folder.append(`${source.id}.cast`, shown.cast.lines(picture.grid, elapsedMs() / 1000));
      return undefined;
    }
    shown.stills ??= new Stills({
      folder,
      directory: `${source.id}`,
      pace: new Pace(cpu, maxFps),
      elapsedMs,
    });
    return shown.stills.show(whileShown(source, picture));
  }
}
