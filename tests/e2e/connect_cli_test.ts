/** Two terminals: `listen` in one, `connect` in the other. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Keystore, publicKeyOf } from "../../keystore/mod.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    env: { NO_COLOR: "1", A12_SECRET: "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a process writes, to be waited for. */
class Output {
  text = "";
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`the output ended without ${pattern}: ${this.text}`);
      this.text += value;
    }
  }

  async rest(): Promise<string> {
    for (let part = await this.#reader.read(); !part.done; part = await this.#reader.read()) {
      this.text += part.value;
    }
    return this.text;
  }
}

/** A listener in a process of its own, with a keystore that holds its own key. */
class Listening {
  readonly out: Output;
  readonly err: Output;

  private constructor(
    readonly directory: string,
    readonly root: string,
    readonly process: Deno.ChildProcess,
  ) {
    this.out = new Output(process.stdout);
    this.err = new Output(process.stderr);
  }

  static async start(...flags: string[]): Promise<Listening> {
    const directory = await Deno.makeTempDir();
    const root = `${directory}/sink`;
    const keystore = await Keystore.open(root);
    await keystore.add(["demo"], publicKeyOf(keystore.identity()));
    const process = start("listen", "demo", "127.0.0.1", "0", "--keystore", root, ...flags);
    return new Listening(directory, root, process);
  }

  /** Where it listens. */
  async address(): Promise<string> {
    return (await this.err.until(/listening on (127\.0\.0\.1:\d+) as demo\n/))[1]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGINT");
    } catch {
      // It has ended by itself.
    }
    await this.out.rest();
    await this.err.rest();
    await this.process.status;
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** Runs `connect` and leaves by Ctrl-C once it may draw. */
async function connectOnce(...args: string[]): Promise<Ended> {
  const process = start("connect", ...args);
  const [out, err] = [new Output(process.stdout), new Output(process.stderr)];
  const isIn = await out.until(/^activate$/m).then(() => true, () => false);
  if (isIn) process.kill("SIGINT");
  const { code } = await process.status;
  return { code, stdout: await out.rest(), stderr: await err.rest() };
}

Deno.test("a picture, from the first line of connect to the last line of listen", async () => {
  await using listening = await Listening.start();
  const source = start("connect", await listening.address(), "--keystore", listening.root);
  const [out, err] = [new Output(source.stdout), new Output(source.stderr)];
  await listening.out.until(/resized/);
  source.kill("SIGINT");
  const { code } = await source.status;
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
  await using listening = await Listening.start("--json");
  const address = await listening.address();
  const source = start(
    ...["connect", address, "--keystore", listening.root, "--show", "text", "--json"],
  );
  const told = new Output(source.stdout);
  const log = new Output(source.stderr);
  await listening.out.until(/"kind":"resized".*"tpack":true/);
  listening.process.kill("SIGINT");
  const { code } = await source.status;
  const kinds = (await told.rest()).trim().split("\n").map((line) => JSON.parse(line).kind);
  assert.deepEqual(kinds, [
    ...["outputhint", "displayhint", "fonthint", "activate", "displayhint", "exit"],
  ]);
  assert.equal(code, 0, await log.rest());
  assert.match(await log.rest(), /left after \d+ frames?\n$/);
  assert.equal((await listening.process.status).code, 0);
  assert.equal((await listening.out.rest()).match(/"kind":"terminated"/g)?.length, 2);
});

Deno.test("a refused key, a wrong secret, an unknown server: what to do about it", async () => {
  await using listening = await Listening.start("--secret", "0:right");
  const address = await listening.address();
  const other = `${listening.directory}/source`;
  const keystore = await Keystore.open(other);
  const ours = publicKeyOf(keystore.identity());
  const key = ours.toBase64();
  const connect = (...flags: string[]) => connectOnce(address, "--keystore", other, ...flags);

  const wrong = await connect("--secret", "wrong");
  assert.deepEqual([wrong.code, wrong.stdout], [1, ""]);
  assert.match(wrong.stderr, /secret.*\n(.*\n)*error: the server closed the connection without/);
  assert(!wrong.stderr.includes("wrong"), "the secret is in no message");

  const refused = await connect("--secret", "right");
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert(refused.stderr.includes(`keystore add NAME ${key}\n`), refused.stderr);

  const sink = await Keystore.open(listening.root);
  await sink.add(["demo"], ours);
  const unknown = await connect("--secret", "right");
  assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
  const serverKey = publicKeyOf(sink.identity()).toBase64();
  assert(unknown.stderr.includes(`keystore add outbound ${serverKey}\n`), unknown.stderr);

  assert.equal((await connect("--secret", "right", "--trust", serverKey)).code, 0);
  assert.equal((await connect("--secret", "right", "--trust", key)).code, 1);
  const any = await connect("--secret", "right", "--trust-any");
  assert.equal(any.code, 0);
  assert.match(any.stderr, /warning: the server's key .* is not checked/);
  await keystore.add(["outbound"], publicKeyOf(sink.identity()));
  assert.equal((await connect("--secret", "right")).code, 0);
});

Deno.test("a tag has its own key, and hosts that are tried in order", async () => {
  await using listening = await Listening.start();
  const [host, port] = (await listening.address()).split(":");
  const other = `${listening.directory}/source`;
  const keystore = await Keystore.open(other);
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await keystore.addHost("work", "127.0.0.1", closed.addr.port);
  closed.close();
  const { publicKey } = await keystore.addHost("work", host!, Number(port));
  const sink = await Keystore.open(listening.root);
  await sink.add(["demo"], publicKey);
  const connect = (target: string) => connectOnce(target, "--keystore", other);

  assert.equal((await connect("work@")).code, 1, "its tag is not that of other servers");
  await keystore.add(["outbound-work"], publicKeyOf(sink.identity()));
  const good = await connect("work@");
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stderr, /nothing listens on .*; trying the next host\n/);
  assert.equal((await connect(`work@127.0.0.1:${port}`)).code, 0);
  const absent = await connect("play@");
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /error: there is no host with the tag "play"/);
});
