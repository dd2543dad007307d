/** Files to and from clients by the control interface, with and without workers. */

import assert from "node:assert/strict";
import type { ControlClient, Result } from "../../lib/control/mod.ts";
import { controlOf, ctl } from "../support/ctl.ts";
import { FileClient, hashOf, randomBytes } from "../support/file_client.ts";
import { Listening } from "../support/listening.ts";

const KINDS = { "without workers": [], "with workers": ["--workers", "2"] } as const;
const CONTENT = randomBytes(10_000_000);
const HASH = hashOf(CONTENT);
const CLIENT = "2";
const code = (code: string) => (error: { code?: string }) => error.code === code;

function contentOf(bytes: Uint8Array<ArrayBuffer>) {
  return { stream: new Blob([bytes]).stream(), sizeBytes: bytes.length };
}

/** Waits until the last file of the client has a state. */
async function fileIn(
  control: ControlClient,
  state: string,
): Promise<Result<"files">[number]> {
  for (;;) {
    const file = (await control.call("files", { client: CLIENT })).at(-1);
    if (file?.state === state) return file;
  }
}

for (const [how, flags] of Object.entries(KINDS)) {
  Deno.test(`files ${how}: 10 MB go to a client and come from it`, async () => {
    await using listening = await Listening.start(...flags);
    using control = await controlOf(listening);
    using source = await FileClient.connect(listening);
    const sent = control.call("send", {
      client: CLIENT,
      name: "a long name of it.bin",
      size: CONTENT.length,
      content: contentOf(CONTENT),
    });
    assert.deepEqual(await source.take(), { name: "a long name.bin", hash: HASH });
    assert.deepEqual(await sent, { client: 2, bytes: CONTENT.length, confirmed: true });
    const [row] = await control.call("files", { client: CLIENT });
    assert.ok(row !== undefined);
    const { direction, name, moved_bytes, state } = row;
    assert.deepEqual(
      [direction, name, moved_bytes, state],
      ["to", "a long name.bin", CONTENT.length, "complete"],
    );

    const half = CONTENT.length / 2;
    await source.announce("../notes;1", CONTENT.length);
    await source.send(CONTENT.subarray(0, half));
    const arriving = await fileIn(control, "moving");
    assert.deepEqual([arriving.size, arriving.name], [CONTENT.length, "../notes;1"]);
    const fetched = await control.call("fetch", { client: CLIENT, file: arriving.id });
    assert.deepEqual([fetched.sizeBytes, fetched.name], [CONTENT.length, "_notes_1"]);
    const fetching = new Response(fetched.stream).bytes();
    await source.send(CONTENT.subarray(half));
    assert.equal(hashOf(await fetching), HASH);
    await fileIn(control, "complete");
    await assert.rejects(
      control.call("fetch", { client: CLIENT, file: 99 }),
      code("no-such-file"),
    );
  });

  Deno.test(`files ${how}: refused ones, broken bodies and clients that leave end in order`, async () => {
    await using listening = await Listening.start(...flags);
    using control = await controlOf(listening);
    const source = await FileClient.connect(listening);
    const send = (size: number, content = contentOf(CONTENT)) =>
      control.call("send", { client: CLIENT, size, content });
    const refused = assert.rejects(send(CONTENT.length), code("not-taken"));
    await source.refuse();
    await refused;
    await assert.rejects(send(3, contentOf(new Uint8Array(4))), code("bad-argument"));
    const broken = assert.rejects(
      send(100_000, contentOf(new Uint8Array(50_000))),
      code("bad-argument"),
    );
    await source.announced();
    await broken;
    const whole = send(4, contentOf(new Uint8Array(4)));
    await source.take();
    assert.equal((await whole).confirmed, true);

    await source.announce("half", 1000);
    await source.send(new Uint8Array(500));
    const { id } = await fileIn(control, "moving");
    const { stream } = await control.call("fetch", { client: CLIENT, file: id });
    const cut = assert.rejects(new Response(stream).bytes());
    const left = assert.rejects(send(CONTENT.length), code("not-taken"));
    await source.announced();
    source.client.close();
    await cut;
    await left;
    await assert.rejects(control.call("files", { client: CLIENT }), code("no-such-client"));
  });

  Deno.test(`files ${how}: where no program can ask for them, those of clients are refused`, async () => {
    await using listening = await Listening.start("--no-control", ...flags);
    using source = await FileClient.connect(listening);
    await source.announce("a", CONTENT.length);
    await source.refused();
    assert.equal(await listening.stop(), 0);
  });
}

Deno.test("ctl sends a file, lists files and keeps one, but replaces none", async () => {
  await using listening = await Listening.start();
  using source = await FileClient.connect(listening);
  const path = `${listening.directory}/to-send.txt`;
  await Deno.writeFile(path, CONTENT);
  const sending = ctl(listening, ["send", CLIENT, path]);
  assert.deepEqual(await source.take(), { name: "to-send.txt", hash: HASH });
  assert.deepEqual(await sending, {
    out: "",
    err: "10000000 bytes were sent; client 2 has it\n",
  });
  await source.offer("back", CONTENT);
  const listed = await ctl(listening, ["files", CLIENT]);
  assert.match(listed.out, /^1 +to +to-send.txt +10000000 +10000000 +complete +\d+ s$/m);
  assert.match(listed.out, /^2 +from +back +\d+ +10000000 +(moving|complete) +\d+ s$/m);
  const output = `${listening.directory}/kept`;
  const kept = await ctl(listening, ["fetch", CLIENT, "2", "--output", output]);
  assert.equal(kept.err, `10000000 bytes were written to ${output}\n`);
  assert.equal(hashOf(await Deno.readFile(output)), HASH);
  const { err } = await ctl(listening, ["fetch", CLIENT, "2", "--output", output], 2);
  assert.match(err, /is there already: give another --output FILE/);
});
