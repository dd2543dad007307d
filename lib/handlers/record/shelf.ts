/**
 * The recordings of a directory, for those that play them.
 *
 * Only files that this program wrote for this user are read, by the form of the name, the kind and the
 * owner; links are not followed.
 *
 * @module
 */

import { MAX_LISTED_RECORDINGS } from "../../limits.ts";
import { FOLDER_NAME } from "./folder.ts";
import { entriesOf, findStored, isOwn, type Stored } from "./stored.ts";

/** What a segment has shown. */
export type Shown = "text" | "pixels";

/** One recording. */
export interface StoredRecording {
  readonly name: string;
  /** Of its client: number, fingerprint, address, title and kind. */
  readonly client: number;
  readonly key: string;
  readonly comment?: string;
  readonly address: string;
  readonly title: string;
  readonly segkind: string;
  /** In ISO 8601. */
  readonly since: string;
  /** When it changed last, in ISO 8601. */
  readonly changed: string;
  readonly bytes: number;
  readonly isRunning: boolean;
  readonly parts: readonly { readonly segment: number; readonly content: Shown }[];
}

/** A file of a recording, as long as it is now. */
export interface RecordedFile {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly sizeBytes: number;
}

const CAST = /^(\d+)\.cast$/;
const STILLS = /^\d+$/;
const PIECE_BYTES = 1 << 16;
const MAX_CLIENT_LINE_BYTES = 4_096;

export class RecordingShelf {
  readonly #directory: string;
  /** The result of the last search, by path. */
  #known: ReadonlyMap<string, Stored> = new Map();

  /** @param directory May be missing. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The latest recordings, the latest first. */
  async list(): Promise<StoredRecording[]> {
    const stored = (await this.#find()).toSorted((a, b) => a.path < b.path ? 1 : -1);
    const described: StoredRecording[] = [];
    for (const each of stored.slice(0, MAX_LISTED_RECORDINGS)) {
      const recording = await this.#describe(each).catch(() => undefined);
      if (recording !== undefined) described.push(recording);
    }
    return described;
  }

  /** What all recordings take, in bytes. */
  async bytes(): Promise<number> {
    return (await this.#find()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The records of a client, as JSON lines; `undefined` when there is no such recording. */
  events(name: string): Promise<RecordedFile | undefined> {
    return this.#open(name, "events.jsonl");
  }

  /** The text of a segment, as an asciicast. */
  text(name: string, segment: number): Promise<RecordedFile | undefined> {
    return this.#open(name, `${segment}.cast`);
  }

  /** The times and sizes of the pictures of a segment, as JSON lines. */
  index(name: string, segment: number): Promise<RecordedFile | undefined> {
    return this.#open(name, "index.jsonl", String(segment));
  }

  /** A picture of a segment, as a PNG file. @param number From 1. */
  picture(name: string, segment: number, number: number): Promise<RecordedFile | undefined> {
    return this.#open(name, `${String(number).padStart(6, "0")}.png`, String(segment));
  }

  async #find(): Promise<Stored[]> {
    const directories = { recordings: this.#directory, snapshots: undefined };
    const found = await findStored(directories, this.#known);
    this.#known = new Map(found.map((stored) => [stored.path, stored]));
    return found;
  }

  async #describe(stored: Stored): Promise<StoredRecording | undefined> {
    const { path, bytes, changedMs, isBeingWritten } = stored;
    const name = path.slice(this.#directory.length + 1);
    const file = await this.#open(name, "client.json");
    if (file === undefined || file.sizeBytes > MAX_CLIENT_LINE_BYTES) {
      await file?.stream.cancel();
      return undefined;
    }
    const client = JSON.parse(await new Response(file.stream).text());
    return {
      name,
      client: Number(client.source),
      key: String(client.fingerprint),
      ...(client.comment === undefined ? {} : { comment: String(client.comment) }),
      address: String(client.address),
      title: String(client.title ?? ""),
      segkind: String(client.segkind ?? ""),
      since: String(client.started),
      changed: new Date(changedMs).toISOString(),
      bytes,
      isRunning: isBeingWritten,
      parts: await partsOf(path),
    };
  }

  /** @param within A directory of the recording. */
  async #open(name: string, file: string, within?: string): Promise<RecordedFile | undefined> {
    if (!FOLDER_NAME.test(name)) return undefined;
    const folder = `${this.#directory}/${name}`;
    const directories = within === undefined ? [folder] : [folder, `${folder}/${within}`];
    for (const path of directories) {
      const info = await statOf(path);
      if (info === undefined || !isOwn(info, "isDirectory")) return undefined;
    }
    const path = `${directories.at(-1)}/${file}`;
    const known = await statOf(path);
    if (known === undefined || !isOwn(known, "isFile")) return undefined;
    const opened = await Deno.open(path, { read: true });
    const { ino, dev, size } = await opened.stat();
    // Another file may have taken its place since.
    if (ino !== known.ino || dev !== known.dev) {
      opened.close();
      return undefined;
    }
    return { stream: readUpTo(opened, size), sizeBytes: size };
  }
}

async function partsOf(folder: string): Promise<StoredRecording["parts"]> {
  const parts: { segment: number; content: Shown }[] = [];
  for (const { name, isFile, isDirectory } of await entriesOf(folder)) {
    const cast = isFile ? CAST.exec(name)?.[1] : undefined;
    if (cast !== undefined) parts.push({ segment: Number(cast), content: "text" });
    if (isDirectory && STILLS.test(name)) parts.push({ segment: Number(name), content: "pixels" });
  }
  return parts.sort((a, b) => a.segment - b.segment);
}

/** The first bytes of a file that may grow. @param file Closed at the end. */
function readUpTo(file: Deno.FsFile, bytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = bytes;
  return new ReadableStream({
    async pull(controller) {
      const piece = new Uint8Array(Math.min(left, PIECE_BYTES));
      const count = left === 0 ? null : await file.read(piece);
      if (count === null) {
        file.close();
        return controller.close();
      }
      left -= count;
      controller.enqueue(piece.subarray(0, count));
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
