/** `fleet` and `ctl --fleet`: the listeners of several hosts, as processes. */

import assert from "node:assert/strict";
import { runCli } from "../../lib/cli/program.ts";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { makeProgram } from "../../main.ts";
import { keptIo, TOO_SLOW } from "../support/cli_io.ts";
import { freshKey } from "../support/clients.ts";
import { addToFleet } from "../support/fleet.ts";
import { Listening, TestSource } from "../support/listening.ts";
import { NatsServer, NEEDS_NATS } from "../support/nats.ts";

/** Two listeners with one key that may log in at both. */
class Rig implements AsyncDisposable {
  readonly #clients: TestSource[] = [];
  /** Whether a listener is stopped, and so does not answer. */
  isStopped = false;

  private constructor(
    readonly server: NatsServer,
    readonly listeners: readonly Listening[],
    readonly key: PrivateKey,
    readonly ports: readonly number[],
  ) {}

  static async start(): Promise<Rig> {
    const server = await NatsServer.start();
    const first = await Listening.start("--fleet", server.url, "--web", "127.0.0.1:0");
    const second = await Listening.start("--fleet", server.url, "--workers", "2");
    const ports = await Promise.all([first, second].map(async ({ err }) => {
      const [, port] = await err.until(/listening on 127\.0\.0\.1:(\d+) as demo\n/);
      return Number(port);
    }));
    await addToFleet(server, first.key.publicKey);
    return new Rig(server, [first, second], first.key, ports);
  }

  async connect(listener: 0 | 1, title: string, key = this.key): Promise<TestSource> {
    const client = await TestSource.connect(this.ports[listener]!, key, title, "tui");
    this.#clients.push(client);
    return client;
  }

  /** Runs a command on the fleet. @returns What it prints; its exit code must be the expected one. */
  async run(command: "fleet" | "ctl", args: readonly string[], code = 0) {
    const words = [command, "--fleet", this.server.url, ...args];
    let [io, got] = [keptIo(), 0];
    do {
      io = keptIo();
      got = await runCli(await makeProgram(io, command), words, io);
    } while (TOO_SLOW.test(io.stderr) && !this.isStopped);
    assert.equal(got, code, `${args.join(" ")}: ${io.stderr}`);
    return { out: io.stdout, err: io.stderr };
  }

  async fleet(...args: string[]): Promise<string> {
    return (await this.run("fleet", args)).out;
  }

  async json(...args: string[]) {
    return JSON.parse(await this.fleet("--json", ...args));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
    for (const listener of this.listeners) await listener[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** The ids of the hosts of the listeners, as `fleet hosts` says them. */
async function idsOf(rig: Rig): Promise<string[]> {
  for (;;) {
    const hosts: { host: string; addresses: string[]; is_controlled: boolean }[] = await rig.json(
      "hosts",
    );
    const ids = rig.ports.map((port) =>
      hosts.find(({ addresses, is_controlled }) =>
        is_controlled && addresses.some((address) => address.endsWith(`:${port}`))
      )?.host
    );
    if (ids.every((id) => id !== undefined)) return ids as string[];
  }
}

Deno.test({
  ...NEEDS_NATS,
  name: "fleet: the clients of all hosts are listed, shown, typed into and ended",
  async fn() {
    await using rig = await Rig.start();
    const [first, second] = await idsOf(rig);
    const [a, b] = [await rig.connect(0, "alpha"), await rig.connect(1, "beta")];
    await a.showText("on the first");
    await b.showText("on the second", "\u001b[31mred");
    const list = await rig.fleet("list");
    assert.match(list, /^HOST +ID +KIND +TITLE +SHOWS +KEY +COMMENT +ADDRESS +FOR\n/);
    assert.match(list, new RegExp(`^${first} +2 +tui +alpha `, "m"));
    assert.match(list, new RegExp(`^${second} +2 +tui +beta `, "m"));
    const { clients, silent } = await rig.json("list");
    assert.deepEqual(silent, []);
    assert.deepEqual(
      clients.map(({ host, id, title }: Record<string, unknown>) => [host, id, title]).sort(),
      [[first, 2, "alpha"], [second, 2, "beta"]].sort(),
    );
    assert.deepEqual(
      (await rig.fleet("list", "--ids")).trim().split("\n").sort(),
      [`${first}/2`, `${second}/2`].sort(),
    );
    assert.match(await rig.fleet("show", `${second}/2`), /^client +2 tui "beta", active$/m);
    assert.match(await rig.fleet("snapshot", `${first}/2`), /^on the first$/m);
    await rig.fleet("type", `${second}/2`, "ls", "--enter");
    await b.until(() => b.typed === "ls\n");
    assert.equal(a.typed, "");
    const key = fingerprint(rig.key.publicKey);
    const { err } = await rig.run("fleet", ["end", key], 1);
    assert.match(err, new RegExp(`^error: 2 clients have a key .*${first}/2`));
    assert.match(
      (await rig.run("fleet", ["end", `${first}/2`, "bye"])).err,
      /^client 2 was asked to exit\n$/,
    );
    await assert.rejects(a.until(() => false));
    assert.equal(a.lastWords, "bye");
    assert.deepEqual(await rig.json("end", key), { host: second, client: 2 });
    await assert.rejects(b.until(() => false));
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "fleet: keys, knocks and links of all hosts, one host by ctl, and hosts that do not answer",
  async fn() {
    await using rig = await Rig.start();
    const [first, second] = await idsOf(rig);
    const stranger = freshKey();
    await assert.rejects(rig.connect(1, "stranger", stranger));
    const key = fingerprint(stranger.publicKey);
    assert.match(await rig.fleet("knocks"), new RegExp(`^KEY .*\n${key} +127\\.0\\.0\\.1`));
    assert.equal(await rig.fleet("accept", key), `${key} may log in for demo\n`);
    await (await rig.connect(0, "stranger", stranger)).activated();
    const keys: { key: string }[] = await rig.json("keys");
    assert(keys.some((row) => row.key === key));

    const { host, url } = await rig.json("link", "--read-only");
    assert.equal(host, first);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/#/);
    const links: { host: string; id: number; rights: string }[] = (await rig.json("links")).links;
    const { id } = links.find(({ rights }) => rights === "look")!;
    await rig.fleet("unlink", `${first}/${id}`);
    assert.equal((await rig.json("links")).links.length, links.length - 1);
    assert.match(await rig.fleet("hosts"), new RegExp(`^${first} +demo .* http://127`, "m"));

    const stats = await rig.run("ctl", ["--to", second!, "stats"]);
    assert.match(stats.out, /^listener +demo, 127\.0\.0\.1:\d+, process/m);
    assert.match(
      (await rig.run("ctl", ["stats"], 1)).err,
      /^error: the fleet has 2 hosts: .*; choose one by --to HOST\n$/,
    );
    const { err } = await rig.run("ctl", ["--to", second!, "drain", "--wait"]);
    assert.match(err, /draining/);
    assert.equal((await rig.listeners[1]!.process.status).code, 0);

    const { process } = rig.listeners[0]!;
    process.kill("SIGSTOP");
    rig.isStopped = true;
    const silent = await rig.run("fleet", ["list"], 1);
    process.kill("SIGCONT");
    rig.isStopped = false;
    assert.match(
      silent.err,
      new RegExp(`^error: no host .* answers: ${first} \\(no answer within`),
    );
    assert.match(await rig.fleet("list"), /^HOST/);
  },
});
