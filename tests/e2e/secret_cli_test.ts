/** Secrets by streams and variables of real processes: read as they are, and in no output. */

import assert from "node:assert/strict";
import { Listening, MAIN } from "../support/listening.ts";
import { inDirectory } from "../support/directory.ts";

/** Runs a script of the shell in which `net-listen` is the program. */
async function shell(script: string): Promise<{ code: number; output: string }> {
  let result = { code: -1, output: "" };
  await inDirectory(async (directory) => {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", `net_listen() { "$DENO" run -A "$MAIN" "$@"; }; ${script}`],
      cwd: directory,
      env: {
        DENO: Deno.execPath(),
        MAIN,
        NO_COLOR: "1",
        A12_SECRET: "",
        ARCAN_STATEPATH: directory,
      },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    result = { code, output: text(stdout) + text(stderr) };
  });
  return result;
}

/** `hemlig` with a byte of Latin-1 in it. */
const LATIN_1 = `printf '0:hem\\344lig'`;

const SOURCES: readonly [name: string, script: string, message: RegExp][] = [
  ["a variable", `A12_SECRET=$(${LATIN_1}) net_listen listen --debug`, /variable A12_SECRET has/],
  [
    "standard input",
    `${LATIN_1} | net_listen connect a --secret-stdin`,
    /the secret in standard input is not UTF-8/,
  ],
  [
    "a pipe by its path",
    `${LATIN_1} | net_listen listen --secret-file /dev/stdin`,
    /the secret in \/dev\/stdin is not UTF-8/,
  ],
  ["an argument", `net_listen listen --secret "$(${LATIN_1})" --debug`, /--secret has bytes/],
];

for (const [name, script, message] of SOURCES) {
  Deno.test(`a secret in ${name} that is not UTF-8 is refused and not shown`, async () => {
    const { code, output } = await shell(script);
    assert.equal(code, 2, output);
    assert.match(output, /^error: [^\n]* UTF-8/);
    assert.match(output, message);
    assert.doesNotMatch(output, /hem|lig\b/);
  });
}

Deno.test("standard input with a byte order mark gives the same secret as a file with one", async () => {
  const bytes = String.raw`printf '\357\273\277%032d\r\n' 0`;
  for (const source of ["--secret-stdin", "--secret-file /dev/stdin"]) {
    const { code, output } = await shell(`${bytes} | net_listen connect a ${source}`);
    assert.equal(code, 2);
    // Neither the mark nor the line end counts.
    assert.match(output, /the secret has 32 bytes of UTF-8, must have 1 to 31/);
  }
});

Deno.test("a path that is not UTF-8 is refused before anything is created", async () => {
  const options = ["--keystore", "--record", "--snapshot", "--handler", "--secret-file"];
  for (const option of options) {
    const { code, output } = await shell(
      `net_listen listen ${option} "$(printf 'a\\344')"; code=$?; ls -a | wc -l; exit $code`,
    );
    assert.equal(code, 2);
    // Nothing but `.` and `..`.
    assert.match(output, /^\s*2\n/);
    assert(output.includes(`error: ${option} has bytes that are not UTF-8\n`), output);
  }
  for (const variable of ["ARCAN_STATEPATH", "XDG_STATE_HOME"]) {
    const { code, output } = await shell(
      `unset ARCAN_STATEPATH; ${variable}="$(printf '/nowhere\\344')" net_listen keystore show`,
    );
    assert.equal(code, 2);
    assert.equal(
      output,
      `error: the environment variable ${variable} has bytes that are not UTF-8\n`,
    );
  }
});

Deno.test("a program of --pipe does not get the secret's variable", async () => {
  await using listening = await Listening.startAfter(
    "export A12_SECRET=0:hemlig",
    "--pipe",
    "env >&2; cat >&2",
  );
  await listening.err.until(/^PATH=/m);
  await listening.err.until(/"kind":"preroll"/);
  await listening.stop();
  assert.doesNotMatch(await listening.err.rest(), /A12_SECRET|hemlig/);
});
