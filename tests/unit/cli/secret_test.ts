/** A secret from a file: its bytes, its end, its mode. */

import assert from "node:assert/strict";
import { readSecret } from "../../../lib/cli/secret.ts";
import { UsageError } from "../../../lib/cli/errors.ts";
import type { CliIo } from "../../../lib/cli/io.ts";
import { MAX_SECRET_LINE_BYTES } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";

const BOM = [0xef, 0xbb, 0xbf];
const bytes = (text: string) => [...new TextEncoder().encode(text)];

function recorder(variables: Record<string, string> = {}) {
  const said = { stderr: "", variables };
  const io: CliIo = {
    out: () => assert.fail("no secret is printed"),
    err: (text) => void (said.stderr += text),
    env: {
      get: (name) => variables[name],
      delete: (name) => void delete variables[name],
    },
  };
  return { io, said };
}

async function readFile(content: number[], mode = 0o600) {
  const { io, said } = recorder();
  let secret: string | undefined;
  let path = "";
  let error: unknown;
  await inDirectory(async (directory) => {
    path = `${directory}/secret`;
    await Deno.writeFile(path, Uint8Array.from(content), { mode });
    await Deno.chmod(path, mode);
    try {
      secret = await readSecret({ secretFile: path }, "SECRET", io);
    } catch (caught) {
      error = caught;
    }
  });
  return { secret, error, path, stderr: said.stderr };
}

const LINES: readonly [name: string, content: number[], secret: string][] = [
  ["without an end", bytes("hemlig"), "hemlig"],
  ["with a line feed", bytes("hemlig\n"), "hemlig"],
  ["with CR LF", bytes("hemlig\r\nmore"), "hemlig"],
  ["with CR at the end of the file", bytes("hemlig\r"), "hemlig"],
  ["with more lines, which are not read", [...bytes("å\n"), 0xff], "å"],
  ["behind a byte order mark", [...BOM, ...bytes("hemlig\r\n")], "hemlig"],
  ["with a second byte order mark, which is text", [...BOM, ...BOM, 0x61], "\ufeffa"],
  ["that is as long as it may be", bytes("x".repeat(MAX_SECRET_LINE_BYTES) + "\n"), ""],
];

for (const [name, content, secret] of LINES) {
  Deno.test(`a secret file ${name}`, async () => {
    const result = await readFile(content);
    assert.equal(result.error, undefined);
    assert.equal(result.secret, secret || "x".repeat(MAX_SECRET_LINE_BYTES));
    assert.equal(result.stderr, "");
  });
}

const REFUSED: readonly [name: string, content: number[], message: RegExp][] = [
  ["in Latin-1", [...bytes("hem"), 0xe4, ...bytes("lig\n")], /is not UTF-8; convert it to UTF-8/],
  [
    "in Latin-1 behind a mark",
    [...BOM, ...bytes("hemli"), 0xe4],
    /is not UTF-8; convert it to UTF-8/,
  ],
  [
    "that ends within a character",
    [...bytes("hem"), 0xe2, 0x82],
    /is not UTF-8; convert it to UTF-8/,
  ],
  ["in UTF-16", [0xff, 0xfe, 0x68, 0, 0x65, 0, 0x6d, 0], /is not UTF-8; convert it to UTF-8/],
  ["with a line that is too long", bytes("hem".repeat(100) + "\n"), /more than 256 bytes/],
];

for (const [name, content, message] of REFUSED) {
  Deno.test(`a secret file ${name} is refused with its path and without its content`, async () => {
    const { error, path } = await readFile(content);
    assert(error instanceof UsageError);
    assert.match(error.message, message);
    assert(error.message.includes(path));
    const all = `${error.message}${error.stack}${error.cause}`.replaceAll(path, "");
    assert(!all.includes("hem"), all);
  });
}

Deno.test("a secret file that other users can read or write is one warning with the command that mends it", async () => {
  for (const mode of [0o640, 0o604, 0o620, 0o602]) {
    const { secret, path, stderr } = await readFile(bytes("hemlig"), mode);
    assert.equal(secret, "hemlig");
    const shown = mode.toString(8).padStart(4, "0");
    assert.equal(
      stderr,
      `warning: ${path} has mode ${shown}: other users can use the secret in it; ` +
        `run chmod go-rwx ${path}\n`,
    );
  }
});

Deno.test("the variable with the secret is removed from the environment, whether used or not", async () => {
  const used = recorder({ A12_SECRET: "2:hemlig" });
  assert.equal(await readSecret({}, "SECRET", used.io), "2:hemlig");
  assert.deepEqual(used.said.variables, {});
  const unused = recorder({ A12_SECRET: "2:hemlig" });
  assert.equal(await readSecret({ secret: "0:other" }, "SECRET", unused.io), "0:other");
  assert.deepEqual(unused.said.variables, {});
  assert.equal(await readSecret({}, "SECRET", recorder({ A12_SECRET: "" }).io), undefined);
});
