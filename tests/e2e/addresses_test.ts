/** Listeners with several addresses, and Unix sockets. */

import assert from "node:assert/strict";
import { formatAddress, netListen, openAddresses, silentLogger } from "../../lib/mod.ts";
import { Listening, MAIN } from "../support/listening.ts";
import { leaveStale } from "../support/stale_socket.ts";

const test = (name: string, fn: (directory: string) => Promise<void>) =>
  Deno.test({
    name,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const directory = await Deno.makeTempDir({ prefix: "addresses-test-" });
      try {
        await fn(directory);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });

async function close(addresses: readonly string[]): Promise<void> {
  for (const { socket } of await openAddresses(addresses)) socket.close();
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

Deno.test("one listener takes clients at every address, and names each of them", async () => {
  await using listening = await Listening.startAnywhere(
    ...["--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", "unix:DIR/s"],
  );
  const path = `${listening.directory}/s`;
  const [line, ipv4, ipv6] = await listening.err.until(
    /listening on 127\.0\.0\.1:(\d+) and \[::1\]:(\d+) and unix:.*\/s as demo\n/,
  );
  assert.ok(line.includes(` and unix:${path} as demo`));
  await listening.connectTo(Number(ipv4), "by IPv4");
  await listening.connectOver(
    await Deno.connect({ hostname: "::1", port: Number(ipv6) }),
    "by IPv6",
  );
  const unix = await listening.connectOver(
    await Deno.connect({ transport: "unix", path }),
    "by Unix",
  );
  for (const title of ["by IPv4", "by IPv6", "by Unix"]) await listening.out.until(RegExp(title));
  await listening.err.until(RegExp(`client-authenticated client=unix:${path} key=`));
  await unix.showText("over a Unix socket");
  assert.equal(await listening.stop(), 0);
  assert.equal(exists(path), false);
});

Deno.test({
  name: "workers share addresses of TCP, and no others",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const addresses = ["--listen", "127.0.0.1:0", "--listen", "[::1]:0"];
    await using listening = await Listening.startAnywhere("--workers", "2", ...addresses);
    const [, ipv4, ipv6] = await listening.err.until(
      /listening on 127\.0\.0\.1:(\d+) and \[::1\]:(\d+) as demo\n/,
    );
    await listening.connectTo(Number(ipv4));
    await listening.connectOver(await Deno.connect({ hostname: "::1", port: Number(ipv6) }));
    for (const address of ["unix:DIR/s", "fd:3"]) {
      await using refused = await Listening.startAnywhere(
        ...["--workers", "2", "--listen", "127.0.0.1:0", "--listen", address],
      );
      assert.equal((await refused.process.status).code, 2);
      assert.match(
        await refused.err.rest(),
        /^error: threads cannot share the socket (unix:.*\/s|fd:3): leave out --workers$/m,
      );
    }
  },
});

test("a Unix socket is for its user alone, and is removed with the listener", async (directory) => {
  const path = `${directory}/s`;
  const before = Deno.umask(0);
  const sockets = await openAddresses([`unix:${path}`]);
  assert.equal(Deno.umask(before), 0, "the mask is as it was");
  assert.equal(Deno.lstatSync(path).mode! & 0o777, 0o600);
  const listener = netListen(() => {}, { sockets, keystore: directory, log: silentLogger });
  assert.deepEqual(listener.addresses.map(formatAddress), [`unix:${path}`]);
  assert.deepEqual(listener.address, { hostname: "unix", port: 0, path });
  listener.close();
  await listener.finished();
  assert.equal(exists(path), false);
});

test("a socket that nothing listens on is replaced, also after kill -9", async (directory) => {
  const path = `${directory}/s`;
  await leaveStale(path);
  await close([`unix:${path}`]);
  await using killed = await Listening.startAnywhere("--listen", `unix:${path}`);
  await killed.err.until(/listening on/);
  killed.process.kill("SIGKILL");
  await killed.process.status;
  assert.equal(exists(path), true);
  await close([`unix:${path}`]);
  assert.equal(exists(path), false);
});

test("a socket that something listens on, and any other file, is left alone", async (directory) => {
  const path = `${directory}/s`;
  const [live] = await openAddresses([`unix:${path}`]);
  await assert.rejects(openAddresses([`unix:${path}`]), {
    code: "port-in-use",
    message: `unix:${path} is in use by another program`,
  });
  const accepted = await live!.socket.accept();
  accepted.close();
  const client = await Deno.connect({ transport: "unix", path });
  (await live!.socket.accept()).close();
  client.close();
  live!.socket.close();
  for (
    const [name, make] of Object.entries({
      file: (path: string) => Deno.writeTextFile(path, "precious"),
      directory: Deno.mkdir,
      link: (path: string) => Deno.symlink("/nowhere", path),
    })
  ) {
    await make(`${directory}/${name}`);
    await assert.rejects(openAddresses([`unix:${directory}/${name}`]), {
      code: "listen-failed",
      message: /there is a file that is no socket$/,
    });
    assert.ok(exists(`${directory}/${name}`));
  }
  await assert.rejects(openAddresses([`unix:${directory}/none/s`]), { code: "listen-failed" });
});

test("when one address cannot be bound, none is left bound", async (directory) => {
  const path = `${directory}/s`;
  const [taken] = await openAddresses(["127.0.0.1:0"]);
  const { port } = taken!.addresses[0]!;
  const [free] = await openAddresses(["[::1]:0"]);
  free!.socket.close();
  const first = [`[::1]:${free!.addresses[0]!.port}`, `unix:${path}`];
  for (const bad of [`127.0.0.1:${port}`, `unix:${directory}`, "fd:1000000"]) {
    await assert.rejects(openAddresses([...first, bad]));
    assert.equal(exists(path), false);
    await close(first);
  }
  taken!.socket.close();
  await assert.rejects(openAddresses([...first, "nonsense"]), { code: "bad-argument" });
  await assert.rejects(openAddresses([]), { code: "bad-argument" });
});

test("listen that cannot bind one of its addresses ends with 1 and one error", async (directory) => {
  const live = Deno.listen({ transport: "unix", path: `${directory}/s` });
  await using listening = await Listening.startAnywhere(
    ...["--listen", "127.0.0.1:0", "--listen", `unix:${directory}/s`],
  );
  assert.equal((await listening.process.status).code, 1);
  const err = await listening.err.rest();
  assert.match(err, /^error: unix:.*\/s is in use by another program$/m);
  assert.doesNotMatch(err, /listening on/);
  live.close();
});

Deno.test("an address that overlaps with another one of the listener is told from one in use", async () => {
  const errorOf = async (first: string, second: string): Promise<string> => {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = probe.addr;
    probe.close();
    try {
      await close([`${first}:${port}`, `${second}:${port}`]);
      return "none";
    } catch (error) {
      return (error as Error).message.replaceAll(`:${port}`, "");
    }
  };
  // Another program may take the port in between.
  const settled = async (first: string, second: string) => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const error = await errorOf(first, second);
      if (!error.includes("another program")) return error;
    }
    return "in use by another program, five times";
  };
  const rest = "which is given as well; leave one of them out";
  assert.equal(
    await settled("0.0.0.0", "127.0.0.1"),
    `127.0.0.1 overlaps with 0.0.0.0, ${rest}`,
  );
  assert.equal(
    await settled("127.0.0.1", "0.0.0.0"),
    `0.0.0.0 overlaps with 127.0.0.1, ${rest}`,
  );
});

