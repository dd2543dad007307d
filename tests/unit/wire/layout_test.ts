import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../lib/errors.ts";
import {
  bool8,
  bytes,
  f32,
  f32x3,
  i16,
  i16x4,
  i32,
  i64,
  i8,
  optional,
  string,
  text,
  u16,
  u32,
  u64,
  u8,
  u8x4,
} from "../../../lib/wire/fields.ts";
import { Codec } from "../../../lib/wire/layout.ts";

const EVERY_TYPE = {
  a: u8(0),
  b: i8(1),
  c: u16(2),
  d: i16(4),
  e: u32(6),
  f: i32(10),
  g: u64(14),
  h: i64(22),
  i: f32(30),
  j: bool8(34),
  k: bytes(35, 3),
  l: string(38, 6),
  m: text(44, 6),
  n: u8x4(50),
  o: i16x4(54),
  p: f32x3(62),
};
const SIZE = 74;

Deno.test(
  "codec: every field type encodes and decodes at an odd base",
  { permissions: "none" },
  () => {
    const codec = new Codec(EVERY_TYPE, { kind: "all" as const });
    const value = {
      a: 255,
      b: -128,
      c: 65535,
      d: -32768,
      e: 0xffff_ffff,
      f: -0x8000_0000,
      g: 0xffff_ffff_ffff_ffffn,
      h: -0x8000_0000_0000_0000n,
      i: 1.5,
      j: true,
      k: Uint8Array.of(1, 2, 3),
      l: "héy",
      m: Uint8Array.of(0xc3, 0x28),
      n: [1, 2, 3, 255] as const,
      o: [-1, 2, -3, 4] as const,
      p: [0.5, -0.25, 1e10] as const,
    };
    const memory = new Uint8Array(SIZE + 3);
    const view = new DataView(memory.buffer, 1);
    codec.encode(value, view, 2);
    const decoded = codec.decode(view, 2);
    assert.deepEqual(decoded, { kind: "all", ...value });
    memory.fill(0xee);
    assert.deepEqual(decoded.k, Uint8Array.of(1, 2, 3), "decoded bytes do not share the input");
    assert.equal(decoded.kind, "all");
  },
);

