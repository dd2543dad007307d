// Compiles lib/crypto/simd/assembly to WebAssembly; with --check, compares with what is committed.
//
// The compiler runs in a process of its own and outside the lock file: it is no dependency of the
// project, its version is exact, and the comparison tells whether it gave other bytes.

const COMPILER = "npm:assemblyscript@0.28.20/asc";
const FLAGS = [
  "--runtime=stub",
  "--noAssert",
  "--enable=simd",
  "--enable=relaxed-simd",
  "--enable=bulk-memory",
  "--importMemory",
  "-O3",
  "--converge",
  "--noColors",
];

const folder = new URL("../../lib/crypto/simd/", import.meta.url);
const wasmFile = new URL("a12_crypto.wasm", folder);
const bytesFile = new URL("wasm_bytes.ts", folder);

const binary = await compile();
// As `deno fmt` would leave it.
const text = `/**
 * The bytes of \`a12_crypto.wasm\`, made by \`deno task build:wasm\`.
 *
 * They are embedded because a module import of a .wasm file could not fall back where it fails.
 *
 * @module
 */

/** The module as base64. */
export const WASM =
  "${binary.toBase64()}";
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

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  const output = await Deno.makeTempFile({ suffix: ".wasm" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--no-config", COMPILER, "assembly/index.ts"]
        .concat(FLAGS, "--outFile", output),
      cwd: folder,
    }).output();
    if (!success) {
      console.error(new TextDecoder().decode(stderr));
      Deno.exit(1);
    }
    return await Deno.readFile(output);
  } finally {
    await Deno.remove(output);
  }
}
