/** `listen --snapshot`, with clients that log in. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { Listening } from "../support/listening.ts";

const PIXELS = Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255);

Deno.test({
  name: "pictures are written on SIGUSR2 and at the end of each client",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using listening = await Listening.start("--snapshot", "DIR/pictures");
    const read = (name: string) => Deno.readFileSync(`${listening.directory}/pictures/${name}`);
    const text = await listening.connect("text");
    const picture = await listening.connect("picture", "application");
    await text.showText("hello ", "you   ");
    await picture.showPixels(2, 1, PIXELS);
    await listening.out.until(/client 3 resized/);

    listening.process.kill("SIGUSR2");
    await listening.err.until(/snapshot-written source=3/);
    assert.equal(new TextDecoder().decode(read("2.txt")), "hello\nyou\n");
    assert.deepEqual(new Uint8Array(PNG.sync.read(Buffer.from(read("3.png"))).data), PIXELS);
    assert.equal(Deno.statSync(`${listening.directory}/pictures/3.png`).mode! & 0o777, 0o600);

    await text.showText("bye   ", "you   ");
    await text.close();
    await listening.err.until(/snapshot-written source=2[^]*snapshot-written source=2/);
    assert.equal(new TextDecoder().decode(read("2.txt")), "bye\nyou\n");
    assert.doesNotMatch(listening.err.text, /[Dd]ebugger/);
  },
});

Deno.test("a directory that is not writable is an error at the start", async () => {
  await using listening = await Listening.start("--snapshot", "/dev/null/pictures");
  assert.equal((await listening.process.status).code, 2);
  assert.match(await listening.err.rest(), /^error: --snapshot cannot write to/m);
});

Deno.test({
  name: "pictures follow no planted link, and a missing directory is created again",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using listening = await Listening.start("--snapshot", "DIR/pictures");
    const { directory } = listening;
    const client = await listening.connect("text");
    await client.showText("hello");
    await listening.out.until(/client 2 resized/);
    await Deno.writeTextFile(`${directory}/victim`, "precious");
    for (const name of ["2.txt", "2.txt.part"]) {
      await Deno.symlink("../victim", `${directory}/pictures/${name}`);
    }
    listening.process.kill("SIGUSR2");
    await listening.err.until(/snapshot-written source=2/);
    assert.equal(await Deno.readTextFile(`${directory}/victim`), "precious");
    assert.equal((await Deno.lstat(`${directory}/pictures/2.txt`)).isFile, true);

    await Deno.remove(`${directory}/pictures`, { recursive: true });
    listening.process.kill("SIGUSR2");
    await listening.err.until(/warn directory-made path=[^]*snapshot-written[^]*\n/);
    assert.equal(await Deno.readTextFile(`${directory}/pictures/2.txt`), "hello\n");
  },
});
