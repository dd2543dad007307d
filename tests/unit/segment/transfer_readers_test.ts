/** Readers of transfers that are slow, stop or give up. */

import assert from "node:assert/strict";
import { accept, announce, cancels, taking } from "./transfers_support.ts";

const pure = { permissions: "none" } as const;

Deno.test("transfer in: the reader gives it up", pure, () => {
  const { fixture, transfer } = taking();
  fixture.data("binary", 5, new Uint8Array(10));
  fixture.refuse(transfer);
  fixture.data("binary", 5, new Uint8Array(10));
  assert.deepEqual(cancels(fixture), [[5, 0]]);
  fixture.refuse(transfer);
  assert.deepEqual(cancels(fixture), []);
  assert.equal(fixture.tree.readTransfer(transfer), undefined);
});

Deno.test("transfer in: much that is unread holds the client up until it is read", pure, () => {
  const { fixture, transfer } = taking({ size: 0n });
  let pieces = 0;
  for (; !fixture.tree.isBlocked; pieces++) {
    fixture.data("binary", 5, new Uint8Array(60_000));
  }
  assert.equal(pieces, 18, "just above 1 MiB");
  fixture.tree.readTransfer(transfer);
  assert.equal(fixture.tree.isBlocked, false);
});

Deno.test("transfer in: many small pieces hold the client up like few large ones", pure, () => {
  const { fixture, transfer } = taking({ size: 0n });
  let pieces = 0;
  for (; !fixture.tree.isBlocked; pieces++) {
    assert.ok(pieces < 3_000, "it is held up");
    fixture.data("binary", 5, new Uint8Array(1));
  }
  fixture.tree.readTransfer(transfer);
  assert.equal(fixture.tree.isBlocked, false);
  fixture.data("binary", 5, new Uint8Array(1));
  assert.equal(fixture.tree.isBlocked, true);
  fixture.refuse(transfer);
  assert.equal(fixture.tree.isBlocked, false);
  announce(fixture, { stream: 6, size: 0n });
  const next = accept(fixture)!;
  let again = 0;
  for (; !fixture.tree.isBlocked; again++) fixture.data("binary", 6, new Uint8Array(1));
  assert.equal(again, pieces, "nothing of the first one is still counted");
  fixture.refuse(next);
});

Deno.test("transfer in: many small transfers that are not read hold the client up", pure, () => {
  const { fixture } = taking({ size: 1n });
  fixture.data("binary", 5, new Uint8Array(1));
  let stream = 6;
  for (; !fixture.tree.isBlocked; stream++) {
    assert.ok(stream < 3_000, "it is held up");
    announce(fixture, { stream, size: 1n });
    accept(fixture);
    fixture.data("binary", stream, new Uint8Array(1));
  }
  fixture.cancelStalled();
  assert.equal(fixture.tree.isBlocked, false);
});

Deno.test("transfer in: a reader that has stopped is cut off, complete or not", pure, () => {
  const { fixture, transfer } = taking({ size: 1_200_000n });
  for (let i = 0; i < 20; i++) fixture.data("binary", 5, new Uint8Array(60_000));
  assert.equal(transfer.state, "complete");
  announce(fixture, { stream: 6, size: 100n });
  const second = accept(fixture)!;
  fixture.data("binary", 6, new Uint8Array(50));
  assert.equal(fixture.tree.isBlocked, true);
  fixture.take();
  fixture.cancelStalled();
  assert.equal(fixture.tree.isBlocked, false);
  assert.equal(transfer.error?.code, "reader-stalled");
  assert.equal(second.error?.code, "reader-stalled");
  assert.deepEqual(cancels(fixture), [[6, 0]], "the first was acknowledged before");
});
