/** `listen` whose output is not read, is full, or has a reader that has gone. */

import assert from "node:assert/strict";
import { Keystore, publicKeyOf } from "../../keystore/mod.ts";
import { Listening, MAIN, Output, type TestSource } from "../support/listening.ts";
import { has } from "../support/programs.ts";
import { turn } from "../support/pump_rig.ts";

const GONE = / warn output-gone detail="the reader of standard output has gone; (.*)"$/m;
/** Makes standard output a pipe without a reader; it is never broken, as its writer holds both ends. */
const UNREAD = "mkfifo out && exec 3<>out >&3 3>&-";
/** Makes it a pipe with a reader that leaves after one line. */
const HEAD = "mkfifo out && { head -n 1 <out >first & } && exec >out";
/** Sets O_NONBLOCK for the pipe, as another program that has it open may do. */
const NONBLOCKING = `${UNREAD} && python3 -c '
import fcntl, os
fcntl.fcntl(1, fcntl.F_SETFL, fcntl.fcntl(1, fcntl.F_GETFL) | os.O_NONBLOCK)'`;

/** Sends more than a pipe and the allowance of a client hold. */
function flood(client: { ident(message: string): void }, count = 2_000): void {
  for (let i = 0; i < count; i++) client.ident(`${i} ${"x".repeat(60)}`);
}

async function writeModule(code: string): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, code);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`output that is not read delays neither other clients, nor logins, nor ${signal}`, async () => {
    await using listening = await Listening.startAfter(UNREAD, "--json");
    const [loud, quiet] = [await listening.connect("loud"), await listening.connect("quiet")];
    flood(loud);
    for (let i = 0; i < 5; i++) await quiet.showText(`frame ${i}`);
    const late = await listening.connect("late");
    await late.showText("drawn");
    assert.equal(await listening.stop(signal), 0);
    const log = await listening.err.rest();
    assert.match(log, /output-lost detail="standard output was not read to its end"$/m);
    assert.doesNotMatch(log, /failed|stopped-with/);
  });
}

for (const [form, flags] of [["text", []], ["JSON", ["--json"]]] as const) {
  Deno.test(`output that is read late comes as a whole and in order: ${form}`, async () => {
    await using listening = await Listening.startAfter(UNREAD, ...flags);
    const loud = await listening.connect("loud");
    flood(loud, 5_000);
    await (await listening.connect("other")).showText("drawn");
    await readIdents(`${listening.directory}/out`, 5_000);
    assert.equal(await listening.stop(), 0);
    assert.doesNotMatch(await listening.err.rest(), /output-lost/);
  });
}

/** Reads a pipe up to so many idents of one client, which must come in order. */
async function readIdents(path: string, count: number): Promise<void> {
  using file = await Deno.open(path, { read: true });
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(10_000);
  let text = "";
  for (let next = 0; next < count;) {
    const length = await file.read(buffer);
    assert.ok(length !== null);
    const lines = (text + decoder.decode(buffer.subarray(0, length), { stream: true })).split("\n");
    text = lines.pop()!;
    for (const line of lines) {
      const number = /\bident\b.*"(\d+) x+"/.exec(line)?.[1];
      if (number !== undefined) assert.equal(number, `${next++}`);
    }
  }
}

Deno.test({
  name: "a pipe that is not ready (EAGAIN) is written to a little later, and nothing is lost",
  ignore: !(await has("python3")),
  fn: async () => {
    await using listening = await Listening.startAfter(NONBLOCKING, "--json");
    const loud = await listening.connect("loud");
    flood(loud);
    await (await listening.connect("other")).showText("drawn");
    await readIdents(`${listening.directory}/out`, 2_000);
    assert.equal(await listening.stop(), 0);
    assert.doesNotMatch(await listening.err.rest(), /output-|failed/);
  },
});

Deno.test("a full device is logged once and affects no client", async () => {
  await using listening = await Listening.startAfter("exec >/dev/full", "--json");
  const [one, two] = [await listening.connect("one"), await listening.connect("two")];
  flood(one);
  await one.showText("drawn");
  await two.showText("drawn");
  // What could not be written is a failure in the end.
  assert.equal(await listening.stop(), 1);
  const log = await listening.err.rest();
  assert.match(log, / error output-failed detail="No space left on device [^"]*"$/m);
  assert.equal(log.match(/failed/g)?.length, 1, log);
});

/** Makes lines until the listener finds that its reader has gone, which may be later than the first. */
async function printUntilGone({ err }: Listening, client: TestSource): Promise<string> {
  let said: string | undefined;
  const gone = err.until(GONE).then(([, next]) => said = next!);
  while (said === undefined && !client.client.isOver) {
    client.ident("more");
    await client.showText("more").catch(() => {});
    // Once the connection has ended nothing above waits for the event loop.
    await turn();
  }
  return await gone;
}

Deno.test("a closed standard output stops the listener in order", async () => {
  await using listening = await Listening.startAfter(HEAD, "--json");
  const client = await listening.connect();
  await printUntilGone(listening, client);
  await client.client.finished();
  assert.equal((await listening.process.status).code, 0);
  const log = await listening.err.rest();
  assert.equal(GONE.exec(log)?.[1], "stopping");
  assert.match(log, /client-left/);
  assert.equal(log.match(/output-/g)?.length, 1);
  assert.match(
    Deno.readTextFileSync(`${listening.directory}/first`),
    /^\{.*"kind":"preroll".*\}\n$/,
  );
});

