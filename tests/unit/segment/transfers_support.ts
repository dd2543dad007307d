/** Transfers from a client of a test. */

import assert from "node:assert/strict";
import type { IncomingTransfer } from "../../../lib/segment/incoming_transfer.ts";
import type { KnownControl } from "../../../lib/wire/control.ts";
import { concat } from "../../support/feed.ts";
import { APPLICATION, commands, Fixture } from "../../support/segment_fixture.ts";

export const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);

export function announce(
  fixture: Fixture,
  fields: Partial<KnownControl<"binarystream">> = {},
): void {
  fixture.control({
    command: "binarystream",
    stream: 5,
    size: BigInt(CONTENT.length),
    type: 3,
    identifier: 9,
    compressed: false,
    ...fields,
  });
}

/** A client whose handler takes every transfer. */
export function taking(fields: Partial<KnownControl<"binarystream">> = {}): {
  fixture: Fixture;
  transfer: IncomingTransfer;
} {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.source.onBinary = () => {};
  announce(fixture, fields);
  return { fixture, transfer: accept(fixture)! };
}

/** Accepts what was offered last. */
export function accept(fixture: Fixture): IncomingTransfer | undefined {
  fixture.onOffer = (transfer) => transfer.state = "accepted";
  fixture.deliver();
  return fixture.offered.at(-1);
}

export function readAll(fixture: Fixture, transfer: IncomingTransfer): string {
  return concat(fixture.readAll(transfer)).toHex();
}

export function cancels(fixture: Fixture): [stream: number, reason: number][] {
  return commands(fixture.takeControls(), "cancelstream").map((cancel) => {
    assert.equal(cancel.streamType, 2);
    return [cancel.stream, cancel.reason];
  });
}
