/** What `fleet` prints of hosts, which may be broken or hostile. */

import assert from "node:assert/strict";
import { runCli } from "../../../lib/cli/program.ts";
import type { Result } from "../../../lib/control/mod.ts";
import { ControlError } from "../../../lib/errors.ts";
import { makeProgram } from "../../../main.ts";
import { keptIo, TOO_SLOW } from "../../support/cli_io.ts";
import { ControlBench, enter, FLEET } from "../../support/fleet_control.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

const RED = "\x1b[31mred";

type Run = (...args: string[]) => Promise<{ code: number; out: string; err: string }>;

function test(name: string, fn: (bench: ControlBench, run: Run) => Promise<void>): void {
  Deno.test({
    ...NEEDS_NATS,
    name: `fleet on a terminal: ${name}`,
    async fn() {
      await using server = await NatsServer.start();
      await using bench = new ControlBench(server);
      await fn(bench, async (...args) => {
        const words = ["fleet", "--fleet", server.url, "--fleet-name", FLEET, ...args];
        for (;;) {
          const io = keptIo();
          const code = await runCli(await makeProgram(io, "fleet"), words, io);
          if (!TOO_SLOW.test(io.stderr)) return { code, out: io.stdout, err: io.stderr };
        }
      });
    },
  });
}

const ROW = { id: 2, segkind: "tui", title: "a", ident: "", state: "active", content: "none" };
const CLIENT = { ...ROW, key: "3f2a", address: "[::1]:1", since: "2026-11-29T00:00:00Z" };

