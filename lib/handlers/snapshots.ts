/**
 * Writes pictures of clients to files: when asked, and the last one of each.
 *
 * @module
 */

import { encodeUtf8 } from "../bytes/text.ts";
import type { Logger } from "../log.ts";
import type { ClientHandler, Source } from "../segment/source.ts";
import { ensureDirectory, putFile, writeAll } from "./new_file.ts";
import type { Picture } from "./picture.ts";
import { pictureOf } from "./picture.ts";
import { snapshotOf } from "./snapshot.ts";

/** The names of pictures. */
export const SNAPSHOT_NAME = /^\d+\.(png|txt)$/;

/**
 * Knows what every client shows. A picture is written as `<id>.png`, text as `<id>.txt`, each time in
 * place of the one before, as a whole.
 */
export class Snapshots {
  readonly #directory: string;
  readonly #log: Logger;
  readonly #pictures = new Map<Source, Picture>();
  /** One write at a time, so that two of the same file do not meet. */
  #written: Promise<void> = Promise.resolve();

  /**
   * Knows no client yet.
   *
   * @param directory Where to; created again when it has gone.
   * @param log Takes failures.
   */
  constructor(directory: string, log: Logger) {
    this.#directory = directory;
    this.#log = log;
  }

  /** Takes every record of every client, as an observer of the listener. */
  readonly observer: ClientHandler = (source, { kind }) => {
    if (kind === "frame") {
      const picture = pictureOf(source);
      if (picture !== undefined) this.#pictures.set(source, picture);
    }
    if (kind !== "terminated") return;
    // The surface is gone by now, but nothing draws over what it has shown last.
    const last = this.#pictures.get(source);
    this.#pictures.delete(source);
    return last && this.#write(source, last);
  };

  /** Writes what every client shows now. */
  async writeAll(): Promise<void> {
    await Promise.all([...this.#pictures].map(([source, picture]) => this.#write(source, picture)));
  }

  #write({ id }: Source, picture: Picture): Promise<void> {
    const snapshot = snapshotOf(picture);
    const path = `${this.#directory}/${id}.${snapshot.kind === "png" ? "png" : "txt"}`;
    const content = snapshot.kind === "png" ? snapshot.bytes : encodeUtf8(snapshot.text);
    this.#written = this.#written.then(() => this.#put(id, path, content));
    return this.#written;
  }

  async #put(source: number, path: string, content: Uint8Array): Promise<void> {
    try {
      if (await ensureDirectory(this.#directory)) {
        const detail = "it was missing";
        this.#log.log("warn", "directory-made", { path: this.#directory, detail });
      }
      await putFile(path, (file) => writeAll(file, content));
      this.#log.log("info", "snapshot-written", { source, path });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#log.log("warn", "snapshot-failed", { source, path, detail });
    }
  }
}
