import assert from "node:assert/strict";
import { computePair } from "../../../lib/crypto/curve/key_pair.ts";
import { WASM } from "../../../lib/crypto/curve/simd/wasm_bytes.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const bytes = (hex: string) => Uint8Array.fromHex(hex);

test("a thousand agreements in a row end as RFC 7748 says", () => {
  let scalar: Uint8Array = new Uint8Array(32), point: Uint8Array = new Uint8Array(32);
  scalar[0] = point[0] = 9;
  for (let i = 0; i < 1000; i++) {
    const { shared } = computePair(scalar, point)!;
    point = scalar;
    scalar = shared;
  }
  const expected = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51";
  assert.equal(scalar.toHex(), expected);
});

test("both lanes give the same result for the same point", () => {
  const base = new Uint8Array(32);
  base[0] = 9;
  const pair = computePair(bytes("11".repeat(32)), base)!;
  assert.deepEqual(pair.shared, pair.publicKey);
});

test("nothing that depends on the private key stays in memory but the results", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const module = new WebAssembly.Module(Uint8Array.fromBase64(WASM));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { agree } = exports as { agree: () => void };
  const all = new Uint8Array(memory.buffer);
  const after = (scalar: string) => {
    all.fill(0);
    all.set(bytes(scalar), 1_024);
    all[1_056] = all[1_088] = 9;
    agree();
    assert.ok(all.subarray(1_120, 1_184).some((byte) => byte !== 0));
    all.fill(0, 1_120, 1_184);
    return all.slice();
  };
  assert.deepEqual(after("a5".repeat(32)), after("3c".repeat(32)));
});
