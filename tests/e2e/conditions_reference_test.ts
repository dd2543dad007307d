/** arcan-net goes on reading a keystore with conditions, comments and knocks. */
import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { ROLE } from "../../lib/wire/constants.ts";
import { PATIENCE_MS } from "../support/changes.ts";
import { freshKey, RawClient } from "../support/clients.ts";
import { inDirectory } from "../support/directory.ts";
import { freePorts, OWN_ADDRESS } from "../support/own_address.ts";
import { ARCAN_NET } from "../support/reference.ts";

/** arcan-net as a listener for the tag `default`, with its forks in a process group of its own. */
async function withArcanNet(root: string, run: (port: number) => Promise<void>): Promise<string> {
  const [port] = freePorts(1) as [number];
  const child = new Deno.Command(ARCAN_NET!, {
    args: ["-T", "default", "-l", `${port}`, OWN_ADDRESS, "--", "/bin/true"],
    env: { ARCAN_STATEPATH: root },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    detached: true,
  }).spawn();
  const stderr = new Response(child.stderr).text();
  try {
    await run(port);
  } finally {
    Deno.kill(-child.pid, "SIGKILL");
    await child.status;
  }
  return await stderr;
}

async function connect(port: number): Promise<Deno.TcpConn> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await Deno.connect({ hostname: OWN_ADDRESS, port });
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Whether arcan-net answers a key with its own. */
async function isAnswered(port: number, key: PrivateKey): Promise<boolean> {
  using client = new RawClient(await connect(port), { key, role: ROLE.sink });
  await client.send(client.peer.hello().take());
  return await client.answers().then(() => true, () => false);
}

Deno.test({
  name: "arcan-net reads a keystore with conditions",
  ignore: ARCAN_NET === undefined,
  fn: async () => {
    await inDirectory(async (directory) => {
      const root = `${directory}/a12`;
      const keystore = await Keystore.open(root);
      const [named, any, anyWithCondition, stranger] = Array.from({ length: 4 }, freshKey);
      await keystore.add(["default", "demo"], named!.publicKey, {
        comment: `Anna's laptop ${"x".repeat(20)}=`,
        expiresMs: Date.now() + 3_600_000,
        maxClients: 2,
      });
      await keystore.add(["*"], any!.publicKey, { comment: "a comment is no condition" });
      await keystore.add(["*"], anyWithCondition!.publicKey, { maxClients: 1 });
      const stderr = await withArcanNet(root, async (port) => {
        assert.equal(await isAnswered(port, named!), true, "its names count");
        assert.equal(await isAnswered(port, any!), true, "the star counts beside a comment");
        assert.equal(await isAnswered(port, anyWithCondition!), false, "the star is one of many");
        assert.equal(await isAnswered(port, stranger!), false);
      });
      assert.equal(stderr, "", "no line is unreadable");
    });
  },
});