Deno.test("codec: numbers are little-endian", { permissions: "none" }, () => {
  const memory = new Uint8Array(14);
  new Codec({ a: u16(0), b: u32(2), c: u64(6) }, {})
    .encode({ a: 0x0102, b: 0x03040506, c: 7 }, new DataView(memory.buffer), 0);
  assert.deepEqual([...memory], [2, 1, 6, 5, 4, 3, 7, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test(
  "codec: a number that does not fit is refused, not wrapped",
  { permissions: "none" },
  () => {
    const refuse = (
      field: ReturnType<typeof u8> | ReturnType<typeof u64>,
      value: number | bigint,
    ) =>
      assert.throws(
        () => new Codec({ x: field }, {}).encode({ x: value as never }, view(8), 0),
        (error) => error instanceof ApiMisuseError && error.message.startsWith("x is "),
      );
    refuse(u8(0), 256);
    refuse(u8(0), -1);
    refuse(u8(0), 1.5);
    refuse(u8(0), NaN);
    refuse(i8(0), 128);
    refuse(u16(0), 65536);
    refuse(i16(0), 32768);
    refuse(u32(0), 2 ** 32);
    refuse(i32(0), 2 ** 31);
    refuse(u64(0), -1n);
    refuse(u64(0), 2n ** 64n);
    refuse(u64(0), 2 ** 53);
    refuse(i64(0), 2n ** 63n);
  },
);

Deno.test(
  "codec: text ends at its first NUL or at the end of the field",
  { permissions: "none" },
  () => {
    const codec = new Codec({ s: string(0, 4), t: text(0, 4) }, {});
    const decode = (...content: number[]) =>
      codec.decode(new DataView(Uint8Array.from(content).buffer), 0);
    assert.deepEqual(decode(0x61, 0, 0x62, 0x63), { s: "a", t: Uint8Array.of(0x61) });
    assert.deepEqual(decode(0x61, 0x62, 0x63, 0x64), {
      s: "abcd",
      t: Uint8Array.from([97, 98, 99, 100]),
    });
    assert.deepEqual(decode(0, 1, 1, 1), { s: "", t: new Uint8Array(0) });
    assert.deepEqual(decode(0x61, 0xff, 0, 1), { s: "a\ufffd", t: Uint8Array.of(0x61, 0xff) });
  },
);

Deno.test("codec: text that does not fit is refused or cut between code points", {
  permissions: "none",
}, () => {
  const refusing = new Codec({ s: string(0, 4), t: text(4, 4) }, {});
  refusing.encode({ s: "abc", t: "äx" }, view(8), 0);
  assert.throws(() => refusing.encode({ s: "abcd", t: "" }, view(8), 0), ApiMisuseError);
  assert.throws(() => refusing.encode({ s: "", t: "ää" }, view(8), 0), ApiMisuseError);
  assert.throws(() => refusing.encode({ s: "a\0b", t: "" }, view(8), 0), ApiMisuseError);
  const cutting = new Codec({ s: string(0, 4, "cut"), t: text(4, 4, "cut") }, {});
  const target = view(8);
  cutting.encode({ s: "aää", t: Uint8Array.of(0xc3, 0xa4, 0xc3, 0xa4, 0x61) }, target, 0);
  assert.deepEqual(
    new Uint8Array(target.buffer),
    Uint8Array.of(0x61, 0xc3, 0xa4, 0, 0xc3, 0xa4, 0, 0),
  );
});

Deno.test(
  "codec: bytes that fill a text field encode unchanged",
  { permissions: "none" },
  () => {
    const codec = new Codec({ t: text(0, 4) }, {});
    const target = view(4);
    codec.encode({ t: Uint8Array.of(1, 2, 3, 4) }, target, 0);
    assert.deepEqual(codec.decode(target, 0).t, Uint8Array.of(1, 2, 3, 4));
    assert.throws(() => codec.encode({ t: new Uint8Array(5).fill(1) }, target, 0), ApiMisuseError);
  },
);

Deno.test(
  "codec: fixed bytes and arrays must have their exact length",
  { permissions: "none" },
  () => {
    const codec = new Codec({ b: optional(bytes(0, 4)), q: optional(u8x4(4)) }, {});
    codec.encode({}, view(8), 0);
    assert.throws(() => codec.encode({ b: new Uint8Array(3) }, view(8), 0), ApiMisuseError);
    assert.throws(() => codec.encode({ q: [1, 2, 3] as never }, view(8), 0), ApiMisuseError);
  },
);

Deno.test("codec: every NaN is written with the same bits", { permissions: "none" }, () => {
  const codec = new Codec({ f: f32(0), v: f32x3(4) }, {});
  for (const bits of [0x7fc0_0000, 0x7f80_0001, 0x7fff_ffff, 0xffc0_0000, 0xff80_0001]) {
    const packed = view(16);
    for (let at = 0; at < 16; at += 4) packed.setUint32(at, bits, true);
    const out = view(16);
    codec.encode(codec.decode(packed, 0), out, 0);
    for (let at = 0; at < 16; at += 4) assert.equal(out.getUint32(at, true), 0x7fc0_0000);
  }
});

Deno.test("codec: floats other than NaN keep their bits", { permissions: "none" }, () => {
  const codec = new Codec({ f: f32(0) }, {});
  for (const bits of [0, 0x8000_0000, 1, 0x807f_ffff, 0x3f80_0000, 0x7f80_0000, 0xff80_0000]) {
    const packed = view(4);
    packed.setUint32(0, bits, true);
    const out = view(4);
    codec.encode(codec.decode(packed, 0), out, 0);
    assert.equal(out.getUint32(0, true), bits);
  }
});

Deno.test("codec: a truncated structure is refused", { permissions: "none" }, () => {
  assert.throws(() => new Codec(EVERY_TYPE, {}).decode(view(SIZE - 1), 0), RangeError);
});

function view(size: number): DataView {
  return new DataView(new ArrayBuffer(size));
}
