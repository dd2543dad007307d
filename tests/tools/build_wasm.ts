// Compiles the WebAssembly of the folders below; with --check, compares with what is committed. The
// name of a folder of `lib` as an argument leaves the others out.
//
// Each compiler runs in a process of its own and outside the lock file: it is no dependency of the
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

/** The library of that compiler that reads the text format. Its optimizer stays off, see `pixels.wat`. */
const ASSEMBLER = "npm:binaryen@131.0.0-nightly.20260721";

/** Run with the source, the output and {@linkcode ASSEMBLER} as arguments. */
const ASSEMBLE = `
const [source, output, assembler] = Deno.args;
const { default: binaryen } = await import(assembler);
const module = binaryen.parseText(Deno.readTextFileSync(source));
const { SIMD128, RelaxedSIMD, MultiMemory } = binaryen.Features;
module.setFeatures(SIMD128 | RelaxedSIMD | MultiMemory);
if (!module.validate()) Deno.exit(1);
Deno.writeFileSync(output, module.emitBinary());
`;

/** The arguments of Deno that compile a source, in its folder, to the file `output`. */
type Compiler = (output: string) => string[];

const assemblyScript: Compiler = (output) => [
  ...["run", "-A", "--no-lock", "--no-config", COMPILER, "assembly/index.ts", ...FLAGS],
  ...["--outFile", output],
];

function textFormat(source: string): Compiler {
  return (output) => ["eval", "--no-lock", "--no-config", ASSEMBLE, source, output, ASSEMBLER];
}

const MODULES = [
  { layer: "crypto", file: "a12_crypto.wasm", compiler: assemblyScript },
  { layer: "crypto/curve", file: "x25519_pair.wasm", compiler: assemblyScript },
  { layer: "decoders", file: "pixels.wasm", compiler: textFormat("pixels.wat") },
] as const;

const isCheck = Deno.args.includes("--check");
const named = Deno.args.filter((each) => !each.startsWith("--"));
for (const { layer, file, compiler } of MODULES) {
  if (named.length > 0 && !named.includes(layer)) continue;
  await build(new URL(`../../lib/${layer}/simd/`, import.meta.url), file, compiler);
}

async function build(folder: URL, file: string, compiler: Compiler): Promise<void> {
  const wasmFile = new URL(file, folder);
  const bytesFile = new URL("wasm_bytes.ts", folder);
  const binary = await compile(folder, compiler);
  // As `deno fmt` would leave it.
  const text = `/**
 * The bytes of \`${file}\`, made by \`deno task build:wasm\`.
 *
 * They are embedded because a module import of a .wasm file could not fall back where it fails.
 *
 * @module
 */

/** The module as base64. */
export const WASM =
  "${binary.toBase64()}";
`;
  if (!isCheck) {
    await Deno.writeFile(wasmFile, binary);
    await Deno.writeTextFile(bytesFile, text);
    console.log(`${file}: ${binary.length} bytes`);
    return;
  }
  const sameWasm = (await Deno.readFile(wasmFile)).toBase64() === binary.toBase64();
  const sameText = await Deno.readTextFile(bytesFile) === text;
  if (!sameWasm || !sameText) {
    const what = sameWasm ? `wasm_bytes.ts of ${file}` : file;
    console.error(`${what} is not what the source builds; run \`deno task build:wasm\``);
    Deno.exit(1);
  }
  console.log(`${file} is what the source builds (${binary.length} bytes)`);
}

async function compile(folder: URL, compiler: Compiler): Promise<Uint8Array<ArrayBuffer>> {
  const output = await Deno.makeTempFile({ suffix: ".wasm" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: compiler(output),
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
