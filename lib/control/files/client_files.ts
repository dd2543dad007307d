/**
 * Files to and from the clients of one thread. What clients offer is kept on the disk while they are
 * there, so that none of them waits for people to fetch it.
 *
 * @module
 */

import { ApiMisuseError, ControlError, StreamError } from "../../errors.ts";
import {
  FILE_CONFIRM_TIMEOUT_MS,
  FILE_QUEUE_BYTES,
  MAX_CLIENT_KEPT_FILE_BYTES,
  MAX_KEPT_FILE_BYTES,
  MAX_LISTED_FILES,
} from "../../limits.ts";
import type { ClientSource } from "../../segment/client_source.ts";
import { FedContent } from "../../segment/fed_content.ts";
import type { BinaryOffer, BinaryTransfer } from "../../segment/transfer_types.ts";
import { Spool } from "./spool.ts";
import type { FileRow, SentState } from "./thread_files.ts";

/** What is kept at most, in bytes. */
export interface KeptLimits {
  readonly clientBytes: number;
  readonly totalBytes: number;
}

const LIMITS: KeptLimits = {
  clientBytes: MAX_CLIENT_KEPT_FILE_BYTES,
  totalBytes: MAX_KEPT_FILE_BYTES,
};

interface Entry {
  readonly id: number;
  readonly client: number;
  readonly name: string;
  readonly since: string;
  readonly size: number | undefined;
  movedBytes: number;
  state: FileRow["state"];
}

interface Incoming extends Entry {
  readonly direction: "from";
  /** What it takes of the limits: its size, and more where it has no size. */
  keptBytes: number;
  /** Absent for one that was refused. */
  readonly spool: Promise<Spool> | undefined;
  /** Stops it. */
  readonly content: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

interface Outgoing extends Entry {
  readonly direction: "to";
  readonly content: FedContent;
  readonly transfer: BinaryTransfer;
  readonly ended: Promise<SentState>;
  /** Called when it may be fed again, or has ended. */
  wake: () => void;
}

export class ClientFiles {
  readonly #limits: KeptLimits;
  readonly #files = new Map<number, Incoming | Outgoing>();
  #lastId = 0;

  constructor(limits: KeptLimits = LIMITS) {
    this.#limits = limits;
  }

