/** Sockets that `listen` is started with: `fd:3`, and those of systemd. */

import assert from "node:assert/strict";
import { Listening } from "../support/listening.ts";
import { has, WITH_SOCKETS } from "../support/programs.ts";

const hasPython = await has("python3");
const hasActivate = await has("systemd-socket-activate");

/** Starts `listen` with sockets at descriptor 3 and above. */
function start(sockets: readonly string[], ...flags: string[]): Promise<Listening> {
  return Listening.startBy(["python3", WITH_SOCKETS, ...sockets, "--"], ...flags);
}

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({
    name: `${name}${hasPython ? "" : " (python3 is missing)"}`,
    ignore: !hasPython,
    fn,
  });

for (
  const flags of [["--listen", "fd:3"], ["--listen", "systemd:name0"], ["--listen", "systemd"], []]
) {
  test(`an inherited socket of TCP is used by ${flags.join(" ") || "no option"}`, async () => {
    await using listening = await start(["tcp"], ...flags);
    const [, port] = await listening.err.until(/socket 3 on port (\d+)/);
    await listening.err.until(RegExp(`listening on 127\\.0\\.0\\.1:${port} as demo\n`));
    const client = await listening.connectTo(Number(port));
    await client.showText("through fd 3");
    await client.showPixels(640, 480, new Uint8Array(640 * 480 * 4).fill(7));
    await listening.out.until(/resized .*640/);
    await listening.err.until(/client-authenticated client=127\.0\.0\.1:\d+ key=/);
    assert.equal(await listening.stop(), 0);
    await assert.rejects(
      Deno.connect({ hostname: "127.0.0.1", port: Number(port) }),
      Deno.errors.ConnectionRefused,
    );
  });
}

test("several inherited sockets, of TCP and Unix, are one listener", async () => {
  const directory = await Deno.makeTempDir({ prefix: "inherited-test-" });
  const path = `${directory}/s`;
  await using listening = await start(["tcp", path]);
  const [, port] = await listening.err.until(/socket 3 on port (\d+)/);
  await listening.err.until(RegExp(`listening on 127\\.0\\.0\\.1:${port} and unix:fd:4 as demo\n`));
  await listening.connectTo(Number(port), "by TCP");
  const unix = await listening.connectOver(
    await Deno.connect({ transport: "unix", path }),
    "by Unix",
  );
  await unix.showText("through fd 4");
  await listening.err.until(/client-authenticated client=unix:fd:4 key=/);
  assert.equal(await listening.stop(), 0);
  assert.ok((await Deno.lstat(path)).isSocket, "its owner removes it");
  await Deno.remove(directory, { recursive: true });
});

test("what is no listening socket is refused, and nothing is left bound", async () => {
  for (const address of ["fd:3", "fd:99"]) {
    await using listening = await start(["udp"], "--listen", "127.0.0.1:0", "--listen", address);
    assert.equal((await listening.process.status).code, 1);
    const err = await listening.err.rest();
    assert.match(err, RegExp(`^error: ${address} is no listening socket`, "m"));
    assert.doesNotMatch(err, /listening on/);
  }
});

test("an inherited socket goes on when descriptors are free again", async () => {
  await using listening = await Listening.startBy(
    ["sh", "-c", `ulimit -n 128 && exec python3 "$0" tcp -- "$@"`, WITH_SOCKETS],
  );
  const [, port] = await listening.err.until(/socket 3 on port (\d+)/);
  const early = await listening.connectTo(Number(port));
  const silent: Deno.TcpConn[] = [];
  for (let i = 0; i < 200; i++) {
    silent.push(await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }));
  }
  // The client was accepted before, and still gets its turn when all descriptors are taken.
  await early.showText("still here");
  for (const socket of silent) socket.close();
  await listening.connectTo(Number(port), "late");
  await listening.out.until(/late/);
});

Deno.test({
  name: `systemd-socket-activate${hasActivate ? "" : " (it is missing)"}`,
  ignore: !hasActivate,
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "inherited-test-" });
    const path = `${directory}/s`;
    await using listening = await Listening.startBy(
      ["systemd-socket-activate", "-l", path, "--fdname", "demo", "-E", "PATH", "-E", "HOME"],
    );
    await listening.err.until(/Listening on/);
    // The connection that starts the program is its first client.
    const client = await listening.connectOver(await Deno.connect({ transport: "unix", path }));
    await client.showText("activated");
    await listening.err.until(/listening on unix:fd:3 as demo\n/);
    await Deno.remove(directory, { recursive: true });
  },
});
