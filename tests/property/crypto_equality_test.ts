// The SIMD module and the plain-TypeScript implementation give the same bytes for any use.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Opener, Sealer } from "../../lib/crypto/provider.ts";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";
import { type Implementation, implementations } from "../unit/crypto/implementations.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const keys = fc.record({ key: exactly(32), nonce: exactly(8), macKey: exactly(32) });
const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 200 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(64, 512, 1024, 2048, 8192, 65_551, 69_632, 150_000) },
);
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("packet" as const), size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rekey" as const), keys }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("absorb" as const), bytes: fc.uint8Array() }),
  },
);
const layout = fc.record({ offset: fc.nat(40), isTagBehind: fc.boolean(), isShort: fc.boolean() });

for (const implementation of implementations.filter(({ name }) => name !== "typescript")) {
  test(`${implementation.name} seals and opens as plain TypeScript does`, () => {
    fc.assert(
      fc.property(keys, fc.array(step, { maxLength: 30 }), layout, (first, steps, where) => {
        const { provider } = implementation;
        const ours: [Sealer, Opener] = [provider.sealer(), provider.opener()];
        const references: [Sealer, Opener] = [
          typescriptProvider.sealer(),
          typescriptProvider.opener(),
        ];
        const all = [...ours, ...references];
        for (const half of all) half.install(first.key, first.nonce, first.macKey);
        for (const each of steps) {
          if (each.kind === "packet") exchange(implementation, ours, references, each.size, where);
          else if (each.kind === "absorb") { for (const half of all) half.absorb(each.bytes); }
          else {
            const { key, nonce, macKey } = each.keys;
            for (const half of all) half.install(key, nonce, macKey);
          }
        }
        for (const half of all) half.free();
      }),
      { numRuns: 150 },
    );
  });

  test(`${implementation.name} agrees with plain TypeScript over many megabytes`, () => {
    const { provider, place } = implementation;
    const ours = provider.opener(), reference = typescriptProvider.sealer();
    const key = new Uint8Array(32).fill(3), nonce = new Uint8Array(8);
    ours.install(key, nonce, key);
    reference.install(key, nonce, key);
    let seed = 1;
    for (let total = 0; total < 12_000_000;) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      const length = 1 + (seed >>> 8) % (seed % 5 === 0 ? 66_000 : 400);
      const wire = new Uint8Array(16 + length);
      reference.seal(wire, 16, 16 + length, 0, 16);
      const placed = place(wire);
      assert.ok(ours.open(placed, 16, 16 + length, 0, 16), `packet of ${length} after ${total}`);
      assert.equal(placed.subarray(16).some((byte) => byte !== 0), false);
      total += length;
    }
    ours.free();
  });
}

const run = fc.record({
  size: fc.integer({ min: 32, max: 1_500 }),
  /** Bytes sent before; they decide the depth of the stack and the fill of the chunk. */
  before: fc.oneof(fc.nat(3_000), fc.nat(200_000)),
  /** Whether each packet is of the expected kind. */
  isAlike: fc.array(fc.oneof({ weight: 15, arbitrary: fc.constant(true) }, fc.constant(false)), {
    maxLength: 30,
  }),
  wrong: fc.option(fc.nat(40)),
});

for (const { name, provider, place } of implementations) {
  test(`${name} opens a run as plain TypeScript opens one packet after the other`, () => {
    fc.assert(
      fc.property(keys, run, ({ key, nonce, macKey }, { size, before, isAlike, wrong }) => {
        const sealer = typescriptProvider.sealer(), opener = provider.opener();
        for (const half of [sealer, opener]) {
          half.install(key, nonce, macKey);
          half.absorb(new Uint8Array(before));
        }
        const plain = isAlike.map((isLike, i) => {
          const packet = new Uint8Array(size).fill(i + 1);
          packet[16 + 8] = isLike ? 2 : 1;
          return packet;
        });
        const sealed = plain.map((packet) => {
          const bytes = packet.slice();
          sealer.seal(bytes, 16, size, 0, 16);
          return bytes;
        });
        if (wrong !== null && wrong < sealed.length) sealed[wrong]![wrong % 16]! ^= 1;
        const wire = place(Uint8Array.from(sealed.flatMap((bytes) => [...bytes])));
        const alike = isAlike.indexOf(false) < 0 ? isAlike.length : isAlike.indexOf(false);
        const isWrong = wrong !== null && wrong < alike;
        const opened = isWrong ? wrong : alike;
        assert.equal(
          opener.openRun(wire, 0, { count: sealed.length, size, kindAt: 8, kind: 2 }),
          isWrong ? ~opened : opened,
        );
        for (const [i, packet] of plain.slice(0, opened).entries()) {
          const body = wire.slice(i * size + 16, (i + 1) * size);
          assert.deepEqual(body, packet.slice(16), `packet ${i}`);
        }
        const at = opened * size;
        if (!isWrong && wrong !== opened && at < wire.length) {
          assert.ok(opener.open(wire, at + 16, at + size, at, 16), "the first of another kind");
        }
        sealer.free();
        opener.free();
      }),
      { numRuns: 150 },
    );
  });
}

/** Sends one packet through both sealers, which must agree, and then through both openers. */
function exchange(
  { place }: Implementation,
  ours: [Sealer, Opener],
  references: [Sealer, Opener],
  length: number,
  { offset, isTagBehind, isShort }: { offset: number; isTagBehind: boolean; isShort: boolean },
): void {
  const start = isTagBehind ? offset : offset + 16, end = start + length;
  const tagStart = isTagBehind ? end : offset, tagLength = isShort ? 8 : 16;
  const plain = Uint8Array.from({ length: end + 16 }, (_, i) => (i * 89 + (i >> 8)) & 255);
  const expected = plain.slice();
  references[0].seal(expected, start, end, tagStart, tagLength);
  const wire = place(plain);
  ours[0].seal(wire, start, end, tagStart, tagLength);
  assert.deepEqual(wire.slice(), expected);
  const ahead = Math.min(16, length);
  assert.deepEqual(ours[1].peek(wire, start, ahead).slice(), plain.slice(start, start + ahead));
  assert.ok(ours[1].open(wire, start, end, tagStart, tagLength));
  assert.ok(references[1].open(expected, start, end, tagStart, tagLength));
  assert.deepEqual(wire.slice(), expected);
  assert.deepEqual(wire.slice(start, end), plain.slice(start, end));
}
