/** `listen` as a service of systemd: what it says to `NOTIFY_SOCKET`. */

import assert from "node:assert/strict";
import { ServiceManager } from "../../lib/cli/systemd_notify.ts";
import { MAX_WAITING_NOTICES } from "../../lib/limits.ts";
import { silentLogger } from "../../lib/log.ts";
import { controlOf } from "../support/ctl.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { Listening } from "../support/listening.ts";

const decoder = new TextDecoder();

/** The end of the service manager. */
class Manager implements Disposable {
  readonly #socket: Deno.DatagramConn;

  /** @param path With "@" at its start for an abstract name. */
  constructor(path: string) {
    this.#socket = Deno.listenDatagram({
      transport: "unixpacket",
      path: path.replace(/^@/, "\0"),
    });
  }

  async next(): Promise<string> {
    const [bytes] = await this.#socket.receive();
    return decoder.decode(bytes);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

const name = () => `net-listen-test-${crypto.randomUUID()}`;

async function withManager(
  path: string,
  variables: string,
  run: (manager: Manager, listening: Listening) => Promise<void>,
): Promise<void> {
  using manager = new Manager(path);
  await using listening = await Listening.startAfter(
    `export NOTIFY_SOCKET='${path}' ${variables}`,
    "--drain",
    "600",
  );
  await run(manager, listening);
}

const LINUX = { ignore: Deno.build.os !== "linux" };

for (
  const [what, path] of [
    ["a path", `${Deno.env.get("TMPDIR") ?? "/tmp"}/${name()}`],
    ["an abstract name", `@${name()}`],
  ] as const
) {
  Deno.test(
    `systemd at ${what} is told of the start, reloads, a drain and the stop`,
    LINUX,
    async () => {
      await withManager(path, "", async (manager, listening) => {
        assert.match(await manager.next(), /^READY=1\nSTATUS=listening on 127\.0\.0\.1:\d+$/);
        const uptimeSeconds = Deno.osUptime();
        listening.process.kill("SIGHUP");
        const [, usec] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(await manager.next())!;
        assert.ok(Number(usec) >= uptimeSeconds * 1e6);
        assert.match(await manager.next(), /^READY=1\nSTATUS=listening on/);
        const client = await listening.connect();
        await client.activated();
        using control = await controlOf(listening);
        await control.call("drain", {});
        // With STOPPING=1 it would be killed when TimeoutStopSec is over.
        assert.equal(await manager.next(), "STATUS=clients are leaving");
        listening.process.kill("SIGHUP");
        assert.match(await manager.next(), /^RELOADING=1/);
        assert.equal(await manager.next(), "READY=1\nSTATUS=clients are leaving");
        listening.process.kill("SIGTERM");
        assert.equal(await manager.next(), "STOPPING=1\nSTATUS=clients are leaving");
        await client.close();
        assert.equal((await listening.process.status).code, 0);
      });
      if (path.startsWith("/")) await Deno.remove(path);
    },
  );
}

Deno.test("the watchdog of systemd is told that the process works", LINUX, async () => {
  await withManager(`@${name()}`, "WATCHDOG_USEC=400000", async (manager) => {
    assert.match(await manager.next(), /^READY=1/);
    for (let i = 0; i < 2; i++) assert.equal(await manager.next(), "WATCHDOG=1");
  });
});

Deno.test("the watchdog of systemd is told twice in its time", LINUX, async () => {
  const path = `@${name()}`;
  using manager = new Manager(path);
  using timers = new FakeTimers();
  const env = new Map([["NOTIFY_SOCKET", path], ["WATCHDOG_USEC", "400000"]]);
  const service = new ServiceManager(env, silentLogger);
  service.ready("here");
  assert.match(await manager.next(), /^READY=1/);
  for (let i = 0; i < 4; i++) {
    timers.pass(199);
    service.status("still");
    assert.equal(await manager.next(), "STATUS=still");
    timers.pass(1);
    assert.equal(await manager.next(), "WATCHDOG=1");
  }
  await service.close();
  assert.equal(timers.size, 0);
});

Deno.test("a watchdog that is meant for another process is not told", LINUX, async () => {
  await withManager(
    `@${name()}`,
    "WATCHDOG_USEC=2000 WATCHDOG_PID=1",
    async (manager, listening) => {
      assert.match(await manager.next(), /^READY=1/);
      await (await listening.connect()).activated();
      assert.equal(await listening.stop(), 0);
      assert.match(await manager.next(), /^STOPPING=1/);
    },
  );
});

Deno.test("a service manager that cannot be reached is one line in the log", LINUX, async () => {
  await using listening = await Listening.startAfter("export NOTIFY_SOCKET=/nowhere/notify");
  await listening.err.until(/ warn notify-failed detail=/);
  await (await listening.connect()).showText("works");
  assert.equal(await listening.stop(), 0);
  assert.equal((await listening.err.rest()).match(/notify-failed/g)!.length, 1);
});

Deno.test(
  "a service manager that does not read is sent no more than 16 messages",
  LINUX,
  async () => {
    const path = `@${name()}`;
    using manager = new Manager(path);
    const env = new Map([["NOTIFY_SOCKET", path]]);
    const service = new ServiceManager(env, silentLogger);
    for (let i = 0; i < 100; i++) service.ready(`${i}`);
    for (let i = 0; i < MAX_WAITING_NOTICES; i++) {
      assert.equal(await manager.next(), `READY=1\nSTATUS=${i}`);
    }
    await service.close();
    assert.equal(env.size, 0);
    const later = new ServiceManager(new Map([["NOTIFY_SOCKET", path]]), silentLogger);
    later.stopping("the next");
    assert.equal(await manager.next(), "STOPPING=1\nSTATUS=the next");
    await later.close();
  },
);

Deno.test("programs that are started do not speak for the service", LINUX, async () => {
  await using listening = await Listening.startAfter(
    "export NOTIFY_SOCKET=@x WATCHDOG_USEC=9 WATCHDOG_PID=9",
    ...["--pipe", "env >DIR/env; cat >/dev/null"],
  );
  await listening.err.until(/listening on/);
  assert.equal(await listening.stop(), 0);
  assert.doesNotMatch(Deno.readTextFileSync(`${listening.directory}/env`), /NOTIFY|WATCHDOG/);
});
