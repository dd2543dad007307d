/** `listen --log-format json`: every line on standard error is JSON. */

import assert from "node:assert/strict";
import { Listening } from "../support/listening.ts";

interface Line {
  readonly time: string;
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

function parse(text: string): Line[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("--log-format json: the keystore, warnings and addresses are log lines", async () => {
  await using listening = await Listening.startAfter(
    "echo rubbish >keystore/accepted/bad && printf 0:secret >secret && chmod 644 secret",
    ...["--log-format", "json", "--secret-file", "secret"],
  );
  const [, port] = await listening.err.until(/"address":"127\.0\.0\.1:(\d+)"/);
  // It knows the key, and not the secret.
  await assert.rejects(listening.connectTo(Number(port)));
  await listening.err.until(/login-refused/);
  assert.equal(await listening.stop(), 0);
  const lines = parse(await listening.err.rest());
  const of = (event: string) => lines.find((line) => line.event === event)!;
  assert.equal(of("secret-file-mode").level, "warn");
  assert.equal(of("keystore")["path"], `${listening.directory}/keystore`);
  assert.match(String(of("keystore-warning")["path"]), /accepted\/bad$/);
  const { name, keys, fingerprint } = of("listening");
  assert.deepEqual([name, keys], ["demo", 1]);
  assert.match(String(fingerprint), /^[0-9a-f]{4}(-[0-9a-f]{4}){4}$/);
  assert.ok(lines.every(({ time, level, event }) => time && level && event));
});

Deno.test("--log-format json: stopping is a log line", async () => {
  await using listening = await Listening.start("--log-format", "json", "--record", "DIR/rec");
  const [, port] = await listening.err.until(/"address":"127\.0\.0\.1:(\d+)"/);
  const client = await listening.connectTo(Number(port));
  await client.activated();
  assert.equal(await listening.stop(), 0);
  const lines = parse(await listening.err.rest());
  assert.equal(lines.find(({ event }) => event === "stopping")!["clients"], 1);
});

Deno.test("--log-format json: the error that ends it is a log line", async () => {
  await using listening = await Listening.start(
    ...["--log-format", "json", "--debug", "--secret-file", "gone"],
  );
  assert.equal((await listening.process.status).code, 2);
  const [failed, ...rest] = parse(await listening.err.rest());
  assert.deepEqual([failed!.level, failed!.event, rest], ["error", "command-failed", []]);
  assert.match(String(failed!["detail"]), /^cannot read the secret from gone: /);
  assert.match(String(failed!["stack"]), /^UsageError: cannot read .*\n +at /);
});
