/** Signals to `listen`. */

import assert from "node:assert/strict";
import { Listening, MAIN, Output, TestSource } from "../support/listening.ts";
import { hasScript, onTerminal } from "../support/pseudo_terminal.ts";

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} stops in order: recordings are ended, the last pictures are written`, async () => {
    await using listening = await Listening.start("--record", "DIR/rec", "--snapshot", "DIR/pic");
    const client = await listening.connect();
    await client.showText("the last");
    assert.equal(await listening.stop(signal), 0);
    const [folder] = [...Deno.readDirSync(`${listening.directory}/rec`)];
    const events = Deno.readTextFileSync(
      `${listening.directory}/rec/${folder!.name}/events.jsonl`,
    );
    assert.match(events.trimEnd().split("\n").at(-1)!, /"kind":"terminated"/);
    assert.equal(Deno.readTextFileSync(`${listening.directory}/pic/2.txt`), "the last\n");
    assert.match(
      await listening.out.rest(),
      /^client 2 terminated\nlistener 1 terminated\n$|terminated/m,
    );
  });
}

Deno.test({
  name: "SIGHUP stops in order on a terminal, as it tells that the terminal has closed",
  ignore: !await hasScript(),
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "hangup-test-" });
    const { args, key } = await Listening.prepare(directory, []);
    const listen = [Deno.execPath(), "run", "-A", MAIN, ...args].join("' '");
    const process = onTerminal(`echo "pid=$$"; exec '${listen}'`);
    const output = new Output(process.stdout);
    const [, pid, port] = await output.until(/pid=(\d+)[^]*listening on 127\.0\.0\.1:(\d+)/);
    const client = await TestSource.connect(Number(port), key, "test", "tui");
    await client.activated();
    Deno.kill(Number(pid), "SIGHUP");
    assert.equal((await process.status).code, 0, await output.rest());
    assert.equal(client.lastWords, "the listener has shut down");
    await client.close();
    await process.stdin.close();
    await Deno.remove(directory, { recursive: true });
  },
});

for (const script of [":", "trap '' HUP"]) {
  Deno.test(`SIGHUP rereads the keystore without a terminal (${script})`, async () => {
    await using listening = await Listening.startAfter(script);
    const client = await listening.connect();
    const hostKey = `${listening.directory}/keystore/hostkeys/default`;
    const good = await Deno.readTextFile(hostKey);
    await Deno.writeTextFile(hostKey, "127.0.0.1 rubbish\n");
    listening.process.kill("SIGHUP");
    await listening.err.until(
      / error reload-failed part=keystore detail=.*no line with a private key/,
    );
    await client.showText("still drawing");
    // The key that was good before answers.
    await (await listening.connect()).showText("another");
    await listening.err.until(/ error own-key-kept path=.*hostkeys\/default reason=bad-line /);
    await Deno.writeTextFile(hostKey, good);
    const accepted = `${listening.directory}/keystore/accepted`;
    await Deno.rename(accepted, `${accepted}.away`);
    listening.process.kill("SIGHUP");
    await listening.err.until(/ error reload-failed part=keystore detail="no key is accepted, as /);
    await Deno.rename(`${accepted}.away`, accepted);
    listening.process.kill("SIGHUP");
    await listening.err.until(/ info reloaded parts=keystore\n/);
    assert.equal(await listening.stop(), 0);
    assert.match(await listening.err.rest(), /^closing 2 clients/m);
  });
}

Deno.test("--drain: SIGTERM closes the port and lets clients go on until they have left", async () => {
  await using listening = await Listening.start("--drain", "600");
  const client = await listening.connect();
  await client.activated();
  listening.process.kill("SIGTERM");
  await listening.err.until(/^waiting up to 600 s for 1 client to leave, again to end them$/m);
  await assert.rejects(listening.connect());
  await client.showText("still drawing");
  await client.close();
  assert.equal((await listening.process.status).code, 0);
  assert.doesNotMatch(await listening.err.rest(), /closing/);
});

for (
  const [what, drain, signal] of [
    ["after the time", "1", undefined],
    ["at another SIGTERM", "600", "SIGTERM"],
  ] as const
) {
  Deno.test(`--drain: clients are ended with last words ${what}`, async () => {
    await using listening = await Listening.start("--drain", drain);
    const client = await listening.connect();
    await client.activated();
    listening.process.kill("SIGTERM");
    await listening.err.until(/^waiting up to/m);
    if (signal !== undefined) listening.process.kill(signal);
    assert.equal((await listening.process.status).code, 0);
    assert.match(await listening.err.rest(), /^closing 1 client, again to end at once$/m);
    assert.equal(client.lastWords, "the listener has shut down");
  });
}

Deno.test("--drain: SIGTERM without clients, and Ctrl-C, end at once", async () => {
  await using idle = await Listening.start("--drain", "600");
  await idle.err.until(/listening on/);
  assert.equal(await idle.stop("SIGTERM"), 0);
  await using busy = await Listening.start("--drain", "600");
  await (await busy.connect()).activated();
  assert.equal(await busy.stop("SIGINT"), 0);
  assert.match(await busy.err.rest(), /^closing 1 client/m);
});

Deno.test("SIGUSR2 without --snapshot is a line in the log", async () => {
  await using listening = await Listening.start();
  const client = await listening.connect();
  listening.process.kill("SIGUSR2");
  await listening.err.until(
    / warn signal-ignored signal=SIGUSR2 detail="it needs --snapshot DIR"\n/,
  );
  await client.showText("still drawing");
  assert.equal(await listening.stop(), 0);
});

Deno.test("a second signal ends the process at once, even with a handler that hangs", async () => {
  const module = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    module,
    `export default { ident() { console.log("x".repeat(1_000_000)); return new Promise(() => {}); } };`,
  );
  await using listening = await Listening.startAfter(
    "mkfifo out && exec 3<>out >&3 3>&-",
    ...["--handler", module],
  );
  const client = await listening.connect();
  client.ident("hang");
  await (await listening.connect()).showText("drawn");
  listening.process.kill("SIGTERM");
  await listening.err.until(/^closing 2 clients, again to end at once$/m);
  assert.equal(await listening.stop("SIGINT"), 130);
  await Deno.remove(module);
});
