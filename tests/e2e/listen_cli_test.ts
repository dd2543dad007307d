/** Command lines of `listen` that make no sense: one line of error, and a code. */

import assert from "node:assert/strict";
import { runCli } from "../../lib/cli/program.ts";
import { makeProgram } from "../../main.ts";
import { keptIo } from "../support/cli_io.ts";
import { Listening } from "../support/listening.ts";

const USAGE = 2;
const FAILURE = 1;
/** Stands for the directory of the test. */
const DIR = "DIR";

const CASES: readonly [args: string[], code: number, error: RegExp][] = [
  [
    ["de mo"],
    USAGE,
    /the name "de mo" has the character " "; only a-z, A-Z, 0-9 and _ are allowed/,
  ],
  [["a".repeat(31)], USAGE, /has 31 characters; at most 30 are allowed/],
  [[""], USAGE, /the argument name is empty/],
  [["demo", "127.0.0.1", "65536"], USAGE, /'65536' is invalid.*A port is a number from 0 to 65535/],
  [["demo", "127.0.0.1", "0", "more"], USAGE, /too many arguments/],
  [["demo", "127.0.0.1", "0", "--port", "5"], USAGE, /the port is given as 0 and by --port as 5/],
  [["demo", "127.0.0.1", "PORT"], FAILURE, /127\.0\.0\.1:\d+ is in use by another program/],
  [["demo", "192.0.2.1", "0"], FAILURE, /192\.0\.2\.1:0 is not an address of this machine/],
  [["demo", "fe80::1", "0"], FAILURE, /fe80::1 is a link-local address and needs its interface/],
  [["demo", "[fe80::1%nosuch0]"], FAILURE, /there is no interface nosuch0/],
  [["--handler", "gone.ts"], USAGE, /cannot load the handler gone\.ts: Module not found/],
  [["--snapshot", "/dev/null/x"], USAGE, /--snapshot cannot write to \/dev\/null\/x: /],
  [
    ["--size", "0x5"],
    USAGE,
    /'0x5' is invalid.*It must be a size such as 1280x720, each side 1 to 8192/,
  ],
  [["--h264", "pass"], USAGE, /--h264 pass needs --handler FILE/],
  [["--log-format", "xml"], USAGE, /Allowed choices are text, json/],
  [["--secret", "no number"], USAGE, /the secret must be given as "num:secret"/],
  [["--secret", `0:${"x".repeat(32)}`], USAGE, /32 bytes of UTF-8, must have 1 to 31/],
  [["--secret-file", "gone"], USAGE, /gone/],
  [["--keystore", `${DIR}/file`], FAILURE, /cannot make the directory .*file/],
  [["--veiw"], USAGE, /unknown option '--veiw'\n\(Did you mean --view\?\)/],
];

for (const [args, code, error] of CASES) {
  Deno.test(`listen ${args.join(" ").slice(0, 40)} ends with ${code}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "listen-cli-test-" });
    const busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    try {
      await Deno.writeTextFile(`${directory}/file`, "");
      const given = args.map((arg) =>
        arg === "PORT" ? String((busy.addr as Deno.NetAddr).port) : arg.replace(DIR, directory)
      );
      const env = { get: (name: string) => name === "ARCAN_STATEPATH" ? directory : undefined };
      const io = Object.assign(keptIo(), { env: { ...env, delete() {} } });
      assert.equal(await runCli(await makeProgram(io), ["listen", ...given], io), code, io.stderr);
      assert.match(io.stderr, error);
      assert.equal(io.stderr.match(/^error: /gm)?.length, 1);
      assert.equal(io.stdout, "", "nothing was begun");
    } finally {
      busy.close();
      await Deno.remove(directory, { recursive: true });
    }
  });
}

Deno.test("a handler that never returns affects no other client and delays no stop", async () => {
  const module = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    module,
    `export default {
      ident(client: any, status: any) {
        console.log(client.id, status.message);
        if (status.message === "hang") return new Promise(() => {});
      },
    };`,
  );
  await using listening = await Listening.start("--handler", module);
  const stuck = await listening.connect("stuck");
  const other = await listening.connect("other");
  stuck.ident("hang");
  await listening.out.until(/^2 hang$/m);
  for (let i = 0; i < 5; i++) {
    stuck.ident("more");
    other.ident(`still here ${i}`);
    await listening.out.until(new RegExp(`^3 still here ${i}$`, "m"));
  }
  assert.doesNotMatch(listening.out.text, /more/);
  assert.equal(await listening.stop(), FAILURE);
  assert.match(
    await listening.err.rest(),
    / warn stopped-with-handlers detail="a handler has not returned"$/m,
  );
  await Deno.remove(module);
});
