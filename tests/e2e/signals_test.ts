/** Signals to `listen`. */

import assert from "node:assert/strict";
import { Listening } from "../support/listening.ts";

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
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
  name: "SIGHUP is left alone in a process that was started to outlive its terminal",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using listening = await Listening.startAfter("trap '' HUP");
    const client = await listening.connect();
    listening.process.kill("SIGHUP");
    await client.showText("still drawing");
    assert.equal(await listening.stop(), 0);
    assert.match(await listening.err.rest(), /^closing 1 client/m);
  },
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
