/** `listen --log-file`. */

import assert from "node:assert/strict";
import { inDirectory } from "../support/directory.ts";
import { Listening } from "../support/listening.ts";

const POSIX = Deno.build.os !== "windows";

function start(...flags: string[]): Promise<Listening> {
  return Listening.start("--log-file", "DIR/log", ...flags);
}

const lines = (path: string) => Deno.readTextFileSync(path).trimEnd().split("\n");

Deno.test("--log-file: log lines and messages go there, for the owner's eyes alone", async () => {
  await using listening = await start();
  await (await listening.connect()).activated();
  assert.equal(await listening.stop(), 0);
  const path = `${listening.directory}/log`;
  const events = lines(path).map((line) => / (?:info|warn) (\S+)/.exec(line)?.[1]);
  assert.deepEqual(events.slice(0, 3), ["keystore", "listening", "client-authenticated"]);
  assert.ok(events.includes("stopping"));
  if (POSIX) assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  assert.doesNotMatch(await listening.err.rest(), /client-authenticated/);
});

Deno.test("--log-file: after it was renamed, SIGHUP goes on in a new file of that name", async () => {
  await using listening = await start("--log-format", "json");
  const path = `${listening.directory}/log`;
  await inLog(listening, path, "listening");
  await Deno.rename(path, `${path}.1`);
  listening.process.kill("SIGHUP");
  await inLog(listening, path, "reloaded");
  assert.deepEqual(lines(path).map((line) => JSON.parse(line).event), ["reloaded"]);
  assert.equal(await listening.stop(), 0);
  assert.equal(lines(`${path}.1`).filter((line) => line.includes("reloaded")).length, 0);
});

Deno.test("--log-file: a new file that cannot be opened leaves the old one in use", async () => {
  await using listening = await start("--log-format", "json");
  const path = `${listening.directory}/log`;
  await inLog(listening, path, "listening");
  await Deno.rename(path, `${path}.1`);
  await Deno.mkdir(path);
  listening.process.kill("SIGHUP");
  await inLog(listening, `${path}.1`, "reloaded");
  assert.match(Deno.readTextFileSync(`${path}.1`), /"reload-failed","part":"log-file"/);
  assert.equal(await listening.stop(), 0);
});

Deno.test({
  name: "--log-file: a disk that takes no more is one line on standard error, and no end",
  ignore: !POSIX,
  fn: async () => {
    // The largest file, in blocks of 512 bytes.
    await using listening = await Listening.startAfter(
      "trap '' XFSZ && ulimit -f 2",
      ...["--log-file", "DIR/log", "--debug"],
    );
    for (let i = 0; i < 12; i++) await (await listening.connect()).close();
    await listening.err.until(/ error log-file-failed path=\S+ detail=.*\n/);
    const client = await listening.connect();
    await client.showText("still drawing");
    assert.equal(await listening.stop(), 0);
    assert.equal((await listening.err.rest()).match(/log-file-failed/g)!.length, 1);
    assert.equal(Deno.statSync(`${listening.directory}/log`).size, 1024);
  },
});

Deno.test({
  name: "--log-file: a link, a FIFO, a directory and a missing directory are refused",
  ignore: !POSIX,
  fn: async () => {
    await inDirectory(async (directory) => {
      await Deno.symlink("/dev/null", `${directory}/link`);
      await Deno.mkdir(`${directory}/directory`);
      await new Deno.Command("mkfifo", { args: [`${directory}/fifo`] }).output();
      for (
        const [path, reason] of [
          ["link", "it is a symbolic link; give the path of the file itself"],
          ["fifo", "ENXIO"],
          ["directory", "EISDIR"],
          ["gone/log", "ENOENT"],
        ]
      ) {
        await using listening = await Listening.start("--log-file", `${directory}/${path}`);
        assert.equal((await listening.process.status).code, 2);
        const text = await listening.err.rest();
        assert.ok(
          text.startsWith(`error: cannot open the log file ${directory}/${path}: ${reason}`),
          text,
        );
      }
    });
  },
});

/** Waits for an event in the file. */
async function inLog(listening: Listening, path: string, event: string): Promise<void> {
  const has = () => {
    try {
      return Deno.readTextFileSync(path).includes(`"event":"${event}"`);
    } catch {
      return false;
    }
  };
  using watcher = Deno.watchFs(listening.directory);
  if (has()) return;
  for await (const _ of watcher) if (has()) return;
}
