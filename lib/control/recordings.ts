/**
 * The recordings of a listener's directory, for the control interface.
 *
 * @module
 */

import { ApiMisuseError, ControlError } from "../errors.ts";
import type { RecordedFile, RecordingShelf } from "../handlers/record/shelf.ts";
import { MAX_STARTED_RECORDING_BYTES } from "../limits.ts";
import type { Content } from "./description.ts";
import type { Arguments, Result } from "./operations.ts";

export class Recordings {
  readonly #shelf: () => RecordingShelf;
  readonly #maxBytes: number;

  /** @param shelf Asked when it is needed. @param maxBytes No recording is begun beyond it. */
  constructor(shelf: () => RecordingShelf, maxBytes = MAX_STARTED_RECORDING_BYTES) {
    this.#shelf = shelf;
    this.#maxBytes = maxBytes;
  }

  async list(): Promise<Result<"recordings">> {
    const stored = await this.#shelf().list();
    return stored.map(({ isRunning, ...row }) => ({ ...row, is_running: isRunning }));
  }

  /**
   * Gives a part of a recording.
   *
   * @throws {ControlError} `no-such-recording`.
   * @throws {ApiMisuseError} `bad-argument`.
   */
  async part(args: Arguments<"recording">): Promise<Content> {
    const { name, text, pixels, picture } = args;
    if (text !== undefined && pixels !== undefined) {
      throw new ApiMisuseError("bad-argument", "text and pixels exclude each other");
    }
    if (picture !== undefined && pixels === undefined) {
      throw new ApiMisuseError("bad-argument", "picture needs pixels, the segment that showed it");
    }
    const shelf = this.#shelf();
    if (pixels !== undefined && picture !== undefined) {
      const file = await shelf.picture(name, pixels, picture);
      return part(file, "image/png", `picture ${picture} of segment ${pixels}`, name);
    }
    if (pixels !== undefined) {
      const file = await shelf.index(name, pixels);
      return part(file, "application/x-ndjson", `picture of segment ${pixels}`, name);
    }
    if (text !== undefined) {
      const file = await shelf.text(name, text);
      return part(file, "application/x-asciicast", `text of segment ${text}`, name);
    }
    return part(await shelf.events(name), "application/x-ndjson", "record", name);
  }

  /** @throws {ControlError} `busy` when the recordings that are there take too much. */
  async requireRoom(): Promise<void> {
    const bytes = await this.#shelf().bytes();
    if (bytes <= this.#maxBytes) return;
    throw new ControlError(
      "busy",
      `the recordings take ${bytes} bytes, the most is ${this.#maxBytes}: delete some, or listen ` +
        "with --record-keep",
    );
  }
}

function part(
  file: RecordedFile | undefined,
  type: string,
  what: string,
  name: string,
): Content {
  if (file !== undefined) return { ...file, type };
  throw new ControlError(
    "no-such-recording",
    `there is no recording ${JSON.stringify(name)}, or no ${what} in it`,
  );
}
