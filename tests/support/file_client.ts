/** A client that is given files, and offers some. */

import assert from "node:assert/strict";
import { ContentHash, packetContent } from "../../lib/decoders/binary.ts";
import { decodeUtf8Lenient, encodeUtf8, untilNul } from "../../lib/bytes/text.ts";
import type { KnownControl } from "../../lib/wire/control.ts";
import { TestClient } from "./clients.ts";
import type { Listening } from "./listening.ts";

const PACKET_BYTES = 60_000;
const MOST_PACKET_BYTES = 1 << 20;
/** The number of the type `blob` on the wire. */
const BLOB = 3;

/** What identifies the content of a file. */
export function hashOf(content: Uint8Array): string {
  const hash = new ContentHash();
  hash.update(content);
  return hash.digest().toHex();
}

/** Bytes that do not become fewer. */
export function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

export class FileClient implements Disposable {
  readonly client: TestClient;
  #taken = 0;
  #lastStream = 0;

  private constructor(client: TestClient) {
    this.client = client;
  }

  /** Logs in and waits until it may draw. */
  static async connect({ err, key }: Pick<Listening, "err" | "key">): Promise<FileClient> {
    const [, port] = await err.until(/listening on [^ ]*:(\d+)/);
    const client = await TestClient.connect(Number(port), { key });
    assert.ok(await client.login());
    client.register();
    await client.untilEvent("activate");
    return new FileClient(client);
  }

  /** Takes the next file. @returns Its name and the hash of its content. */
  async take(): Promise<{ name: string; hash: string }> {
    const { size, compressed, identifier, extId } = await this.announced();
    const hash = new ContentHash();
    for (let left = Number(size); left > 0;) {
      const event = await this.#next();
      if (event.type !== "data" || event.stream !== "binary") continue;
      const piece = packetContent(event.payload, compressed, MOST_PACKET_BYTES);
      hash.update(piece);
      left -= piece.length;
    }
    this.client.session.send({ command: "ping", stream: identifier });
    await this.client.flush();
    return { name: decodeUtf8Lenient(untilNul(extId)), hash: hash.digest().toHex() };
  }

  /** Waits until a file is announced. */
  async announced(): Promise<KnownControl<"binarystream">> {
    for (;;) {
      const event = await this.#next();
      if (event.type !== "control") continue;
      if (event.control.command === "binarystream") return event.control;
    }
  }

  /** Waits until the file that was offered last is refused. */
  async refused(): Promise<void> {
    for (;;) {
      const event = await this.#next();
      if (event.type !== "control" || event.control.command !== "cancelstream") continue;
      assert.equal(event.control.stream, this.#lastStream);
      return;
    }
  }

  /** Refuses the next file. */
  async refuse(): Promise<void> {
    const { stream } = await this.announced();
    this.client.session.send({ command: "cancelstream", stream, reason: 0, streamType: 2 });
    await this.client.flush();
  }

  /** Offers a file and sends all of it. */
  async offer(name: string, content: Uint8Array): Promise<void> {
    await this.announce(name, content.length);
    await this.send(content);
  }

  /** Offers a file. */
  async announce(name: string, size: number): Promise<void> {
    const stream = ++this.#lastStream;
    const extId = new Uint8Array(16);
    extId.set(encodeUtf8(name));
    this.client.session.send({
      command: "binarystream",
      stream,
      size,
      type: BLOB,
      identifier: stream,
      compressed: false,
      extId,
    });
    await this.client.flush();
  }

  /** Sends a part of the file that was offered last. */
  async send(content: Uint8Array): Promise<void> {
    for (let at = 0; at < content.length; at += PACKET_BYTES) {
      const packet = content.subarray(at, at + PACKET_BYTES);
      this.client.session.sendData("binary", 0, this.#lastStream, packet);
      assert.ok(await this.client.flush());
    }
  }

  [Symbol.dispose](): void {
    this.client.close();
  }

  async #next() {
    while (this.#taken >= this.client.events.length) assert.ok(await this.client.read());
    return this.client.events[this.#taken++]!;
  }
}