test("nothing of a host can control it", async (bench, run) => {
  const client = { id: RED, title: RED, ident: RED, segkind: RED, key: RED, address: RED };
  const listener = { id: 1, addresses: [RED], clients: 1, pid: 1 };
  await bench.host("host-1", {
    list: () => [{ ...client, state: RED, since: RED }] as never,
    listener: () => listener as never,
    show: () => ({ ...client, state: RED, parts: [client] }) as never,
    snapshot: () => ({ kind: "text", text: RED }),
    knocks: () => [{ key: RED, public_key: RED, address: RED, count: 1, last: RED }] as never,
    links: () => [{ id: RED, rights: RED }] as never,
    end: () => ({ client: RED }) as never,
    files: () => {
      throw new ControlError("busy", RED);
    },
  }, { entry: { name: RED, addresses: [RED], page: `http://${RED}`, since: RED } });
  await bench.host("host-2", {
    list: () => {
      throw new ControlError("busy", RED);
    },
    listener: () => listener as never,
  }, { entry: {} });
  for (
    const args of [
      ["hosts"],
      ["list"],
      ["list", "--json"],
      ["list", "--ids"],
      ["show", "host-1/2"],
      ["show", "other/2"],
      ["snapshot", "host-1/2"],
      ["knocks"],
      ["links"],
      ["end", "host-1/2"],
      ["files", "host-1/2"],
    ]
  ) {
    const { out, err } = await run(...args);
    assert.match(out + err, /\\u001b\[31mred|\\\\u001b\[31mred/, args.join(" "));
    // deno-lint-ignore no-control-regex -- this must not be there
    assert.doesNotMatch(out + err, /\x1b/, args.join(" "));
  }
});

test(
  "hosts without an answer are named, and the exit code says whether there was any",
  async (bench, run) => {
    const before = await run("list");
    assert.equal(before.code, 1);
    assert.match(before.err, /no fleet f: start a listener of this fleet, or .* --fleet-name/);
    assert.deepEqual(await run("watch"), before);
    await enter(await bench.connect(), "host-1", {});
    const none = await run("list", "--json");
    assert.deepEqual([none.code, none.out], [1, ""]);
    assert.match(none.err, /^error: no host of the fleet answers: host-1 \(/);
    const listed = await run("hosts");
    assert.deepEqual([listed.code, listed.err], [1, none.err]);
    assert.match(listed.out, /^host-1 .* no answer /m);
    await bench.host("host-2", {
      list: () => [CLIENT] as unknown as Result<"list">,
      listener: () => ({ clients: 3, is_draining: true }) as never,
    }, { entry: { name: "demo" } });
    const some = await run("list", "--json");
    assert.equal(some.code, 0);
    assert.match(some.err, /^no answer from host-1: the host host-1 does not answer/);
    const { clients, silent } = JSON.parse(some.out);
    assert.deepEqual(clients, [{ host: "host-2", ...CLIENT }]);
    assert.deepEqual(silent.map(({ host }: { host: string }) => host), ["host-1"]);
    const ids = JSON.parse((await run("list", "--json", "--ids")).out);
    assert.deepEqual(ids.clients, ["host-2/2"]);
    const hosts = JSON.parse((await run("hosts", "--json")).out);
    assert.deepEqual(
      hosts.map((row: Record<string, unknown>) => [row["host"], row["listener"], !row["silent"]]),
      [["host-1", undefined, false], ["host-2", { clients: 3, is_draining: true }, true]],
    );
    const text = await run("hosts");
    assert.equal(text.code, 0);
    assert.match(text.out, /^host-1 .* no answer /m);
    assert.match(text.out, /^host-2 +demo +\[::1\]:6680 .* draining, 3 clients /m);
  },
);

test("what is listed without some hosts says so, and a link where it is", async (bench, run) => {
  await enter(await bench.connect(), "host-1", { name: "one" });
  assert.equal((await run("links")).err, "no host serves a page: start one with --web\n");
  await bench.host("host-2", {
    listener: () => ({ clients: 0 }) as never,
    knocks: () => [],
    keys: () => [],
    link: () => ({ id: 3, url: "http://127.0.0.1:1/#3" }) as never,
  }, { entry: { name: "two", page: "http://127.0.0.1:1", since: "yesterday" } });
  for (const [verb, text] of [["knocks", "no unknown key"], ["keys", "no key may"]] as const) {
    const { code, err } = await run(verb);
    assert.equal(code, 0);
    assert.match(err, new RegExp(`^no answer from host-1: .*\n${text}`));
  }
  const { out, err } = await run("link");
  assert.equal(out, "http://127.0.0.1:1/#3\n");
  assert.equal(err, 'it is for the page of host-2; "fleet unlink host-2/3" withdraws it\n');
  assert.match((await run("hosts")).out, /^host-2 .* 0 clients +\d+ s ago +\? ago$/m);
});

test("a fleet has to be named, as host and client", async (_bench, run) => {
  const { code, err } = await run("unlink", "7");
  assert.equal(code, 1);
  assert.match(err, /^error: "7" is no link of a fleet: give HOST\/LINK\n$/);
  const io = keptIo();
  assert.equal(await runCli(await makeProgram(io, "fleet"), ["fleet", "list"], io), 2);
  assert.equal(io.stderr, "error: fleet list needs --fleet URL\n");
  const ctl = keptIo();
  const words = ["ctl", "--fleet-name", "f", "list"];
  assert.equal(await runCli(await makeProgram(ctl, "ctl"), words, ctl), 2);
  assert.equal(ctl.stderr, "error: --fleet-name needs --fleet URL\n");
});

test("a file that cannot be used is named", async (bench, run) => {
  await bench.host("host-1", {
    snapshot: () => ({ kind: "text", text: "text" }),
    fetch: () => ({ stream: new Blob(["text"]).stream() }) as never,
  }, { entry: {} });
  const path = "/dev/null/file";
  for (
    const [verb, ...args] of [
      ["read", "send", "host-1/2", path],
      ["write", "snapshot", "host-1/2", "--output", path],
      ["write", "fetch", "host-1/2", "1", "--output", path],
    ] as const
  ) {
    const { code, err } = await run(...args);
    assert.equal(code, 2, err);
    assert.match(err, new RegExp(`^error: cannot ${verb} /dev/null/file: Not a directory`));
  }
});