  /** See {@linkcode ThreadFiles.files}. */
  rows(client: number): FileRow[] {
    return this.#of(client).map(({ id, direction, name, since, size, movedBytes, state }) => ({
      id,
      direction,
      name,
      since,
      ...(size === undefined ? {} : { size }),
      moved_bytes: movedBytes,
      state,
    }));
  }

  /** Takes what a client offers if there is room for it, else refuses it. */
  readonly offer = (client: number, offer: BinaryOffer): void => {
    const id = ++this.#lastId;
    const { size, name } = offer;
    const entry = { id, client, name, since: new Date().toISOString(), size, movedBytes: 0 };
    if (!this.#makeRoom(client, size ?? 0)) {
      offer.reject();
      return this.#add({
        ...entry,
        direction: "from",
        state: "failed",
        keptBytes: 0,
        spool: undefined,
        content: undefined,
      });
    }
    const spool = Spool.open();
    const incoming: Incoming = {
      ...entry,
      direction: "from",
      state: "moving",
      keptBytes: size ?? 0,
      spool,
      content: offer.accept().getReader(),
    };
    this.#add(incoming);
    void this.#take(incoming, spool);
  };

  /** See {@linkcode ThreadFiles.readFile}. */
  async read(
    client: number,
    id: number,
    offset: number,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const file = this.#files.get(id);
    if (file?.client !== client || file.direction !== "from") {
      throw new ControlError("no-such-file", `client ${client} has offered no file ${id}`);
    }
    if (file.spool === undefined) {
      throw new ControlError(
        "transfer-failed",
        `file ${id} of client ${client} was refused: there was no room for it`,
      );
    }
    try {
      return await (await file.spool).read(offset);
    } catch (error) {
      throw new ControlError(
        "transfer-failed",
        `file ${id} of client ${client} is not complete: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }

  /** See {@linkcode ThreadFiles.beginFile}. */
  begin(source: ClientSource, name: string, sizeBytes: number): number | undefined {
    const id = ++this.#lastId;
    const content = new FedContent(sizeBytes);
    const { promise: ended, resolve } = Promise.withResolvers<SentState>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const transfer = source.sendFed(content, {
      name,
      onProgress: (sentBytes) => {
        outgoing.movedBytes = sentBytes;
        if (sentBytes < sizeBytes) return;
        timer = setTimeout(() => {
          outgoing.state = "complete";
          resolve("sent");
        }, FILE_CONFIRM_TIMEOUT_MS);
      },
      onEnd: (state) => {
        clearTimeout(timer);
        outgoing.state = state === "completed" ? "complete" : "failed";
        outgoing.wake();
        resolve(state);
      },
    });
    if (transfer === false) return undefined;
    const outgoing: Outgoing = {
      id,
      client: source.id,
      direction: "to",
      name,
      since: new Date().toISOString(),
      size: sizeBytes,
      movedBytes: 0,
      state: "moving",
      content,
      transfer,
      ended,
      wake: () => {},
    };
    content.onTaken = () => outgoing.wake();
    this.#add(outgoing);
    return id;
  }

  /** See {@linkcode ThreadFiles.feedFile}. */
  async feed(id: number, piece: Uint8Array): Promise<boolean> {
    const file = this.#outgoing(id);
    if (file?.state !== "moving") return false;
    file.content.feed(piece);
    while (file.state === "moving" && file.content.waitingBytes > FILE_QUEUE_BYTES) {
      await new Promise<void>((resolve) => file.wake = resolve);
    }
    return file.state === "moving";
  }

  /** See {@linkcode ThreadFiles.fileEnded}. */
  async ended(id: number): Promise<SentState> {
    return await this.#outgoing(id)?.ended ?? "ended";
  }

  /** See {@linkcode ThreadFiles.cancelFile}. */
  cancel(id: number): void {
    this.#outgoing(id)?.transfer.cancel();
  }

  /** Forgets the files of a client that has ended. */
  readonly forget = (client: number): void => {
    for (const file of this.#of(client)) this.#drop(file);
  };

  #of(client: number): (Incoming | Outgoing)[] {
    return [...this.#files.values()].filter((file) => file.client === client);
  }

  #outgoing(id: number): Outgoing | undefined {
    const file = this.#files.get(id);
    return file?.direction === "to" ? file : undefined;
  }

  #add(file: Incoming | Outgoing): void {
    this.#files.set(file.id, file);
    const all = this.#of(file.client);
    const done = all.filter(({ state }) => state !== "moving");
    const surplus = Math.max(0, all.length - MAX_LISTED_FILES);
    for (const each of done.slice(0, surplus)) this.#drop(each);
  }

  /** Drops complete files of a client, the oldest first, until there is room for more bytes. */
  #makeRoom(client: number, bytes: number): boolean {
    const { clientBytes, totalBytes } = this.#limits;
    const incoming = () => [...this.#files.values()].filter((file) => file.direction === "from");
    const kept = (files: readonly Incoming[]) =>
      files.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
    for (;;) {
      const all = incoming();
      const own = all.filter((file) => file.client === client);
      if (kept(own) + bytes <= clientBytes && kept(all) + bytes <= totalBytes) return true;
      const oldest = own.find(({ state, keptBytes }) => state !== "moving" && keptBytes > 0);
      if (oldest === undefined) return false;
      this.#drop(oldest);
    }
  }

  async #take(file: Incoming, opened: Promise<Spool>): Promise<void> {
    let spool: Spool | undefined;
    try {
      spool = await opened;
      for (;;) {
        const { value, done } = await file.content!.read();
        if (done) break;
        this.#count(file, value.length);
        await spool.append(value);
      }
      file.state = "complete";
      spool.complete();
    } catch (error) {
      file.state = "failed";
      file.keptBytes = 0;
      void file.content!.cancel().catch(() => {});
      spool?.close(error as Error);
    }
  }

  #count(file: Incoming, bytes: number): void {
    file.movedBytes += bytes;
    const more = file.movedBytes - file.keptBytes;
    if (more <= 0) return;
    if (!this.#makeRoom(file.client, more)) {
      throw new StreamError("stream-too-long", "there is no room for more of it");
    }
    file.keptBytes += more;
  }

  #drop(file: Incoming | Outgoing): void {
    this.#files.delete(file.id);
    if (file.direction === "to") return file.wake();
    const error = new ApiMisuseError("wrong-state", "it is not kept any more");
    void file.content?.cancel().catch(() => {});
    file.spool?.then((spool) => spool.close(error), () => {});
  }
}
