import assert from "node:assert/strict";
import { loadModule, SOURCE, STRIP_PIXELS, TARGET } from "../../../lib/decoders/simd/module.ts";
import { WASM } from "../../../lib/decoders/simd/wasm_bytes.ts";

const test = (name: string, fn: () => void | Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

test("the module of the pixel loops is instantiated once and imports only its memory", () => {
  assert.notEqual(loadModule(), undefined);
  assert.equal(loadModule(), loadModule());
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(Uint8Array.fromBase64(WASM)));
  assert.deepEqual(imports, [{ module: "env", name: "memory", kind: "memory" }]);
});

test("a full strip stays within its part of the memory", () => {
  const { exports, bytes } = loadModule()!;
  for (const loop of [exports.expandRgb, exports.expandRgb565, exports.xorRgb]) {
    bytes.fill(0x77);
    loop(SOURCE, TARGET, STRIP_PIXELS);
    const end = TARGET + STRIP_PIXELS * 4;
    assert.ok(bytes.subarray(0, TARGET).every((byte) => byte === 0x77));
    assert.ok(bytes.subarray(end).every((byte) => byte === 0x77));
    assert.ok(bytes.subarray(end - 64, end).some((byte) => byte !== 0x77));
  }
});

test("there is no module of the pixel loops without WebAssembly", async () => {
  const WebAssemblyBefore = globalThis.WebAssembly;
  Object.assign(globalThis, { WebAssembly: undefined });
  try {
    const again = await import("../../../lib/decoders/simd/module.ts?without-webassembly");
    assert.equal(again.loadModule(), undefined);
    assert.equal(again.loadModule(), undefined);
  } finally {
    Object.assign(globalThis, { WebAssembly: WebAssemblyBefore });
  }
});
