/**
 * The file in which `fleet watch` keeps where it is in the stream.
 *
 * @module
 */

import type { StreamPlace } from "../fleet/mod.ts";
import { FLEET_PLACE_MS, MAX_FLEET_PLACE_BYTES } from "../limits.ts";
import { messageOf } from "../errors.ts";
import { UsageError } from "./errors.ts";

const MODE = 0o600;

/** Writes at most once in {@linkcode FLEET_PLACE_MS}, so that a watch that is killed repeats no more. */
export class PlaceFile implements AsyncDisposable {
  readonly #path: string;
  #place: StreamPlace | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  readonly #onFailure: () => void;
  #failure: unknown;

  /** @param onFailure Called when a place cannot be written; the end then throws why. */
  constructor(path: string, onFailure: () => void) {
    this.#path = path;
    this.#onFailure = onFailure;
  }

  /**
   * Reads the place of the last watch.
   *
   * @returns `undefined` when there is no file.
   * @throws {UsageError} For a file that no watch has written.
   */
  async read(): Promise<StreamPlace | undefined> {
    const text = await this.#text();
    if (text === undefined) return undefined;
    const place = parse(text);
    if (place !== undefined) return place;
    throw new UsageError(`${this.#path} has no place of a watch; name another file, or remove it`);
  }

  keep(place: StreamPlace): void {
    this.#place = place;
    this.#timer ??= setTimeout(() => this.#write(), FLEET_PLACE_MS);
  }

  /** Writes the last place. @throws {UsageError} When a place could not be written. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = `${JSON.stringify(this.#place)}\n`;
    this.#writing = this.#writing.then(() => this.#replace(text)).catch((error) => {
      this.#failure = new UsageError(`cannot write ${this.#path}: ${messageOf(error)}`);
      this.#onFailure();
    });
  }

  async #replace(text: string): Promise<void> {
    const part = `${this.#path}.part`;
    await Deno.writeTextFile(part, text, { mode: MODE });
    await Deno.rename(part, this.#path);
  }

  async #text(): Promise<string | undefined> {
    try {
      const { isFile, size } = await Deno.stat(this.#path);
      if (!isFile || size > MAX_FLEET_PLACE_BYTES) return "";
      return await Deno.readTextFile(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw new UsageError(`cannot read ${this.#path}: ${messageOf(error)}`);
    }
  }
}

function parse(text: string): StreamPlace | undefined {
  try {
    const { created, sequence } = JSON.parse(text) as Partial<StreamPlace>;
    if (typeof created !== "string" || !Number.isSafeInteger(sequence)) return undefined;
    return sequence! < 0 ? undefined : { created, sequence: sequence! };
  } catch {
    return undefined;
  }
}
