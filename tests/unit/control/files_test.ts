import assert from "node:assert/strict";
import type { Content } from "../../../lib/control/description.ts";
import { ClientFiles, type KeptLimits } from "../../../lib/control/files/client_files.ts";
import { clientName, safeName } from "../../../lib/control/files/names.ts";
import type { ThreadFiles } from "../../../lib/control/files/thread_files.ts";
import { Transfers } from "../../../lib/control/files/transfers.ts";
import {
  FILE_CONFIRM_TIMEOUT_MS,
  FILE_QUEUE_BYTES,
  FILE_STALL_TIMEOUT_MS,
  MAX_CONTROL_TRANSFERS,
  MAX_LISTED_FILES,
  MAX_SENT_FILE_BYTES,
} from "../../../lib/limits.ts";
import type { ClientSource } from "../../../lib/segment/client_source.ts";
import type { FedContent } from "../../../lib/segment/fed_content.ts";
import type { BinaryOffer, TransferOptions } from "../../../lib/segment/transfer_types.ts";
import { nextTurn } from "../../../lib/net/turns.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

/** Files of which all readers have read the end when the test ends. */
class Kept implements AsyncDisposable {
  readonly files: ClientFiles;
  readonly clients = new Set<number>();

  constructor(limits?: KeptLimits) {
    this.files = new ClientFiles(limits);
  }

  /** Offers a file. @returns Whether it was taken. */
  offer(client: number, bytes: number, hasSize = true): boolean {
    this.clients.add(client);
    let isTaken = true;
    const offer = {
      name: "a",
      size: hasSize ? bytes : undefined,
      accept: () => new Blob([new Uint8Array(bytes).fill(client)]).stream(),
      reject: () => isTaken = false,
    };
    this.files.offer(client, offer as unknown as BinaryOffer);
    return isTaken;
  }

  /** The numbers of the files of a client that are not refused. */
  ids(client: number): number[] {
    return this.files.rows(client).filter(({ state }) => state !== "failed").map(({ id }) => id);
  }

  async read(client: number, id: number): Promise<number> {
    let offset = 0;
    for (;;) {
      const piece = await this.files.read(client, id, offset);
      if (piece === undefined) return offset;
      assert.ok(piece.every((byte) => byte === client));
      offset += piece.length;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) {
      const ids = this.ids(client);
      for (const id of ids) await this.read(client, id).catch(() => {});
      this.files.forget(client);
    }
    await nextTurn();
  }
}

Deno.test("kept files: a client's older ones make room for new ones, those of others do not", async () => {
  await using kept = new Kept({ clientBytes: 100, totalBytes: 150 });
  assert.ok(kept.offer(2, 60));
  assert.equal(await kept.read(2, 1), 60);
  assert.ok(kept.offer(2, 50));
  assert.deepEqual(kept.ids(2), [2]);
  await assert.rejects(kept.files.read(2, 1, 0), { code: "no-such-file" });
  assert.equal(await kept.read(2, 2), 50);
  assert.ok(kept.offer(3, 100));
  assert.equal(await kept.read(3, 3), 100);
  assert.ok(!kept.offer(4, 1), "the clients that are there have all of it");
  assert.ok(!kept.offer(2, 101));
  assert.ok(kept.offer(3, 90));
  assert.deepEqual([kept.ids(2), kept.ids(3)], [[], [6]]);
  const [refused] = kept.files.rows(4);
  await assert.rejects(kept.files.read(4, refused!.id, 0), { code: "transfer-failed" });
  await assert.rejects(kept.files.read(4, 6, 0), { code: "no-such-file" });
});

Deno.test("kept files: one without a size is given up when there is no room for more of it", async () => {
  await using kept = new Kept({ clientBytes: 100, totalBytes: 150 });
  assert.ok(kept.offer(2, 100, false));
  assert.equal(await kept.read(2, 1), 100);
  assert.ok(kept.offer(2, 101, false));
  await assert.rejects(kept.read(2, 2), { code: "transfer-failed" });
  assert.equal(kept.files.rows(2).at(-1)?.state, "failed");
});

Deno.test("kept files: only so many are listed", async () => {
  await using kept = new Kept();
  for (let i = 0; i < MAX_LISTED_FILES + 3; i++) {
    kept.offer(2, 1);
    await kept.read(2, i + 1);
  }
  assert.equal(kept.files.rows(2).length, MAX_LISTED_FILES);
  assert.equal(kept.files.rows(2)[0]?.id, 4);
});

