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

async function run(...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await start(...args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
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

Deno.test("a picture from the first line of one to the last line of the other", async () => {
  await using listening = await Listening.start();
  const address = await listening.address();
  const { root } = listening;
  const { code, stdout, stderr } = await run(
    ...["connect", address, "--keystore", root, "--frames", "3"],
  );
  assert.equal(code, 0, stderr);
  assert.equal(
    stdout,
    "outputhint 640x480 at 60 Hz\n" +
      "displayhint 640x480 cells 8x16\n" +
      "fonthint 3.528 mm\n" +
      "activate: draw\n",
  );
  assert.match(
    stderr,
    /^keystore: .*\nconnecting to .* with the key .*\nlogged in; .*\nleft after 3 frames\n$/,
  );
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

Deno.test("Ctrl-C at the listener: the source is told to leave and leaves", async () => {
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

Deno.test("Ctrl-C at the source", async () => {
  await using listening = await Listening.start();
  const address = await listening.address();
  const source = start("connect", address, "--keystore", listening.root);
  const [told, log] = [new Output(source.stdout), new Output(source.stderr)];
  await told.until(/activate/);
  await listening.out.until(/resized/);
  source.kill("SIGINT");
  assert.equal((await source.status).code, 0);
  assert.match(await log.rest(), /left after \d+ frames?\n$/);
  await told.rest();
  await listening.out.until(/client \d+ terminated/);
});

Deno.test("a refused key, a wrong secret, an unknown server: what to do about it", async () => {
  await using listening = await Listening.start("--secret", "0:right");
  const address = await listening.address();
  const other = `${listening.directory}/source`;
  const keystore = await Keystore.open(other);
  const ours = publicKeyOf(keystore.identity());
  const key = ours.toBase64();
  const connect = (...flags: string[]) =>
    run("connect", address, "--keystore", other, "--frames", "1", ...flags);

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
  const any = await connect("--secret", "right", "--trust-any", "--direct");
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
  const connect = (...args: string[]) =>
    run("connect", ...args, "--keystore", other, "--frames", "1");

  assert.equal((await connect("work@")).code, 1, "its tag is not that of other servers");
  await keystore.add(["outbound-work"], publicKeyOf(sink.identity()));
  const good = await connect("work@");
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stderr, /nothing listens on .*; trying the next host\n/);
  assert.equal((await connect("--tag", "work")).code, 0);
  assert.equal((await connect(`127.0.0.1:${port}`, "--tag", "work")).code, 0);
  const absent = await connect("play@");
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /error: there is no host with the tag "play"/);
});
