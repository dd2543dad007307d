/**
 * Writes pictures of clients to files: when asked, and the last one of each.
 *
 * @module
 */

import { encodeUtf8 } from "../bytes/text.ts";
import type { Logger } from "../log.ts";
import type { ClientHandler, Source } from "../segment/source.ts";
import { ensureDirectory, putFile, writeAll } from "./new_file.ts";
import type { Picture, PixelPicture } from "./picture.ts";
import { pictureOf, whileShown } from "./picture.ts";
import { isLarge, PictureEncoder } from "./pictures/encoder.ts";

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
  /** Clients whose picture changed while it was read: the next one is read while they wait. */
  readonly #wanted = new Set<Source>();
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
      if (picture === undefined) return;
      this.#pictures.set(source, picture);
      return this.#wanted.delete(source) ? this.#writeShown(source, picture) : undefined;
    }
    if (kind !== "terminated") return;
    this.#wanted.delete(source);
    // The surface is gone by now, but nothing draws over what it has shown last.
    const last = this.#pictures.get(source);
    this.#pictures.delete(source);
    return last && this.#write(source, contentOf(last));
  };

  /** Writes what every client shows now. */
  async writeAll(): Promise<void> {
    await Promise.all(
      [...this.#pictures].map(([source, picture]) => this.#writeShown(source, picture)),
    );
  }

  #writeShown(source: Source, picture: Picture): Promise<void> {
    if (picture.kind === "text" || !isLarge(picture)) {
      return this.#write(source, contentOf(picture));
    }
    this.#wanted.add(source);
    const content = contentOf(picture, whileShown(source, picture));
    void content.then((bytes) => bytes && this.#wanted.delete(source));
    return this.#write(source, content);
  }

  #write(source: Source, content: Promise<Content | undefined>): Promise<void> {
    return this.#written = this.#written.then(async () => {
      const taken = await content;
      if (taken === undefined) return;
      await this.#put(source.id, `${this.#directory}/${source.id}.${taken.type}`, taken.bytes);
    });
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

/** What a file has in it. */
interface Content {
  readonly type: "png" | "txt";
  readonly bytes: Uint8Array;
}

/** Text and small pictures are taken before this returns. */
async function contentOf(
  picture: Picture,
  now: () => PixelPicture | undefined = () => picture as PixelPicture,
): Promise<Content | undefined> {
  if (picture.kind === "text") {
    return { type: "txt", bytes: encodeUtf8(`${picture.grid.text({ trimEnd: true })}\n`) };
  }
  using encoder = new PictureEncoder();
  const bytes = await encoder.png(now);
  return bytes && { type: "png", bytes };
}
