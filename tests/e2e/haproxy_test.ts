/** A balancer that users have: haproxy in front of `listen`. */

import assert from "node:assert/strict";
import { Listening, Output } from "../support/listening.ts";
import { has, WITH_SOCKETS } from "../support/programs.ts";

const missing = [
  ...await has("haproxy") ? [] : ["haproxy"],
  ...await has("python3") ? [] : ["python3"],
];

/** haproxy with a frontend of IPv4 and one of IPv6. */
class Balancer implements AsyncDisposable {
  readonly #err: Output;

  private constructor(readonly directory: string, readonly process: Deno.ChildProcess) {
    this.#err = new Output(process.stderr);
  }

  /** @param servers The address and the options of the server behind each frontend. */
  static async start(servers: readonly [ipv4: string, ipv6: string]): Promise<Balancer> {
    const directory = await Deno.makeTempDir({ prefix: "haproxy-test-" });
    const parts = servers.map((server, i) =>
      `listen part${i}\n  bind fd@${3 + i}\n  server listener ${server}\n`
    );
    await Deno.writeTextFile(
      `${directory}/haproxy.cfg`,
      `defaults\n  mode tcp\n  timeout connect 10s\n  timeout client 60s\n  timeout server 60s\n` +
        parts.join(""),
    );
    const process = new Deno.Command("python3", {
      args: [WITH_SOCKETS, "tcp", "tcp6", "--", "haproxy", "-db", "-f", `${directory}/haproxy.cfg`],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new Balancer(directory, process);
  }

  /** Connects through a frontend. */
  async connect(fd: 3 | 4): Promise<Deno.TcpConn> {
    const [, port] = await this.#err.until(RegExp(`socket ${fd} on port (\\d+)`));
    return await Deno.connect({ hostname: fd === 3 ? "127.0.0.1" : "::1", port: Number(port) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGTERM");
    await this.#err.rest();
    await this.process.status;
    await Deno.remove(this.directory, { recursive: true });
  }
}

for (const version of ["send-proxy", "send-proxy-v2"]) {
  Deno.test({
    name: `haproxy with ${version}${missing.length > 0 ? ` (${missing} is missing)` : ""}`,
    ignore: missing.length > 0,
    fn: async () => {
      await using listening = await Listening.startAnywhere(
        ...["--listen", "127.0.0.1:0", "--listen", "unix:DIR/s"],
        ...["--proxy-protocol", "127.0.0.1", "--proxy-protocol", "unix", "--debug"],
      );
      const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
      await using balancer = await Balancer.start([
        `127.0.0.1:${port} ${version} check inter 50`,
        `unix@${listening.directory}/s ${version}`,
      ]);
      for (const fd of [3, 4] as const) {
        const socket = await balancer.connect(fd);
        const { hostname, port } = socket.localAddr;
        const client = await listening.connectOver(socket, `through ${fd}`);
        await client.showText("behind a balancer");
        const address = hostname === "::1" ? `[::1]:${port}` : `${hostname}:${port}`;
        await listening.err.until({
          exec: (text) => text.includes(` client-authenticated client=${address} `) || null,
        });
      }
      // A health check is no failed login.
      await listening.err.until(/ debug (left-before-login|lost-before-accept) /);
      assert.equal(await listening.stop(), 0);
      assert.doesNotMatch(await listening.err.rest(), /login-refused/);
    },
  });
}
