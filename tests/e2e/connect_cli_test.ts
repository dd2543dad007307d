/** Two terminals: `listen` in one, `connect` in the other. */

import assert from "node:assert/strict";
import { Keystore, publicKeyOf } from "../../keystore/mod.ts";
import { Listening, MAIN, Output } from "../support/listening.ts";

/** Starts `listen` with a keystore that accepts its own key. */
async function listen(...flags: string[]) {
  const listening = await Listening.start(...flags);
  const root = `${listening.directory}/keystore`;
  const keystore = await Keystore.open(root);
  await keystore.add(["demo"], publicKeyOf(keystore.identity()));
  const [, address] = await listening.err.until(/listening on (127\.0\.0\.1:\d+) as demo\n/);
  return { listening, root, keystore, address: address! };
}

/** Starts `connect`. */
function connect(...args: string[]) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "connect", ...args],
    env: { NO_COLOR: "1", A12_SECRET: "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return { process, out: new Output(process.stdout), err: new Output(process.stderr) };
}

/** Runs `connect`; leaves by Ctrl-C when it may draw. */
async function connectOnce(...args: string[]) {
  const { process, out, err } = connect(...args);
  const isIn = await out.until(/^activate$/m).then(() => true, () => false);
  if (isIn) process.kill("SIGINT");
  const { code } = await process.status;
  return { code, stdout: await out.rest(), stderr: await err.rest() };
}

Deno.test("a picture, from the first line of connect to the last line of listen", async () => {
  const { listening, root, address } = await listen();
  await using _listening = listening;
  const { process, out, err } = connect(address, "--keystore", root);
  await listening.out.until(/resized/);
  process.kill("SIGINT");
  const { code } = await process.status;
  assert.equal(
    await out.rest(),
    "outputhint maxWidth=640 maxHeight=480 rate=60\n" +
      "displayhint width=640 height=480 ppcm=37.795 cellWidth=8 cellHeight=16\n" +
      "fonthint sizeMm=3.528 hinting=-1\n" +
      "activate\n",
  );
  assert.match(
    await err.rest(),
    /^keystore: .*\nconnecting to .* with the key .*\nlogged in; .*\nleft after \d+ frames?\n$/,
  );
  assert.equal(code, 0);
  await listening.out.until(/client \d+ terminated/);
  const lines = listening.out.text.split("\n").filter((line) => line.startsWith("client"));
  assert.deepEqual(lines.map((line) => line.replace(/^client \d+ /, "")), [
    'registered application "net-listen picture"',
    "preroll application",
    "privdrop networked",
    "resized 640x480",
    "terminated",
  ]);
});

Deno.test("Ctrl-C at the listener makes the source leave", async () => {
  const { listening, root, address } = await listen("--json");
  await using _listening = listening;
  const source = connect(address, "--keystore", root, "--show", "text", "--json");
  await listening.out.until(/"kind":"resized".*"tpack":true/);
  listening.process.kill("SIGINT");
  const { code } = await source.process.status;
  const kinds = (await source.out.rest()).trim().split("\n").map((line) => JSON.parse(line).kind);
  assert.deepEqual(kinds, [
    ...["outputhint", "displayhint", "fonthint", "activate", "displayhint", "shutdown", "exit"],
  ]);
  assert.equal(code, 0, await source.err.rest());
  assert.match(await source.err.rest(), /left after \d+ frames?\n$/);
  assert.equal((await listening.process.status).code, 0);
  assert.equal((await listening.out.rest()).match(/"kind":"terminated"/g)?.length, 2);
});

Deno.test("a refused key, a wrong secret, an unknown server: what to do about it", async () => {
  const { listening, keystore: sink, address } = await listen("--secret", "0:right");
  await using _listening = listening;
  const other = `${listening.directory}/source`;
  const keystore = await Keystore.open(other);
  const ours = publicKeyOf(keystore.identity());
  const key = ours.toBase64();
  const attempt = (...flags: string[]) => connectOnce(address, "--keystore", other, ...flags);

  const wrong = await attempt("--secret", "wrong");
  assert.deepEqual([wrong.code, wrong.stdout], [1, ""]);
  assert.match(wrong.stderr, /secret.*\n(.*\n)*error: the server closed the connection without/);
  assert(!wrong.stderr.includes("wrong"), "the secret is in no message");

  const refused = await attempt("--secret", "right");
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert(refused.stderr.includes(`keystore add NAME ${key}\n`), refused.stderr);

  await sink.add(["demo"], ours);
  const unknown = await attempt("--secret", "right");
  assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
  const serverKey = publicKeyOf(sink.identity()).toBase64();
  assert(unknown.stderr.includes(`keystore add outbound ${serverKey}\n`), unknown.stderr);

  assert.equal((await attempt("--secret", "right", "--trust", serverKey)).code, 0);
  assert.equal((await attempt("--secret", "right", "--trust", key)).code, 1);
  const any = await attempt("--secret", "right", "--trust-any");
  assert.equal(any.code, 0);
  assert.match(any.stderr, /warning: the server's key .* is not checked/);
  await keystore.add(["outbound"], publicKeyOf(sink.identity()));
  assert.equal((await attempt("--secret", "right")).code, 0);
});

Deno.test("a tag has its own key, and hosts that are tried in order", async () => {
  const { listening, keystore: sink, address } = await listen();
  await using _listening = listening;
  const [host, port] = address.split(":");
  const other = `${listening.directory}/source`;
  const keystore = await Keystore.open(other);
  await keystore.addHost("work", "127.0.0.1", 1);
  const { publicKey } = await keystore.addHost("work", host!, Number(port));
  await sink.add(["demo"], publicKey);
  const attempt = (target: string) => connectOnce(target, "--keystore", other);

  assert.equal((await attempt("work@")).code, 1, "its tag is not that of other servers");
  await keystore.add(["outbound-work"], publicKeyOf(sink.identity()));
  const good = await attempt("work@");
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stderr, /nothing listens on .*; trying the next host\n/);
  assert.equal((await attempt(`work@127.0.0.1:${port}`)).code, 0);
  const absent = await attempt("play@");
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /error: there is no host with the tag "play"/);
});
