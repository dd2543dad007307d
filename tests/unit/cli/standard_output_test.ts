import assert from "node:assert/strict";
import { OUTPUT_BATCH_UNITS, OUTPUT_PIECE_BYTES } from "../../../lib/limits.ts";

const MODULE = import.meta.resolve("../../../lib/cli/standard_output.ts");
const PROGRAM = `
  import { standardOutput } from "${MODULE}";
  const { stream, pieceBytes } = standardOutput();
  console.error(pieceBytes);
  const lines = new TextEncoder().encode(("x".repeat(99) + "\\n").repeat(pieceBytes / 100));
  if (await stream.write(lines) !== lines.length) console.error("not whole");
`;

/** Runs the program with an output and permissions. @returns What it says about its output, and its size. */
async function run(stdout: "piped" | "null", ...permissions: string[]): Promise<[string, number]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", ...permissions, "-"],
    stdin: "piped",
    stdout,
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  const output = await child.output();
  const size = stdout === "null" ? 0 : output.stdout.length;
  return [new TextDecoder().decode(output.stderr), size];
}

Deno.test("a pipe takes a large write as a whole", async () => {
  const bytes = Math.floor(OUTPUT_BATCH_UNITS / 100) * 100;
  assert.deepEqual(await run("piped", "-A"), [`${OUTPUT_BATCH_UNITS}\n`, bytes]);
});

Deno.test("what is no pipe, or may not be opened, gets small writes", async () => {
  const small = `${OUTPUT_PIECE_BYTES}\n`;
  assert.deepEqual(await run("null", "-A"), [small, 0]);
  const bytes = Math.floor(OUTPUT_PIECE_BYTES / 100) * 100;
  assert.deepEqual(await run("piped"), [small, bytes]);
  assert.deepEqual(await run("piped", "--allow-read", "--allow-write"), [small, bytes]);
});
