/** The keystore command with keys from pipes, and from files that were written on Windows. */

import assert from "node:assert/strict";
import { inDirectory } from "../support/directory.ts";
import { readAccepted, testKeyText } from "../support/keystore.ts";

const MAIN = new URL("keystore_cli_main.ts", import.meta.url).pathname;
const [one, two] = [testKeyText(1), testKeyText(2)];

/** Runs a script in which `ks` is the keystore command. */
async function shell(root: string, script: string): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `ks() { "$DENO" run -A --no-check "$MAIN" keystore "$@"; }; ${script}`],
    env: { DENO: Deno.execPath(), MAIN, ARCAN_STATEPATH: root, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, output: text(stdout) + text(stderr) };
}

Deno.test("a key is added and removed by the path of standard input", async () => {
  await inDirectory(async (root) => {
    const added = await shell(root, `echo ${one} | ks add demo /dev/stdin`);
    assert.equal(added.code, 0, added.output);
    assert.deepEqual(readAccepted(`${root}/a12`), [`demo ${one}\n`]);
    const removed = await shell(root, `echo ${one} | ks remove /dev/stdin`);
    assert.equal(removed.code, 0, removed.output);
    assert.deepEqual(readAccepted(`${root}/a12`), []);
  });
});

Deno.test("a key is added from a process substitution with a byte order mark", async () => {
  await inDirectory(async (root) => {
    const file = String.raw`<(printf '\357\273\277%s\r\n' ${two})`;
    const added = await shell(root, `ks add demo ${file}`);
    assert.equal(added.code, 0, added.output);
    assert.deepEqual(readAccepted(`${root}/a12`), [`demo ${two}\n`]);
  });
});

Deno.test("endless input is refused as too large for a key", async () => {
  await inDirectory(async (root) => {
    const { code, output } = await shell(root, "ks add demo /dev/zero");
    assert.equal(code, 1);
    assert.match(output, /\/dev\/zero has more than 65536 bytes, too many for a key/);
  });
});

Deno.test("a hostkeys file on standard input is recognised as a private key", async () => {
  await inDirectory(async (root) => {
    await shell(root, "ks show");
    const file = `${root}/a12/hostkeys/work`;
    Deno.writeTextFileSync(file, `localhost ${one}\n`, { mode: 0o600 });
    const { code, output } = await shell(root, `ks add demo /dev/stdin < ${file}`);
    assert.equal(code, 1);
    assert.match(output, /\/dev\/stdin holds a private key/);
    assert.deepEqual(readAccepted(`${root}/a12`), []);
  });
});
