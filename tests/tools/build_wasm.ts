// Compiles lib/crypto/simd/assembly to WebAssembly; with --check, compares with what is committed.

import asc from "npm:assemblyscript@0.28.20/asc";

const root = new URL("../../", import.meta.url);
const wasmFile = new URL("lib/crypto/simd/a12_crypto.wasm", root);
const bytesFile = new URL("lib/crypto/simd/wasm_bytes.ts", root);

const { error, stderr, binary } = await compile();
if (error) {
  console.error(stderr);
  Deno.exit(1);
}
// One line, as `deno fmt` leaves strings alone.
const text = `/**
 * The bytes of \`a12_crypto.wasm\`, made by \`deno task build:wasm\`.
 *
 * They are embedded because a module import of a .wasm file could not fall back where it fails.
 *
 * @module
 */

/** The module as base64. */
export const WASM = "${binary.toBase64()}";
`;

if (Deno.args.includes("--check")) {
  const sameWasm = (await Deno.readFile(wasmFile)).toBase64() === binary.toBase64();
  const sameText = await Deno.readTextFile(bytesFile) === text;
  if (!sameWasm || !sameText) {
    const what = sameWasm ? "wasm_bytes.ts" : "a12_crypto.wasm";
    console.error(`${what} is not what the source builds; run \`deno task build:wasm\``);
    Deno.exit(1);
  }
  console.log(`a12_crypto.wasm is what the source builds (${binary.length} bytes)`);
} else {
  await Deno.writeFile(wasmFile, binary);
  await Deno.writeTextFile(bytesFile, text);
  console.log(`${binary.length} bytes`);
}

async function compile() {
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main([
    "index.ts",
    "--outFile=out.wasm",
    "--runtime=stub",
    "--noAssert",
    "--enable=simd",
    "--enable=bulk-memory",
    "--importMemory",
    "-O3",
    "--converge",
    "--noColors",
  ], {
    readFile: (name: string, base: string) => {
      try {
        const folder = new URL(`lib/crypto/simd/assembly/${base}/`, root);
        return Deno.readTextFileSync(new URL(name, folder));
      } catch {
        return null;
      }
    },
    writeFile: (_name: string, contents: Uint8Array) => {
      binary = new Uint8Array(contents);
    },
    listFiles: () => null,
  });
  return { error, stderr: stderr.toString(), binary };
}
