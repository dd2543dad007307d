/** README: the table of log lines, and the filter for fail2ban. */

import assert from "node:assert/strict";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import { inDirectory } from "../support/directory.ts";
import { Listening, TestSource } from "../support/listening.ts";
import { has } from "../support/programs.ts";

const ROOT = new URL("../../", import.meta.url);
const README = Deno.readTextFileSync(new URL("README.md", ROOT));
const SECTION = README.slice(README.indexOf("### Log lines"), README.indexOf("### Permissions"));
const LISTED = new Set(
  [...SECTION.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, names]) =>
    [...names!.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name!)
  ),
);
/** A line that is logged; an event may be made from a kind and a suffix. */
const LOGGED = /(?:\(\s*"(?:info|warn|error)",\s*|event: |note\(|onError\()(["`])([^"`\s]+)\1/g;

/** Events whose level is computed, which {@linkcode LOGGED} does not find. */
const LEVEL_VARIES = ["pipe-ended", "login-refused"];

function* sources(directory: URL): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, directory));
    else if (name.endsWith(".ts")) yield Deno.readTextFileSync(new URL(name, directory));
  }
}

Deno.test("README: the table of log lines has the events that the code logs, and no others", () => {
  const logged = new Set<string>();
  for (const folder of ["lib/", "keystore/"]) {
    for (const text of sources(new URL(folder, ROOT))) {
      for (const [, , event] of text.matchAll(LOGGED)) logged.add(event!);
    }
  }
  const suffixes = [...logged].filter((event) => event.startsWith("$")).map((event) =>
    event.replace(/^\$\{.*\}/, "")
  );
  const plain = [...logged].filter((event) => /^[a-z0-9-]+$/.test(event));
  assert.deepEqual(plain.filter((event) => !LISTED.has(event)), [], "not in the table");
  const unknown = [...LISTED].filter((event) =>
    !logged.has(event) && !suffixes.some((suffix) => event.endsWith(suffix)) &&
    !LEVEL_VARIES.includes(event)
  );
  assert.deepEqual(unknown, [], "not in the code");
});

Deno.test({
  name: "README: the filter for fail2ban finds refused logins in a real log, and nothing else",
  ignore: !await has("fail2ban-regex"),
  fn: async () => {
    const [, filter] = /```ini\n(\[Definition\][^]*?)```/.exec(SECTION)!;
    await using listening = await Listening.start("--log-file", "DIR/log");
    const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
    await (await listening.connect()).close();
    for (let i = 0; i < 3; i++) {
      const stranger = new PrivateKey(crypto.getRandomValues(new Uint8Array(32)));
      await assert.rejects(TestSource.connect(Number(port), stranger, "test", "tui"));
    }
    (await Deno.connect({ port: Number(port) })).close();
    assert.equal(await listening.stop(), 0);
    await inDirectory(async (directory) => {
      const more = [
        'client=[2001:db8::7]:51234 key=3f2a-91bc-07de-55aa-c1d2 reason=wrong-secret detail="x"',
        String.raw`client=192.0.2.1:1 key=3f2a comment="a \" b" reason=key-not-for-name detail="x"`,
        'client=192.0.2.2:1 key=3f2a comment=friend reason=key-not-for-name detail="x"',
        // The owner of a key has no say in what the line means.
        'client=192.0.2.3:1 key=3f2a comment="x reason=unknown-key" reason=key-expired detail="x"',
      ].map((rest) => `2026-07-10T12:00:00.000Z warn login-refused ${rest}\n`).join("");
      const log = `${directory}/log`;
      const lines = Deno.readTextFileSync(`${listening.directory}/log`) + more;
      // What fail2ban reads from the journal has the machine and the program in front.
      const journal = lines.replace(/^(?=.)/gm, "host net-listen-demo[7]: ");
      // A client chooses what stands in a record of standard output.
      const forged = 'host net-listen-demo[7]: {"message":"x warn login-refused ' +
        "client=192.0.2.9:9 reason=wrong-secret\n";
      await Deno.writeTextFile(log, lines + journal + forged);
      await Deno.writeTextFile(`${directory}/net-listen.conf`, filter!);
      const { stdout, stderr } = await new Deno.Command("fail2ban-regex", {
        args: [log, `${directory}/net-listen.conf`, "--out", "ip"],
      }).output();
      const ips = new TextDecoder().decode(stdout).trim().split("\n");
      const found = [
        "127.0.0.1",
        "127.0.0.1",
        "127.0.0.1",
        "2001:db8::7",
        "192.0.2.1",
        "192.0.2.2",
      ];
      assert.deepEqual(ips, [...found, ...found], new TextDecoder().decode(stderr));
    });
  },
});
