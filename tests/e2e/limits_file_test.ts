/** `listen --limits`: limits from a file that SIGHUP rereads. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { ControlClient } from "../../lib/control/mod.ts";
import { controlOf, ctl } from "../support/ctl.ts";
import { Listening, type TestSource } from "../support/listening.ts";

const FIRST = "max-clients = 9 # for a start\\nmax-segments = 4\\nmax-silence = 50s\\n";
const SCRIPT = `printf '${FIRST}' >limits`;
const FLAGS = ["--limits", "DIR/limits", "--max-segments", "3"];

const replace = async (listening: Listening, text: string) => {
  await Deno.writeTextFile(`${listening.directory}/limits`, text);
  listening.process.kill("SIGHUP");
};

async function limitsOf(control: ControlClient) {
  const rows = await control.call("limits", {});
  const names = ["max-clients", "max-segments", "max-silence", "max-session"];
  return names.map((name) => rows.find((row) => row.name === name)!.value);
}

for (const more of [[], ["--workers", "2"]]) {
  Deno.test(`SIGHUP rereads the limits, and keeps them when the new ones are bad ${more}`, async () => {
    await using listening = await Listening.startAfter(SCRIPT, ...FLAGS, ...more);
    const clients: TestSource[] = [];
    for (let i = 0; i < 4; i++) clients.push(await listening.connect(`${i}`));
    using control = await controlOf(listening);
    assert.deepEqual(await limitsOf(control), [9, 3, 50, undefined]);

    await replace(listening, "max-session = 1s\nmax-clients = many\n");
    await listening.err.until(
      / error reload-failed part=limits detail=".*\/limits:2: max-clients = \\"many\\": it must be a number from 1 to 4096"\n/,
    );
    assert.deepEqual(await limitsOf(control), [9, 3, 50, undefined]);
    for (const client of clients) await client.showText("still there");

    await replace(listening, "max-session = 1s\nmax-clients = 2\nmax-segments = 7\n");
    await listening.err.until(/ info reloaded parts=keystore,limits\n/);
    // The option wins over the file, and what the file does not set has its default.
    assert.deepEqual(await limitsOf(control), [2, 3, 100, 1]);
    for (const client of clients) {
      await client.until(() => client.lastWords !== undefined);
      assert.equal(client.lastWords, "session ended after 1 s");
    }
    const { out } = await ctl(listening, ["stats"]);
    assert.match(out, /^max-session +\d+ +1 +s$/m);
    assert.match(out, /^login-timeout +10 +s +fixed$/m);
    assert.equal(await listening.stop(), 0);
    assert.equal((await listening.err.rest()).match(/reload-failed/g)!.length, 1);
  });
}

Deno.test("a worker that begins after SIGHUP has the new limits", async () => {
  const handler = fileURLToPath(new URL("../support/worker_handler.ts", import.meta.url));
  await using listening = await Listening.startAfter(
    SCRIPT,
    ...[...FLAGS, "--workers", "2", "--handler", handler],
  );
  const first = await listening.connect();
  await first.activated();
  // Long enough for a client to say something.
  await replace(listening, "max-session = 3s\n");
  await listening.err.until(/ info reloaded /);
  // Sooner or later both workers have ended.
  for (let ended = 0; ended < 2; ended++) {
    const client = await listening.connect();
    client.ident("end worker");
    await listening.err.until(new RegExp(`(worker-replaced[^]*){${ended + 1}}`));
  }
  const last = await listening.connect();
  await last.until(() => last.lastWords !== undefined);
  assert.equal(last.lastWords, "session ended after 3 s");
});

Deno.test("listen does not begin with a mistake in the file of limits", async () => {
  await using listening = await Listening.startAfter("echo max-client=1 >limits", ...FLAGS);
  assert.equal((await listening.process.status).code, 2);
  assert.match(
    await listening.err.rest(),
    /^error: .*\/limits:1: there is no limit "max-client"; the limits are max-clients, .*exempt$/m,
  );
});
