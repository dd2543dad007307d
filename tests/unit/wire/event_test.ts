import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../lib/errors.ts";
import {
  decodeEvent,
  decodeEventPacket,
  encodeEvent,
  encodeEventPacket,
} from "../../../lib/wire/event/event.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";

function encode(event: EventInput): Uint8Array {
  const out = new Uint8Array(130).fill(0xee);
  encodeEvent(event, out, 1);
  assert.equal(out[0], 0xee);
  assert.equal(out[129], 0xee);
  return out.subarray(1, 129);
}

Deno.test("event: an absent descriptor becomes -1, not 0", { permissions: "none" }, () => {
  const kinds = [
    "store",
    "restore",
    "bchunk_in",
    "bchunk_out",
    "newsegment",
    "device_node",
    "fonthint",
  ];
  for (const kind of kinds as "store"[]) {
    const event = decodeEvent(encode({ category: "target", kind }));
    assert.equal((event as unknown as { fd: number }).fd, -1, kind);
  }
});

Deno.test("event: device and datatype follow the input kind", { permissions: "none" }, () => {
  const head = (event: EventInput) => {
    const decoded = decodeEvent(encode(event));
    assert.equal(decoded.category, "input");
    assert.equal(decoded.kind, event.kind);
    const { devkind, datatype } = decoded as unknown as Record<string, number>;
    return [devkind, datatype];
  };
  assert.deepEqual(head({ category: "input", kind: "translated" }), [1, 4]);
  assert.deepEqual(head({ category: "input", kind: "digital" }), [2, 2]);
  assert.deepEqual(head({ category: "input", kind: "digital", devkind: 4 }), [4, 2]);
  assert.deepEqual(head({ category: "input", kind: "analog" }), [2, 1]);
  assert.deepEqual(head({ category: "input", kind: "touch" }), [8, 8]);
  assert.deepEqual(head({ category: "input", kind: "eyes" }), [32, 16]);
  assert.deepEqual(head({ category: "input", kind: "status" }), [64, 0]);
});

Deno.test("event: relative and absolute seek use the same bytes", { permissions: "none" }, () => {
  const relative = encode({
    category: "target",
    kind: "seekcontent",
    mode: 1,
    dy: -4,
    dx: 2,
    z: 0.5,
  });
  assert.equal(relative.subarray(0, 20).toHex(), "0d00000001000000fcffffff020000000000003f");
  const absolute = encode({ category: "target", kind: "seekcontent", y: 0.5, x: 1 });
  assert.equal(absolute.subarray(0, 20).toHex(), "0d000000000000000000003f0000803f00000000");
});

Deno.test("event: kinds without a table keep their bytes", { permissions: "none" }, () => {
  for (const [category, number] of [["target", 16], ["external", 64], ["input", 2], ["other", 4]]) {
    const bytes = Uint8Array.from({ length: 128 }, (_, i) => i);
    bytes.set([99, 0, 0, 0]);
    bytes[120] = number as number;
    const event = decodeEvent(bytes);
    assert.deepEqual(event, {
      category,
      kind: "unknown",
      categoryNumber: number,
      kindNumber: 99,
      frameId: 0x6f6e6d6c6b6a6968n,
      raw: bytes.slice(),
    });
    assert.deepEqual(encode(event as EventInput), bytes);
    bytes.fill(0);
    assert.equal(event.kind === "unknown" && event.raw[5], 5, "raw is a copy");
  }
});

Deno.test("event: values that do not fit are refused", { permissions: "none" }, () => {
  const refuse = (run: () => void) => assert.throws(run, ApiMisuseError);
  const exit = { category: "target", kind: "exit" } as const;
  refuse(() => encodeEvent(exit, new Uint8Array(127)));
  refuse(() => encodeEvent(exit, new Uint8Array(128), 1));
  refuse(() => encodeEventPacket(exit, { lastSeen: 0, channel: 256 }, new Uint8Array(139)));
  refuse(() => encodeEventPacket(exit, { lastSeen: 0, channel: 0 }, new Uint8Array(138)));
  refuse(() => decodeEvent(new Uint8Array(127)));
  refuse(() => decodeEventPacket(new Uint8Array(138)));
  refuse(() => encode({ category: "target", kind: "displayhint", width: 2 ** 31 }));
  refuse(() => encode({ category: "target", kind: "message", message: "x".repeat(78) }));
  refuse(() => encode({ category: "other", kind: "unknown", raw: new Uint8Array(127) }));
});

Deno.test(
  "event: a title that is too long is cut between code points",
  { permissions: "none" },
  () => {
    const event = decodeEvent(
      encode({ category: "external", kind: "register", title: "ä".repeat(40) }),
    );
    assert.deepEqual(
      event.category === "external" && event.kind === "register" && event.title,
      new TextEncoder().encode("ä".repeat(31)),
    );
  },
);
