/**
 * Pictures of clients as files: all of them on demand, and the last one of each client at its end.
 *
 * @module
 */

import { encodeUtf8 } from "../../bytes/text.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { ClientHandler, Source } from "../../segment/source.ts";
import { writeAll } from "../../write_all.ts";
import { ensureDirectory, logRecreated, putFile, removeLeftovers } from "../new_file.ts";
import { isLarge, PictureEncoder } from "./encoder.ts";
import type { Picture, PictureSource, PixelPicture } from "./picture.ts";
import { pictureOf, whileShown } from "./picture.ts";
import { encodePicture, type Snapshot } from "./snapshot.ts";

export const SNAPSHOT_NAME = /^\d+\.(png|txt)$/;

/**
 * Writes pixels as `<id>.png` and text as `<id>.txt`, each time in place of the file before, as a
 * whole.
 */
export class Snapshots {
  readonly #directory: string;
  readonly #log: Logger;
  readonly #pictures = new Map<Source, Picture>();
  /** Clients whose picture changed while it was read; they wait while their next one is read. */
  readonly #missed = new Set<Source>();
  /** One write at a time, as two may be of the same file. */
  #written: Promise<void> = Promise.resolve();
  #cleaned: Promise<void> | undefined;

  /**
   * Writes nothing yet.
   *
   * @param directory Created again when it is missing.
   * @param log Gets failures.
   */
  constructor(directory: string, log: Logger) {
    this.#directory = directory;
    this.#log = log;
  }

  /** Needs every record of every client. */
  readonly observer: ClientHandler = (source, { kind }) => {
    if (kind === "frame") {
      const picture = pictureOf(source);
      if (picture === undefined) return;
      this.#pictures.set(source, picture);
      return this.#missed.delete(source) ? this.#writeShown(source, picture) : undefined;
    }
    if (kind !== "terminated") return;
    this.#missed.delete(source);
    // The surface is empty by now, but the pixels that it lent stay as they were.
    const last = this.#pictures.get(source);
    this.#pictures.delete(source);
    return last && this.#write(source, encode(last, (pixels) => () => pixels));
  };

  /** Writes what every client shows now. */
  async writeAll(): Promise<void> {
    await Promise.all(
      [...this.#pictures].map(([source, picture]) => this.#writeShown(source, picture)),
    );
  }

  #writeShown(source: Source, picture: Picture): Promise<void> {
    const taken = encode(picture, (pixels) => whileShown(source, pixels));
    if (picture.kind === "pixels" && isLarge(picture)) {
      this.#missed.add(source);
      void taken.then((snapshot) => snapshot && this.#missed.delete(source));
    }
    return this.#write(source, taken);
  }

  #write(source: Source, taken: Promise<Snapshot | undefined>): Promise<void> {
    return this.#written = this.#written.then(async () => {
      const snapshot = await taken;
      if (snapshot === undefined) return;
      const [suffix, content] = snapshot.kind === "png"
        ? ["png", snapshot.bytes]
        : ["txt", encodeUtf8(snapshot.text)];
      await this.#put(source.id, `${this.#directory}/${source.id}.${suffix}`, content);
    });
  }

  async #put(source: number, path: string, content: Uint8Array): Promise<void> {
    try {
      if (await ensureDirectory(this.#directory)) logRecreated(this.#log, this.#directory);
      await (this.#cleaned ??= removeLeftovers(this.#directory, SNAPSHOT_NAME));
      await putFile(path, (file) => writeAll(file, content));
      this.#log.log("info", "snapshot-written", { source, path });
    } catch (error) {
      this.#log.log("warn", "snapshot-failed", { source, path, detail: messageOf(error) });
    }
  }
}

async function encode(
  picture: Picture,
  readable: (pixels: PixelPicture) => PictureSource,
): Promise<Snapshot | undefined> {
  using encoder = new PictureEncoder();
  return await encodePicture(picture, encoder, readable);
}
