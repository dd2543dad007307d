import assert from "node:assert/strict";
import type { CliIo } from "../../../lib/cli/io.ts";
import { runCli } from "../../../lib/cli/program.ts";
import { makeProgram } from "../../../main.ts";

/** @returns The first line of the refusal. */
async function refusal(...flags: string[]): Promise<string> {
  let stderr = "";
  const io: CliIo = {
    out() {},
    err: (text) => void (stderr += text),
    env: { get: () => undefined, delete() {} },
  };
  assert.equal(await runCli(await makeProgram(io), ["listen", "demo", ...flags], io), 2, stderr);
  return stderr.split("\n")[0]!;
}

const REFUSED: readonly [flags: string, message: RegExp][] = [
  [
    "--web demo",
    /'--web \[address\]' argument 'demo' is invalid\. It must be an address and a port/,
  ],
  ["--web 7000", /It must be an address and a port/],
  ["--web unix:/a", /It must be an address and a port/],
  ["--web ::1", /It must be an address and a port/],
  ["--web 127.0.0.1:65536", /It must be an address and a port/],
  ["--web-cert a", /--web-cert needs --web$/],
  ["--web-key a", /--web-key needs --web$/],
  ["--web-host a", /--web-host needs --web$/],
  ["--web-behind-proxy", /--web-behind-proxy needs --web$/],
  ["--web --web-cert a", /--web-cert FILE and --web-key FILE need each other/],
  ["--web --web-key a", /--web-cert FILE and --web-key FILE need each other/],
  ["--web 0.0.0.0:0", /other machines can reach --web 0\.0\.0\.0:0: give --web-cert FILE and/],
  ["--web 192.0.2.1:0", /other machines can reach .*--web-behind-proxy if a proxy in front speaks/],
  ["--web [::]:0 --web-host a.example", /other machines can reach/],
  ["--web 128.0.0.1:0", /other machines can reach/],
  ["--web 127.0.0.1.example:0", /other machines can reach/],
  ["--web [::ffff:127.0.0.1]:0", /other machines can reach/],
  ["--web 0.0.0.0:0 --web-behind-proxy", /--web-behind-proxy needs --web-host NAME/],
  ["--web --web-behind-proxy", /--web-behind-proxy needs --web-host NAME/],
  ["--web [::]:0 --web-cert a --web-key b", /--web \[::\]:0 needs --web-host NAME/],
  ["--web --web-host https://a.example", /It must be a name such as demo\.example\.org/],
  ["--web --web-host a.example/b", /It must be a name/],
  ["--web --web-host a@b", /It must be a name/],
  ["--web --web-host a.example:99999", /It must be a name/],
];

for (const [flags, message] of REFUSED) {
  Deno.test(`listen ${flags} is refused`, async () => {
    assert.match(await refusal(...flags.split(" ")), message);
  });
}
