/**
 * Compresses pictures in a worker; `thread.ts` has the protocol.
 *
 * @module
 */

import { createDeflate, type Deflate } from "node:zlib";
import { concat } from "../../bytes/concat.ts";
import { DEFLATE_LEVEL, filterRows, isOpaque, pngFile } from "./png.ts";
import type { BeginRequest, PictureAnswer, PictureRequest } from "./thread.ts";

const OUTPUT_CHUNK_BYTES = 262_144;

interface Scope {
  onmessage: (event: MessageEvent<PictureRequest>) => void;
  postMessage(answer: PictureAnswer, transfer: Transferable[]): void;
}

class OpenPicture {
  readonly #request: BeginRequest;
  readonly #deflate: Deflate = createDeflate({
    level: DEFLATE_LEVEL,
    chunkSize: OUTPUT_CHUNK_BYTES,
  });
  readonly #compressed: Uint8Array[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #above: Uint8Array | undefined;

  constructor(request: BeginRequest) {
    this.#request = request;
    this.#deflate.on("data", (bytes: Uint8Array) => void this.#compressed.push(bytes));
    this.#deflate.on("end", () => this.#ended.resolve());
    this.#deflate.on("error", (error) => this.#ended.reject(error));
  }

  async add(rows: Uint8Array<ArrayBuffer>): Promise<"taken" | "transparent"> {
    const { format, width, channels } = this.#request;
    if (format === "zlib") {
      await this.#write(rows);
      return "taken";
    }
    if (channels === 3 && !isOpaque(rows)) return "transparent";
    const filtered = filterRows(rows, width, channels, this.#above);
    this.#above = rows.slice(-width * 4);
    await this.#write(filtered);
    return "taken";
  }

  async end(): Promise<Uint8Array<ArrayBuffer>> {
    this.#deflate.end();
    await this.#ended.promise;
    const { format, width, height, channels } = this.#request;
    return format === "png"
      ? pngFile(width, height, channels, this.#compressed)
      : concat(this.#compressed);
  }

  close(): void {
    this.#deflate.destroy();
  }

  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#deflate.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }
}

const scope = globalThis as unknown as Scope;
let picture: OpenPicture | undefined;

scope.onmessage = async ({ data: request }) => {
  try {
    const answer = await take(request);
    const transfer = "rows" in answer
      ? [answer.rows.buffer]
      : "bytes" in answer
      ? [answer.bytes.buffer]
      : [];
    scope.postMessage(answer, transfer);
  } catch (error) {
    scope.postMessage({ type: "failed", message: (error as Error).message }, []);
  }
};

async function take(request: PictureRequest): Promise<PictureAnswer> {
  switch (request.type) {
    case "begin":
      picture?.close();
      picture = new OpenPicture(request);
      return { type: "begun" };
    case "rows":
      return { type: await picture!.add(request.rows), rows: request.rows };
    case "end": {
      const bytes = await picture!.end();
      picture = undefined;
      return { type: "done", bytes };
    }
  }
}
