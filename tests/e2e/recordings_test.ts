/** Recordings that are begun, ended and read by the control interface, with and without workers. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import type { Content } from "../../lib/control/description.ts";
import { AnsiScreen } from "../support/ansi_screen.ts";
import { playCast } from "../support/cast.ts";
import { controlOf, ctl } from "../support/ctl.ts";
import { Listening } from "../support/listening.ts";

const KINDS = { "without workers": [], "with workers": ["--workers", "2"] } as const;
const ONE = Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255);
const TWO = Uint8Array.of(7, 7, 7, 255, 8, 8, 8, 255);
const code = (code: string) => (error: { code?: string }) => error.code === code;

async function textOf({ stream }: Content): Promise<string> {
  return await new Response(stream).text();
}

function screenOf(cast: string): string {
  const screen = new AnsiScreen(1, 1);
  playCast(screen, cast);
  return screen.line(0);
}

for (const [how, flags] of Object.entries(KINDS)) {
  Deno.test(`recordings ${how}: begun with what is shown, ended, begun again, and read`, async () => {
    await using listening = await Listening.start("--json", ...flags);
    using control = await controlOf(listening);
    assert.deepEqual(await control.call("recordings", {}), []);
    const source = await listening.connect("a terminal");
    await source.showText("before");
    const client = { client: "2" };
    const { recording: name } = await control.call("record", { ...client, on: true });
    assert.ok(name !== undefined);
    assert.equal((await control.call("record", { ...client, on: true })).recording, name);
    assert.equal((await control.call("show", client)).recording, name);
    const cast = { name, text: 2 };
    const played = async () => screenOf(await textOf(await control.call("recording", cast)));
    await source.showText("during");
    // It is written a little later than it is acknowledged, and its file made then.
    const isMissing = ({ code }: { code?: string }) => assert.equal(code, "no-such-recording");
    while (await played().catch(isMissing) !== "during");
    const [running] = await control.call("recordings", {});
    assert.deepEqual(
      [running!.name, running!.client, running!.title, running!.is_running, running!.parts],
      [name, 2, "a terminal", true, [{ segment: 2, content: "text" }]],
    );
    assert.deepEqual(await control.call("record", { ...client, on: false }), { client: 2 });
    assert.equal((await control.call("show", client)).recording, undefined);
    await source.showText("behind");
    source.ident("ended");
    await listening.out.until(/"ident"/);
    assert.equal(await played(), "during");
    assert.equal((await control.call("recordings", {}))[0]!.is_running, false);

    const again = await control.call("record", { ...client, on: true });
    assert.notEqual(again.recording, name);
    source.ident("again");
    await listening.out.until(/again/);
    await control.call("record", { ...client, on: false });
    const text = await control.call("recording", { name: again.recording!, text: 2 });
    assert.equal(text.type, "application/x-asciicast");
    assert.equal(screenOf(await textOf(text)), "behind");
    const events = await textOf(await control.call("recording", { name: again.recording! }));
    assert.deepEqual(
      events.trimEnd().split("\n").map((line) => JSON.parse(line).kind),
      ["ident"],
    );
    assert.deepEqual((await control.call("recordings", {})).map(({ name }) => name), [
      again.recording,
      name,
    ]);
    for (const bad of [`../${name}`, "20261123T193714Z-2-3f2a-91bc-07de-55aa-c1d2", `${name}/..`]) {
      await assert.rejects(control.call("recording", { name: bad }), code("no-such-recording"));
    }
    await assert.rejects(control.call("recording", { name, text: 3 }), code("no-such-recording"));
    await assert.rejects(
      control.call("recording", { name, text: 2, pixels: 2 }),
      code("bad-argument"),
    );
  });
}

Deno.test("recordings: with --record every client is, until it is ended; pictures are read by number", async () => {
  await using listening = await Listening.start("--json", "--record", "DIR/rec");
  using control = await controlOf(listening);
  const source = await listening.connect("a picture", "game");
  await source.showPixels(2, 1, ONE);
  const { recording: name } = await control.call("show", { client: "2" });
  assert.ok(name !== undefined);
  assert.equal((await control.call("record", { client: "2", on: true })).recording, name);
  await control.call("record", { client: "2", on: false });
  await source.showPixels(2, 1, TWO);
  const index = await textOf(await control.call("recording", { name, pixels: 2 }));
  assert.deepEqual(index.trimEnd().split("\n").map((line) => JSON.parse(line).file), [
    "000001.png",
  ]);
  const picture = await control.call("recording", { name, pixels: 2, picture: 1 });
  assert.equal(picture.type, "image/png");
  const png = PNG.sync.read(Buffer.from(await new Response(picture.stream).arrayBuffer()));
  assert.deepEqual(new Uint8Array(png.data), ONE);
  await assert.rejects(
    control.call("recording", { name, pixels: 2, picture: 2 }),
    code("no-such-recording"),
  );
  assert.equal((await control.call("show", { client: "2" })).recording, undefined);
});

Deno.test("ctl records a client, lists recordings and prints one", async () => {
  await using listening = await Listening.start();
  const source = await listening.connect("a terminal");
  await source.showText("hello");
  const begun = await ctl(listening, ["record", "2", "on"]);
  const name = begun.out.trim();
  const listed = await ctl(listening, ["recordings"]);
  assert.match(
    listed.out,
    new RegExp(`^${name} +tui +a terminal +2 text +\\d+ +\\d+ s ago +runs$`, "m"),
  );
  const ended = await ctl(listening, ["record", "2", "off"]);
  assert.equal(ended.err, "client 2 is not recorded any more\n");
  const printed = await ctl(listening, ["recording", name, "--text", "2"]);
  assert.equal(screenOf(printed.out), "hello");
});
