/** Conditions of keys on the command line: exit code, stdout and stderr. */
import assert from "node:assert/strict";
import { drawQr } from "../../lib/cli/qr.ts";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import { withBench } from "../support/keystore_cli.ts";
import { readAccepted, testKey, testKeyText, writeAccepted } from "../support/keystore.ts";

const one = testKeyText(1);
const print = fingerprint(testKey(1));
const ALL = [
  ...["--comment", "Anna's laptop", "--expires", "2999-12-31"],
  ...["--from", "192.0.2.0/24,::1", "--from", "2001:db8::/32", "--max-clients", "2"],
];
const SHOWN = `"Anna's laptop"; expires 2999-12-31T00:00:00Z; ` +
  `from 192.0.2.0/24, ::1, 2001:db8::/32; at most 2 clients`;

Deno.test("add, set and list show the conditions of a key", async () => {
  await withBench(async ({ root, run }) => {
    const ok = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(...args);
      assert.deepEqual([code, stderr], [0, ""], args.join(" "));
      return stdout.replaceAll(/accepted\/[a-u]{8}/g, "FILE");
    };
    assert.equal(
      await ok("add", "demo", one, ...ALL),
      `added ${print} for demo (FILE): ${SHOWN}\n`,
    );
    assert.equal(
      await ok("add", "demo", one),
      `nothing changed: ${print} is there already, for demo (FILE): ${SHOWN}\n`,
    );
    const [heading, row] = (await ok("list")).split("\n");
    assert.ok(heading!.endsWith("CONDITIONS"));
    assert.ok(row!.endsWith(`  ${SHOWN}`), row);
    const [json] = JSON.parse(await ok("list", "--json"));
    assert.deepEqual([json.comment, json.expires, json.from, json.maxClients], [
      "Anna's laptop",
      "2999-12-31T00:00:00Z",
      ["192.0.2.0/24", "::1", "2001:db8::/32"],
      2,
    ]);
    assert.equal(
      await ok("set", print, "--no-from", "--no-comment", "--max-clients", "1"),
      `${print} for demo: expires 2999-12-31T00:00:00Z; at most 1 client\n`,
    );
    assert.equal(
      await ok("set", one, "--no-expires", "--no-max-clients"),
      `${print} for demo: no conditions\n`,
    );
    assert.deepEqual(readAccepted(root), [`demo ${one}\n`]);
    assert.equal(
      await ok("add", "demo", one, "--comment", "x"),
      `changed the conditions of ${print} for demo (FILE): "x"\n`,
    );
  });
});

Deno.test("a key with a damaged condition is listed as refused", async () => {
  await withBench(async ({ root, run }) => {
    await run("show");
    writeAccepted(root, "aaaaaaaa", `demo,expires=soon ${one}\n`);
    const { code, stdout, stderr } = await run("list");
    assert.equal(code, 0);
    assert.match(stdout, /refused, as the time "soon" is invalid; write it as 2026-/);
    assert.match(stderr, /^warning: .*aaaaaaaa:1: the key is refused: the time "soon" is invalid/);
    const set = await run("set", one, "--expires", "1d");
    assert.equal(set.code, 1);
    assert.match(
      set.stderr,
      /error: the time "soon" is invalid; .*repair line 1 of .*aaaaaaaa, or/,
    );
  });
});

Deno.test("show --qr draws our key above its text", async () => {
  await withBench(async ({ run }) => {
    const { stdout: plain } = await run("show");
    const { code, stdout } = await run("show", "--qr");
    assert.equal(code, 0);
    const [key = ""] = plain.split("\n");
    assert.equal(stdout, drawQr(key, false) + plain);
    assert.ok(stdout.split("\n").every((line) => line.length <= 80), "it fits on a terminal");
    const both = await run("show", "--qr", "--json");
    assert.deepEqual([both.code, both.stdout], [2, ""]);
  });
});

const MISTAKES: readonly [args: readonly string[], message: RegExp][] = [
  [["set", one], /nothing to set: give a condition/],
  [["set", one, "--expires", "2020-01-01"], /It is in the past; .*"keystore remove"/],
  [["set", one, "--expires", "soon"], /It must be a date such as/],
  [["set", one, "--expires", "2027-02-30"], /It must be a date such as/],
  [["set", one, "--expires", "1d", "--expires", "2d"], /--expires is given twice/],
  [["set", one, "--from", "192.0.2.7/24"], /the network is 192\.0\.2\.0\/24/],
  [["set", one, "--from", "::1", "--from", "example.org"], /no address or network/],
  [["set", one, "--from", ""], /--from is empty/],
  [["set", one, "--max-clients", "0"], /must be a number from 1 to/],
  [["set", one, "--comment", "a\nb"], /the comment has control characters/],
  [["set", one, "--comment", "x".repeat(101)], /the comment has 101 characters; at most 100/],
  [
    ["set", one, "--from", Array.from({ length: 33 }, (_, i) => `10.0.0.${i}`).join()],
    /at most 32/,
  ],
];

Deno.test("mistakes in conditions are told, exit with 2, and change nothing", async () => {
  await withBench(async ({ root, run }) => {
    await run("add", "demo", one);
    for (const [args, message] of MISTAKES) {
      const { code, stdout, stderr } = await run(...args);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, message);
    }
    assert.deepEqual(readAccepted(root), [`demo ${one}\n`]);
    const missing = await run("set", testKeyText(2), "--expires", "1d");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /no accepted key has the file name or public key/);
  });
});