/** A client that takes files as the test says. */
class TakingSource {
  readonly id = 2;
  content: FedContent | undefined;
  options: TransferOptions | undefined;

  sendFed(content: FedContent, options: TransferOptions) {
    this.content = content;
    this.options = options;
    return { cancel: () => true };
  }
}

Deno.test("a file to a client that does not say that it has it counts as sent after a while", async () => {
  using timers = new FakeTimers();
  const source = new TakingSource();
  const files = new ClientFiles();
  const id = files.begin(source as unknown as ClientSource, "a", 4)!;
  assert.equal(await files.feed(id, new Uint8Array(4)), true);
  source.content!.take(4);
  void source.options!.onProgress!(4, 4);
  timers.pass(FILE_CONFIRM_TIMEOUT_MS - 1);
  assert.equal(files.rows(2)[0]?.state, "moving");
  timers.pass(1);
  assert.equal(await files.ended(id), "sent");
  assert.equal(files.rows(2)[0]?.state, "complete");
});

Deno.test("a file that is fed faster than the client takes it waits", async () => {
  const source = new TakingSource();
  const files = new ClientFiles();
  const id = files.begin(source as unknown as ClientSource, "a", 3 * FILE_QUEUE_BYTES)!;
  let isFed = false;
  const feeding = files.feed(id, new Uint8Array(2 * FILE_QUEUE_BYTES)).then(() => isFed = true);
  source.content!.take(FILE_QUEUE_BYTES - 1);
  await nextTurn();
  assert.equal(isFed, false);
  source.content!.take(1);
  await feeding;
});

/** A thread that takes everything. */
function takingThread(): ThreadFiles & { readonly cancelled: number[] } {
  const cancelled: number[] = [];
  return {
    cancelled,
    files: () => [],
    readFile: () => new Promise(() => {}),
    beginFile: () => 7,
    feedFile: () => Promise.resolve(true),
    fileEnded: () => Promise.resolve("completed"),
    cancelFile: (file) => void cancelled.push(file),
  };
}

/** Content of which nothing comes. */
function silent(): Content {
  return { stream: new ReadableStream(), sizeBytes: 5 };
}

Deno.test("files: a sender that sends nothing is given up, and only so many are moved at once", async () => {
  using timers = new FakeTimers();
  const transfers = new Transfers();
  const thread = takingThread();
  const sends = Array.from(
    { length: MAX_CONTROL_TRANSFERS },
    () => transfers.send(thread, 2, "a", silent()),
  );
  await assert.rejects(transfers.send(thread, 2, "a", silent()), { code: "busy" });
  await assert.rejects(transfers.fetch(thread, 2, 1), { code: "busy" });
  const ended = Promise.allSettled(sends);
  timers.pass(FILE_STALL_TIMEOUT_MS);
  for (const result of await ended) {
    assert.ok(result.status === "rejected");
    assert.equal(result.reason.code, "body-timeout");
  }
  assert.equal(thread.cancelled.length, MAX_CONTROL_TRANSFERS);
  const content = { stream: new Blob([new Uint8Array(5)]).stream(), sizeBytes: 5 };
  assert.deepEqual(await transfers.send(thread, 2, "a", content), {
    client: 2,
    bytes: 5,
    confirmed: true,
  });
});

Deno.test("files: sizes that cannot be sent are refused", async () => {
  const transfers = new Transfers();
  for (const sizeBytes of [undefined, 0, MAX_SENT_FILE_BYTES + 1]) {
    const content = { stream: new ReadableStream<Uint8Array<ArrayBuffer>>(), sizeBytes };
    await assert.rejects(transfers.send(takingThread(), 2, "a", content), { code: "bad-argument" });
  }
});

Deno.test("names of files are short for clients and harmless for people", () => {
  assert.equal(clientName("/home/me/quarterly report.pdf"), "quarterly r.pdf");
  assert.equal(clientName("C:\\x\\short.txt"), "short.txt");
  assert.equal(clientName("łóżko łóżko łóżko"), "łóżko łóż");
  assert.equal(clientName(""), "");
  assert.equal(safeName("../.bash;rc\u202e", 5), "_.bash_rc_");
  assert.equal(safeName("..", 5), "file-5");
  assert.equal(safeName("", 5), "file-5");
});
