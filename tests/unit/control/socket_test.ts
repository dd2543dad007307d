import assert from "node:assert/strict";
import { HttpControl } from "../../../lib/control/http.ts";
import { ControlClient } from "../../../lib/control/socket/client.ts";
import { socketName } from "../../../lib/control/socket/directory.ts";
import {
  chooseListener,
  findListeners,
  type FoundListeners,
} from "../../../lib/control/socket/find.ts";
import { ControlSocket } from "../../../lib/control/socket/server.ts";
import { openControl } from "../../../lib/cli/control_socket.ts";
import { CONTROL_HELLO_TIMEOUT_MS, MAX_SOCKET_NAMES } from "../../../lib/limits.ts";
import { silentLogger } from "../../../lib/log.ts";
import { controlledBy } from "../../support/controlled.ts";
import { inDirectory } from "../../support/directory.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

const UID = Deno.uid()!;
const ADDRESSES = [{ hostname: "127.0.0.1", port: 6680 }];

function environment(directory: string) {
  return {
    get: (name: string) => name === "RUNTIME_DIRECTORY" ? directory : undefined,
    delete() {},
  };
}

Deno.test("sockets are named by listening name and port", { permissions: "none" }, () => {
  assert.equal(socketName("demo", ADDRESSES, 1), "demo-6680.sock");
  assert.equal(socketName(undefined, ADDRESSES, 3), "6680.3.sock");
  const unix = { hostname: "unix", port: 0, path: "/a" };
  assert.equal(socketName("demo", [unix, ...ADDRESSES], 1), "demo-6680.sock");
  assert.equal(socketName("demo", [unix], 1), "demo-unix.sock");
});

Deno.test("a listener is chosen by its name and any of its ports", { permissions: "none" }, () => {
  const answered = [
    { path: "a", listener: { name: "demo", addresses: ["unix:/a:3", "[::1]:1", "127.0.0.1:2"] } },
    { path: "b", listener: { addresses: ["127.0.0.1:3"] } },
  ] as unknown as FoundListeners["answered"];
  const found = { answered, silent: [] };
  for (const [to, path] of [["demo", "a"], ["demo:2", "a"], [":1", "a"], [":3", "b"]] as const) {
    assert.equal(chooseListener(found, to).path, path);
  }
  for (const to of ["demo:3", "dem", "demo:", "x", ":4", "demo:2x", "::1"]) {
    assert.throws(() => chooseListener(found, to), { code: "no-listener" });
  }
  assert.throws(() => chooseListener(found), {
    code: "several-listeners",
    message: /demo:1 \(unix:.*\), :3 \(127/,
  });
  const none = { answered: [], silent: [] };
  assert.throws(() => chooseListener(none, "demo"), { message: /^no listener of this user/ });
  assert.throws(() => chooseListener({ ...none, silent: ["/s"] }), {
    code: "no-listener",
    message: "no listener answers; these sockets are open without an answer: /s",
  });
});

Deno.test("a listener that does not answer is told apart after a while", async () => {
  await inDirectory(async (directory) => {
    using silent = Deno.listen({ transport: "unix", path: `${directory}/silent.sock` });
    using time = new FakeTimers();
    const finding = findListeners(environment(directory), UID);
    const sockets = [await silent.accept(), await silent.accept()];
    // The second connection asks.
    await sockets[1]!.read(new Uint8Array(1));
    time.pass(CONTROL_HELLO_TIMEOUT_MS);
    assert.deepEqual(await finding, { answered: [], silent: [`${directory}/silent.sock`] });
    for (const socket of sockets) socket.close();
  });
});

Deno.test("a request that breaks off and one that is no HTTP leave the socket as it is", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/control.sock`;
    const http = new HttpControl(controlledBy({ list: () => [] }), silentLogger);
    const socket = await ControlSocket.open(path, http);
    for (
      const text of ["\0\0\0", "GET /clients HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n{"]
    ) {
      const raw = await Deno.connect({ transport: "unix", path });
      await raw.write(new TextEncoder().encode(text));
      raw.close();
    }
    using client = new ControlClient(path);
    assert.deepEqual(await client.call("list", {}), []);
    await socket.close();
    await assert.rejects(client.call("list", {}), { code: "no-listener" });
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  });
});

Deno.test("a request with a wrong Host is a mistake of the caller", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/control.sock`;
    const log = new LogBook();
    const socket = await ControlSocket.open(path, new HttpControl(controlledBy({}), log));
    const raw = await Deno.connect({ transport: "unix", path });
    await raw.write(new TextEncoder().encode("GET /clients HTTP/1.0\r\nhost: a b\r\n\r\n"));
    assert.match(await new Response(raw.readable).text(), / 400 [^]*bad-argument/);
    assert.deepEqual(log.lines, []);
    await socket.close();
  });
});

Deno.test("the name of a file that a listener gives leads to no other directory", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/control.sock`;
    await using _server = Deno.serve({
      path,
      onListen() {},
      handler: () =>
        new Response("x", {
          headers: { "content-disposition": 'attachment; filename="../../etc/passwd"' },
        }),
    });
    using client = new ControlClient(path);
    const { name, stream } = await client.call("fetch", { client: "2", file: 5 });
    assert.equal(name, "_.._etc_passwd");
    await stream.cancel();
  });
});

Deno.test("what keeps a socket from answering is told", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/control.sock`;
    const refused = async (message: RegExp) => {
      using client = new ControlClient(path);
      await assert.rejects(client.call("list", {}), { code: "no-listener", message });
    };
    await refused(/control\.sock: there is no such file/);
    Deno.writeTextFileSync(path, "");
    await refused(/it is not a socket/);
    Deno.removeSync(path);
    const listener = Deno.listen({ transport: "unix", path: `${path}.new` });
    // The file stays when its listener closes.
    Deno.renameSync(`${path}.new`, path);
    listener.close();
    await refused(/its process has ended/);
  });
});

Deno.test("listeners with the same name and port have so many sockets, and one more goes on without", async () => {
  await inDirectory(async (directory) => {
    Deno.chmodSync(directory, 0o700);
    const taken = Array.from({ length: MAX_SOCKET_NAMES }, (_, i) =>
      Deno.listen({
        transport: "unix",
        path: `${directory}/${socketName("demo", ADDRESSES, i + 1)}`,
      }));
    const open = async () => {
      const log = new LogBook();
      const listener = { id: 1, name: "demo", addresses: ADDRESSES, isClosed: false } as never;
      const env = environment(directory);
      const service = new HttpControl(controlledBy({}), log);
      const control = await openControl(undefined, service, listener, env, log);
      await control?.close();
      return log.lines.map(({ event }) => event);
    };
    assert.deepEqual(await open(), ["control-unavailable"]);
    taken[4]!.close();
    assert.deepEqual(await open(), []);
    for (const each of taken.filter((_, i) => i !== 4)) each.close();
  });
});
