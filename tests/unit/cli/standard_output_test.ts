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

/**
 * Runs the program with permissions.
 *
 * @param place Where its output goes; a pipe when empty.
 * @returns What it says about its output, and the size of that.
 */
async function run(place: string, ...permissions: string[]): Promise<[string, number]> {
  const program = [Deno.execPath(), "run", "--no-check", "--no-prompt", ...permissions, "-"];
  const command = new Deno.Command("sh", {
    args: ["-c", place === "" ? 'exec "$0" "$@"' : 'exec "$0" "$@" >"$PLACE"', ...program],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", PLACE: place },
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  const output = await child.output();
  const size = place === "" ? output.stdout.length : Deno.statSync(place).size;
  return [new TextDecoder().decode(output.stderr), size];
}

Deno.test("a pipe, a file and /dev/null take a large write as a whole", async () => {
  const large = `${OUTPUT_BATCH_UNITS}\n`;
  const bytes = Math.floor(OUTPUT_BATCH_UNITS / 100) * 100;
  assert.deepEqual(await run("", "-A"), [large, bytes]);
  assert.deepEqual(await run("/dev/null", "-A"), [large, 0]);
  const file = Deno.makeTempFileSync();
  try {
    assert.deepEqual(await run(file, "-A"), [large, bytes]);
  } finally {
    Deno.removeSync(file);
  }
});

Deno.test("what may not be looked at or opened gets small writes", async () => {
  const small = `${OUTPUT_PIECE_BYTES}\n`;
  const bytes = Math.floor(OUTPUT_PIECE_BYTES / 100) * 100;
  assert.deepEqual(await run(""), [small, bytes]);
  assert.deepEqual(await run("", "--allow-read", "--allow-write"), [small, bytes]);
});
