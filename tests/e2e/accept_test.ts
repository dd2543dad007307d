// Strangers who connect and reset or close, as fast as they can: no login is lost for it.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { Bench } from "../support/listen.ts";
import { Listening } from "../support/listening.ts";

const RESETS = 300;
/** A pause for each failed accept would take 6 s. */
const LOGIN_MS = 3_000;
const LOGINS = 20;
const STRANGERS_PER_LOGIN = 50;

/** Connects and resets the connection. */
function reset(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => socket.resetAndDestroy());
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

/** Connects and closes without a byte. */
async function leave(port: number): Promise<void> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  socket.close();
}

Deno.test({
  name: `${RESETS} connections that were reset before they were accepted delay no login`,
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using listening = await Listening.start();
    const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
    // They wait together, as while the process is busy.
    listening.process.kill("SIGSTOP");
    for (let i = 0; i < RESETS; i++) await reset(Number(port));
    const began = performance.now();
    const login = listening.connect();
    listening.process.kill("SIGCONT");
    const client = await login;
    await client.showText("here");
    assert.ok(performance.now() - began < LOGIN_MS);
    assert.equal(await listening.stop(), 0);
    const err = await listening.err.rest();
    // Some may have been accepted before the process stood still.
    const counts = [...err.matchAll(/ silent-connections address=\S+ count=(\d+)\n/g)];
    assert.equal(counts.reduce((sum, [, count]) => sum + Number(count), 0), RESETS);
    assert.doesNotMatch(err, / warn /);
  },
});

for (const [what, annoy] of Object.entries({ "reset": reset, "close without a byte": leave })) {
  Deno.test(`strangers who connect and ${what} cost no login`, async () => {
    await using bench = await Bench.start();
    const { port } = bench.listener.address;
    for (let count = 0; count < LOGINS; count++) {
      const strangers = Array.from({ length: STRANGERS_PER_LOGIN }, () => annoy(port));
      using client = await bench.login();
      await client.roundTrip(bench);
      await Promise.all(strangers);
    }
    const ends = () =>
      bench.log.of("left-before-login").length + bench.log.of("lost-before-accept").length;
    await bench.until(() => ends() === LOGINS * STRANGERS_PER_LOGIN, "the end of all strangers");
    bench.listener.close();
    assert.equal(bench.log.of("client-authenticated").length, LOGINS);
    assert.deepEqual(bench.log.lines.filter(({ level }) => level === "warn"), []);
    const counts = bench.log.of("silent-connections").map(({ fields }) => Number(fields["count"]));
    assert.equal(counts.reduce((sum, count) => sum + count), LOGINS * STRANGERS_PER_LOGIN);
  });
}