Deno.test("the option sockets excludes an interface and a port", () => {
  assert.throws(() => netListen("demo", "::1", () => {}, { sockets: [] }), {
    code: "bad-argument",
    message: "interface and port exclude the option sockets",
  });
});

test("a key may be bound to Unix sockets, or kept from them", async (directory) => {
  await using listening = await Listening.startAnywhere(
    ...["--listen", "127.0.0.1:0", "--listen", `unix:${directory}/s`],
  );
  const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
  const keystore = ["--keystore", `${listening.directory}/keystore`];
  const set = async (network: string) => {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "keystore", ...keystore, "set", KEY(listening), "--from", network],
      stdout: "null",
      stderr: "null",
    }).output();
    assert.ok(success);
  };
  const byUnix = async () =>
    await listening.connectOver(await Deno.connect({ transport: "unix", path: `${directory}/s` }));
  await set("unix");
  await byUnix();
  await assert.rejects(listening.connectTo(Number(port)));
  await listening.err.until(/login-refused client=127\.0\.0\.1:\d+ .*reason=address-not-allowed/);
  await set("0.0.0.0/0");
  await listening.connectTo(Number(port));
  await assert.rejects(byUnix());
  await listening.err.until(/login-refused client=unix:.* reason=address-not-allowed/);
});

const KEY = ({ key }: Listening) => key.publicKey.toBase64();
