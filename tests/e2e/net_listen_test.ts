// The forms of the call that opens a listener, what it refuses, and the size that a handler asks for.

import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import type { Handler, Listener, NetListenOptions, Status } from "../../lib/mod.ts";
import { netListen } from "../../lib/mod.ts";
import { Bench } from "../support/listen.ts";
import { LogBook } from "../support/log_book.ts";

const LOCAL = "127.0.0.1";

/** Runs with a keystore of its own; every listener is closed, and has ended, afterwards. */
async function withOptions(
  run: (options: NetListenOptions, opened: Listener[]) => void | Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const opened: Listener[] = [];
  try {
    const keystore = await Keystore.open(directory);
    await run({ keystore, log: new LogBook() }, opened);
  } finally {
    for (const listener of opened) listener.abort();
    for (const listener of opened) await listener.finished();
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("name and interface may be left out by undefined", () =>
  withOptions((options, opened) => {
    const named = netListen("demo", LOCAL, 0, () => {}, options);
    const nameless = netListen(undefined, LOCAL, 0, () => {}, options);
    const everywhere = netListen("demo_2", undefined, 0, { preroll() {} }, options);
    opened.push(named, nameless, everywhere);
    assert.equal(named.name, "demo");
    assert.equal(nameless.name, undefined);
    assert.equal(named.address.hostname, LOCAL);
    assert.ok(["::", "0.0.0.0"].includes(everywhere.address.hostname));
    for (const { address } of opened) assert.ok(address.port > 0);
    assert.equal(new Set(opened.map(({ id }) => id)).size, 3);
  }));

Deno.test("a listener on all interfaces takes clients by IPv4 and names them so", async () => {
  await withOptions(async (options, opened) => {
    const log = options.log as LogBook;
    const listener = netListen("demo", undefined, 0, () => {}, options);
    opened.push(listener);
    const client = await Deno.connect({ hostname: LOCAL, port: listener.address.port });
    const logged = Promise.withResolvers<void>();
    log.onLine = () => logged.resolve();
    await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    await logged.promise;
    const { localAddr } = client;
    assert.equal(log.lines[0]!.fields["client"], `${LOCAL}:${localAddr.port}`);
    client.close();
  });
});

Deno.test("wrong arguments are refused, and nothing listens then", () =>
  withOptions((options) => {
    const handler = () => {};
    const cases: readonly (readonly [string, unknown[]])[] = [
      ["bad-argument", []],
      ["bad-argument", ["demo"]],
      ["bad-argument", ["demo", LOCAL, 0, 0, handler]],
      ["bad-argument", ["demo", LOCAL, 65_536, handler, options]],
      ["bad-argument", ["demo", LOCAL, -1, handler, options]],
      ["bad-argument", ["demo", LOCAL, 1.5, handler, options]],
      ["bad-name", ["", LOCAL, 0, handler, options]],
      ["bad-name", ["a b", LOCAL, 0, handler, options]],
      ["bad-name", ["x".repeat(31), LOCAL, 0, handler, options]],
      ["bad-address", ["demo", "192.0.2.1", 0, handler, options]],
      ["bad-address", ["demo", "no such host", 0, handler, options]],
      ["bad-address", ["demo", "nowhere.invalid", 0, handler, options]],
    ];
    for (const [code, args] of cases) {
      assert.throws(
        () => Reflect.apply(netListen, undefined, args),
        { code },
        `${code}: ${args.slice(0, 3).join(", ")}`,
      );
    }
  }));

Deno.test("a port in use is one clear line", () =>
  withOptions((options, opened) => {
    const first = netListen("demo", LOCAL, 0, () => {}, options);
    opened.push(first);
    const { port } = first.address;
    assert.throws(() => netListen("demo", LOCAL, port, () => {}, options), {
      code: "port-in-use",
      message: `${LOCAL}:${port} is in use by another program`,
    });
  }));

/** What is wrong with a keystore, and with which code the listener ends. */
const BAD_KEYSTORES: Readonly<Record<string, [code: string, (root: string) => Promise<void>]>> = {
  "is no directory": ["keystore-unwritable", async (root) => {
    await Deno.remove(root, { recursive: true });
    await Deno.writeTextFile(root, "");
  }],
  "has no good key of its own": ["bad-line", async (root) => {
    await Deno.writeTextFile(`${root}/hostkeys/default`, "damaged\n");
  }],
  "cannot be read": ["keystore-unreadable", async (root) => {
    await Deno.remove(`${root}/hostkeys/default`);
    await Deno.mkdir(`${root}/hostkeys/default`);
    await Deno.writeTextFile(`${root}/hostkeys/default/file`, "");
  }],
};

for (const [what, [code, damage]] of Object.entries(BAD_KEYSTORES)) {
  Deno.test(`a keystore that ${what} ends the listener, says why and gives the port back`, async () => {
    const root = await Deno.makeTempDir({ prefix: "net-listen-test-" });
    await Keystore.open(root);
    await damage(root);
    const log = new LogBook();
    const statuses: Status[] = [];
    const handler: Handler = (_source, status) => void statuses.push(status);
    const listener = netListen("demo", LOCAL, 0, handler, { keystore: root, log });
    await listener.finished();
    const failures = log.of("listener-failed").map(({ fields }) => fields["reason"]);
    assert.deepEqual(failures, [code]);
    assert.equal(listener.failure?.code, code);
    assert.deepEqual(statuses, [{ kind: "terminated", last_words: code }]);
    Deno.listen({ hostname: LOCAL, port: listener.address.port }).close();
    await Deno.remove(root, { recursive: true });
  });
}

Deno.test("a client is asked for the size that it is taken with", async () => {
  await using bench = await Bench.start({
    listen: (source, status, bench) => {
      if (status.kind !== "segment_request") return;
      for (const [width, height] of [[0, 1], [1, 8_193], [1.5, 1], [-1, 1], [NaN, 1]] as const) {
        assert.throws(() => source.acceptTarget(width, height, bench.takeClient), {
          code: "bad-argument",
        });
      }
      source.acceptTarget(800, 600, bench.takeClient);
    },
  });
  using client = await bench.login();
  await client.untilEvent("displayhint", 2);
  const sizes = client.events.flatMap((event) =>
    event.type === "event" && event.event.category === "target" &&
      event.event.kind === "displayhint"
      ? [`${event.event.width}x${event.event.height}`]
      : []
  );
  assert.equal(sizes.at(-1), "800x600");
});
