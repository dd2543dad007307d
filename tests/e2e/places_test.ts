/** The places of `num:secret` over restarts: log lines and what `listen` prints. */

import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import { netListen } from "../../lib/mod.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { MAIN, Output } from "../support/listening.ts";
import { LogBook } from "../support/log_book.ts";
import { inDirectory } from "../support/directory.ts";

const SECRET = "open sesame";

/** Listens for two clients with unknown keys, one after the other, and returns the log. */
async function listenForTwo(root: string): Promise<LogBook> {
  const log = new LogBook();
  const listener = netListen("demo", "127.0.0.1", 0, (source, status) => {
    if (status.kind === "segment_request") source.acceptTarget();
  }, { keystore: root, log });
  listener.targetInput(`3:${SECRET}`);
  for (let i = 0; i < 2; i++) {
    const options = { key: freshKey(), secret: SECRET };
    using client = await TestClient.connect(listener.address.port, options);
    if (!await client.login()) continue;
    client.register();
    // The listener rekeys as soon as it has let the client in.
    await client.flush();
    while (client.session.state !== "established") assert(await client.read());
  }
  listener.abort();
  await listener.finished();
  return log;
}

Deno.test("a secret enrols as many unknown keys as it says, over restarts, and logs each", async () => {
  await inDirectory(async (root) => {
    const first = await listenForTwo(root);
    const enrolled = first.of("key-enrolled");
    assert.deepEqual(enrolled.map(({ fields }) => fields["places_left"]), [2, 1]);
    for (const { level, fields } of enrolled) {
      assert.equal(level, "info");
      assert.match(`${fields["key"]}`, /^[0-9a-f]{4}(-[0-9a-f]{4}){4}$/);
      assert.match(`${fields["client"]}`, /^127\.0\.0\.1:\d+$/);
    }
    const second = await listenForTwo(root);
    assert.deepEqual(second.of("key-enrolled").map(({ fields }) => fields["places_left"]), [0]);
    assert.deepEqual(second.of("login-refused").map(({ fields }) => fields["reason"]), [
      "no-slot-left",
    ]);
    assert.equal((await Keystore.open(root)).countFor("demo"), 3);

    assert.match(await greeting(root, "5"), /with the secret; 2 of 5 places for unknown keys that/);
    assert.match(await greeting(root, "0"), /^3 keys may log in, with the secret; to let one in/m);
  });
});

Deno.test("a damaged file of places ends listen before it binds the port", async () => {
  await inDirectory(async (root) => {
    await Keystore.open(root);
    await Deno.writeTextFile(`${root}/.spent-places`, "rubbish");
    assert.match(await greeting(root, "5"), /^error: line 1 of .* is damaged/m);
  });
});

/** What `listen` prints when it starts. */
async function greeting(root: string, count: string): Promise<string> {
  await using process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", MAIN, "listen", "demo", "127.0.0.1", "0"],
      ...["--keystore", root, "--secret", `${count}:${SECRET}`],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = new Output(process.stderr);
  const [ready] = await output.until(/^(\d keys? may log in|error: ).*\n/m);
  if (!ready.startsWith("error")) process.kill("SIGINT");
  const text = await output.rest();
  assert.equal((await process.status).code, ready.startsWith("error") ? 1 : 0);
  assert(!text.includes(SECRET));
  return text;
}