for (const flags of [["--record", "DIR/kept"], ["--snapshot", "DIR/kept"]]) {
  Deno.test(`a closed standard output does not stop listen with ${flags[0]}`, async () => {
    await using listening = await Listening.startAfter(HEAD, "--json", ...flags);
    const client = await listening.connect();
    const next = await printUntilGone(listening, client);
    assert.equal(next, "the listener goes on without it");
    await client.showText("kept");
    assert.equal(await listening.stop(), 0);
    assert.equal([...Deno.readDirSync(`${listening.directory}/kept`)].length, 1);
  });
}

const PRINTING = `export default {
  preroll(source) { if (source.role === "client") console.log("preroll", { of: { a: [source.id] } }); },
  ident() { for (let i = 0; i < 200; i++) console.log(String(i).repeat(300)); },
};`;

for (const [what, script] of [["full", "exec >/dev/full"], ["gone", HEAD], ["unread", UNREAD]]) {
  Deno.test(`a handler module that prints goes on when its output is ${what}`, async () => {
    await using module = await writeModule(PRINTING);
    await using listening = await Listening.startAfter(script!, "--handler", module.path);
    const client = await listening.connect();
    client.ident("print");
    await client.showText("drawn");
    await (await listening.connect()).showText("drawn");
    await listening.stop("SIGTERM");
    assert.doesNotMatch(await listening.err.rest(), /handler-failed|stopped-with/);
  });
}

Deno.test("the output of a handler module is complete when it ends the process", async () => {
  await using module = await writeModule(`export default {
    ident() {
      for (let i = 0; i < 20_000; i++) console.log("line", i, { deep: { a: { b: [1] } } });
      console.error("the end");
      Deno.exit(7);
    },
  };`);
  await using listening = await Listening.start("--handler", module.path);
  const client = await listening.connect();
  client.ident("end");
  assert.equal((await listening.process.status).code, 7);
  const lines = (await listening.out.rest()).split("\n");
  assert.equal(lines.length, 20_001);
  assert.equal(lines[19_999], "line 19999 { deep: { a: { b: [ 1 ] } } }");
  assert.match(await listening.err.rest(), /^the end$/m);
});

Deno.test("log lines that are not read are dropped beyond a limit, counted, and delay nothing", async () => {
  await using module = await writeModule(`export default {
    ident() { for (let i = 0; i < 30_000; i++) console.error("log", i, "x".repeat(60)); },
    message() { console.error("counted"); },
  };`);
  await using listening = await Listening.startAfter(
    // The greeting still comes; what follows waits until somebody reads.
    "mkfifo log && exec 4<>log && { head -n 4 <&4 >&2 & } && exec 2>log",
    ...["--handler", module.path],
  );
  const client = await listening.connect();
  client.ident("flood");
  await client.showText("drawn");
  using reader = await Deno.open(`${listening.directory}/log`, { read: true });
  let text = "";
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  while (!/log-lost/.test(text)) {
    text = text.slice(-1_000) + decoder.decode(buffer.subarray(0, (await reader.read(buffer))!));
  }
  const [, lost] = / warn log-lost lines=(\d+)$/m.exec(text)!;
  assert.ok(Number(lost) > 10_000 && Number(lost) < 20_000, lost);
  assert.equal(await listening.stop("SIGTERM"), 0);
});

Deno.test("connect reads no faster than its output is read, and leaves in order", async () => {
  await using module = await writeModule(`export default {
    registered(client) { for (let i = 0; i < 2_000; i++) client.messageTarget("x".repeat(60)); },
  };`);
  await using listening = await Listening.start("--handler", module.path);
  const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
  const { directory } = listening;
  const keystore = await Keystore.open(`${directory}/keystore`);
  await keystore.add(["demo"], publicKeyOf(keystore.identity()));
  const connect = new Deno.Command("sh", {
    args: [
      "-c",
      `${UNREAD} && exec "$0" "$@"`,
      ...[Deno.execPath(), "run", "-A", MAIN, "connect", `127.0.0.1:${port}`, "--json"],
      ...["--keystore", `${directory}/keystore`],
    ],
    cwd: directory,
    env: { A12_SECRET: "" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const err = new Output(connect.stderr);
  await err.until(/^logged in/m);
  using out = await Deno.open(`${directory}/out`, { read: true });
  assert.ok(await out.read(new Uint8Array(100)));
  connect.kill("SIGTERM");
  assert.equal((await connect.status).code, 0);
  assert.match(await err.rest(), /^left after \d+ frames?$/m);
});

Deno.test("a short command succeeds with a closed output, and fails on a full device", async () => {
  const directory = await Deno.makeTempDir();
  const run = async (script: string) => {
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", script, Deno.execPath(), "run", "-A", MAIN, "keystore", "--keystore", directory],
      stdin: "null",
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  const gone = await run(`{ "$0" "$@" show; echo "code $?" >&2; } | :`);
  assert.match(gone.stderr, /^code 0$/m);
  const full = await run(`"$0" "$@" show >/dev/full`);
  assert.equal(full.code, 1);
  assert.match(full.stderr, /^error: cannot write to standard output: No space left on device/m);
  await Deno.remove(directory, { recursive: true });
});
