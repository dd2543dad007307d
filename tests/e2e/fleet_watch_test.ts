/** `fleet watch`. */

import assert from "node:assert/strict";
import { addToFleet } from "../support/fleet.ts";
import { Listening, MAIN, Output } from "../support/listening.ts";
import { NatsServer, NEEDS_NATS } from "../support/nats.ts";

function watch(...args: string[]): { out: Output; err: Output; process: Deno.ChildProcess } {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "fleet", "watch", ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return { out: new Output(process.stdout), err: new Output(process.stderr), process };
}

async function end({ out, err, process }: ReturnType<typeof watch>): Promise<string> {
  process.kill("SIGTERM");
  await process.status;
  await err.rest();
  return await out.rest();
}

Deno.test({
  ...NEEDS_NATS,
  name:
    "fleet watch prints what was and what comes, and goes on where it was behind a server's death",
  async fn() {
    await using server = await NatsServer.start();
    await using listening = await Listening.start("--fleet", server.url);
    await addToFleet(server, listening.key.publicKey);
    const client = await listening.connect("a");
    await client.activated();
    client.ident("0");
    const all = watch("--fleet", server.url, "--since", "1h");
    const place = `${listening.directory}/place`;
    const resume = ["--kind", "ident", "--json", "--resume", place];
    const idents = watch("--fleet", server.url, "--since", "1h", ...resume);
    await all.out.until(/^\S+Z \S+-[0-9a-f]{8} listener 0 login address="127\.0\.0\.1:\d+"/m);
    await all.out.until(/ client 2 ident "0"$/m);
    await idents.out.until(/"message":"0"/);
    await server.kill();
    for (let i = 1; i < 100; i++) client.ident(`${i}`);
    await listening.out.until(/ident "99"/);
    await server.restart();
    await idents.out.until(/"message":"99"/);
    await all.out.until(/ client 2 ident "99"$/m);
    await all.err.until(
      /^no server of the fleet can be reached; .*\na server of the fleet is back$/m,
    );
    const first = await end(idents);
    for (let i = 100; i < 200; i++) client.ident(`${i}`);
    await listening.out.until(/ident "199"/);
    const rest = watch("--fleet", server.url, ...resume);
    await rest.out.until(/"message":"199"/);
    await client.close();
    await listening.stop();

    const lines = (first + await end(rest)).trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ message }) => message),
      Array.from({ length: 200 }, (_, i) => `${i}`),
    );
    await all.out.until(/ ident "199"$/m);
    assert.equal((await end(all)).match(/ ident "/g)!.length, 200);
  },
});
