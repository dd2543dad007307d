/** `listen --workers`: several threads that act as one listener. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Keystore } from "../../keystore/mod.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { Listening, MAIN, type TestSource } from "../support/listening.ts";

const WORKERS = ["--workers", "2"];
/** With so many clients none is in another worker once in 500 million times. */
const MANY = 30;
const PORT = /listening on 127\.0\.0\.1:(\d+)/;

async function startModule(): Promise<Listening> {
  const path = fileURLToPath(new URL("../support/worker_handler.ts", import.meta.url));
  const listening = await Listening.start(...WORKERS, "--handler", path);
  await listening.err.until(PORT);
  return listening;
}

/** Connects clients until each worker has one. */
async function inBothWorkers(listening: Listening): Promise<[TestSource, TestSource]> {
  const byWorker = new Map<string, TestSource>();
  for (let i = 0; i < MANY; i++) {
    const client = await listening.connect(`client ${i}`);
    await client.activated();
    const [, , worker] = await listening.out.until(new RegExp(`^(${i + 2}) in (.*)$`, "m"));
    byWorker.set(worker!, client);
    const [one, two] = [...byWorker.values()];
    if (one !== undefined && two !== undefined) return [one, two];
  }
  assert.fail("all clients are in one worker");
}

function jsonLines(text: string): { source: number; kind: string; message?: string }[] {
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`workers print the records of each client in order, and end by ${signal}`, async () => {
    await using listening = await Listening.start(...WORKERS, "--json");
    const clients: TestSource[] = [];
    for (let i = 0; i < 6; i++) clients.push(await listening.connect(`${i}`));
    await Promise.all(clients.map((client) => client.showText("drawn")));
    for (let i = 0; i < 50; i++) for (const client of clients) client.ident(`${i}`);
    await listening.out.until({ exec: (text) => text.split('"ident"').length > 300 ? [] : null });
    assert.equal(await listening.stop(signal), 0);
    const bySource = Map.groupBy(jsonLines(await listening.out.rest()), ({ source }) => source);
    assert.deepEqual([...bySource.keys()].sort(), [1, 2, 3, 4, 5, 6, 7]);
    const kinds = (source: number) => bySource.get(source)!.map(({ kind }) => kind);
    const requests = Array<string>(6).fill("segment_request");
    assert.deepEqual(kinds(1), ["preroll", ...requests, "terminated"]);
    for (let source = 2; source <= 7; source++) {
      const said = bySource.get(source)!.flatMap(({ message }) => message ?? []);
      assert.deepEqual(said, Array.from({ length: 50 }, (_, i) => `${i}`));
      assert.equal(kinds(source)[0], "registered");
      assert.equal(kinds(source).at(-1), "terminated");
    }
    assert.match(await listening.err.rest(), /^closing 6 clients, again to end at once$/m);
  });
}

Deno.test("a hundred unknown clients race for the places of a secret: over all workers no more get in", async () => {
  const [places, count] = [7, 100];
  const script = `printf '${places}:race\\n' >secret`;
  const flags = [...WORKERS, "--secret-file", "DIR/secret"];
  await using listening = await Listening.startAfter(script, ...flags);
  const [, port] = await listening.err.until(PORT);
  const clients = await Promise.all(
    Array.from(
      { length: count },
      () => TestClient.connect(Number(port), { key: freshKey(), secret: "race" }),
    ),
  );
  const admitted = await Promise.all(clients.map(async (client) => {
    if (!await client.login()) return false;
    client.register();
    await client.flush();
    while (client.session.state !== "established") if (!await client.read()) return false;
    return true;
  }));
  for (const client of clients) client.close();
  assert.equal(admitted.filter((isIn) => isIn).length, places);
  const keystore = await Keystore.open(`${listening.directory}/keystore`);
  const known = keystore.list("demo").map(({ publicKey }) => publicKey.toHex());
  assert.equal(known.length, places + 1);
  clients.forEach(({ key }, i) => {
    assert.equal(known.includes(key.publicKey.toHex()), admitted[i]);
  });
  await listening.stop();
  const log = await listening.err.rest();
  const left = [...log.matchAll(/places_left=(\d+)/g)].map(([, number]) => Number(number));
  assert.deepEqual(left.sort(), Array.from({ length: places }, (_, i) => i));
});

Deno.test("a removed key logs in to no worker, and an added one to each", async () => {
  await using listening = await startModule();
  await inBothWorkers(listening);
  const keystore = await Keystore.open(`${listening.directory}/keystore`);
  const added = freshKey();
  await keystore.add(["demo"], added.publicKey);
  await keystore.remove(listening.key.publicKey.toBase64());
  const [, port] = await listening.err.until(PORT);
  for (let i = 0; i < 10; i++) {
    using refused = await TestClient.connect(Number(port), { key: listening.key });
    assert.equal(await refused.login(), false);
    using accepted = await TestClient.connect(Number(port), { key: added });
    assert.equal(await accepted.login(), true);
  }
  await listening.stop();
  assert.match(await listening.err.rest(), /login-refused .* reason=unknown-key/);
});

Deno.test("a key that is removed with its sessions has none in any worker", async () => {
  await using listening = await startModule();
  const clients = await inBothWorkers(listening);
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", MAIN, "keystore", "remove", listening.key.publicKey.toBase64()],
      ...["--end-sessions", "--keystore", `${listening.directory}/keystore`],
    ],
    stdin: "null",
    stdout: "null",
  });
  assert.equal((await command.spawn().status).code, 0);
  for (const client of clients) {
    await assert.rejects(client.until(() => false), /the connection has ended/);
  }
  assert.equal(await listening.stop(), 0);
});

Deno.test("a module that closes the listener closes it in all workers, and clients live on", async () => {
  await using listening = await startModule();
  const [one, two] = await inBothWorkers(listening);
  const [, port] = await listening.err.until(PORT);
  one.ident("close");
  await listening.out.until(/did close/);
  // A connection may still be accepted by the other worker, or be reset while that closes its port.
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const isRefused = (error: unknown) => error instanceof Deno.errors.ConnectionRefused;
  while (!await connect().then((socket) => socket.close(), isRefused));
  for (const client of [one, two]) {
    await client.showText("still here");
    client.ident("well");
  }
  await listening.out.until(/(did well[^]*){2}/);
  two.ident("shutdown");
  assert.equal((await listening.process.status).code, 0);
});

Deno.test("a worker that ends is replaced, its clients are gone, and the others go on", async () => {
  await using listening = await startModule();
  const [one, two] = await inBothWorkers(listening);
  one.ident("end worker");
  await listening.err.until(/error worker-ended clients=\d+ detail="it was closed by a handler"/);
  await assert.rejects(one.until(() => false), /the connection has ended/);
  await listening.err.until(/info worker-replaced/);
  two.ident("well");
  await listening.out.until(/did well/);
  const again = await listening.connect("again");
  await again.activated();
  assert.equal(await listening.stop(), 0);
});

Deno.test("an error in a worker is logged, and a module ends the process as without workers", async () => {
  await using listening = await startModule();
  const [one, two] = await inBothWorkers(listening);
  one.ident("throw");
  await listening.err.until(/error uncaught-error .*error="Error: late"/);
  two.ident("exit");
  assert.equal((await listening.process.status).code, 7);
});

Deno.test("a module that cannot be loaded ends the command", async () => {
  await using listening = await Listening.start(...WORKERS, "--handler", "DIR/missing.ts");
  assert.equal((await listening.process.status).code, 2);
  const text = await listening.err.rest();
  assert.match(text, /^error: cannot load the handler .*missing\.ts/m);
  assert.doesNotMatch(text, /worker-ended/);
});

Deno.test("a port that another program uses is refused, also one that shares it", async () => {
  await using first = await Listening.start(...WORKERS);
  const [, port] = await first.err.until(PORT);
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", MAIN, "listen", "demo"],
      ...["127.0.0.1", port!, ...WORKERS, "--keystore", `${first.directory}/keystore`],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { code, stderr } = await command.output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /127\.0\.0\.1:\d+ is in use by another program/);
});

Deno.test("a program handles the clients of all workers", async () => {
  const script = `
    const call = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
    const rl = require("node:readline").createInterface({ input: process.stdin });
    rl.on("line", (line) => {
      const { source, role, kind, message, id, result, error } = JSON.parse(line);
      if (kind === "segment_request") call({ verb: "accept", source, args: [640, 480], id: "accepted" });
      if (id === "accepted") console.error("accepted", result);
      if (kind === "registered") call({ verb: "typeText", source, args: ["hello " + source], id: source });
      if (kind === "ident") call({ verb: "text", source, id: "text" });
      if (id === "text") console.error("text", result);
      if (kind === "terminated" && role === "client") console.error(source, "left");
      if (error !== undefined) console.error("error", error);
      if (message === "stop") call({ verb: "shutdown", source: 1 });
    });`;
  const path = await Deno.makeTempFile({ suffix: ".cjs" });
  await Deno.writeTextFile(path, script);
  const program = `"${Deno.execPath()}" run -A "${path}"`;
  await using listening = await Listening.start(...WORKERS, "--pipe", program);
  const clients: TestSource[] = [];
  for (let i = 0; i < 4; i++) {
    const client = await listening.connect(`${i}`);
    clients.push(client);
    await client.until(() => client.typed === `hello ${i + 2}`);
    await listening.err.until(new RegExp(`^accepted ${i + 2}$`, "m"));
  }
  for (const client of clients) {
    await client.showText(client.typed);
    client.ident("look");
    await listening.err.until(new RegExp(`^text ${client.typed}$`, "m"));
  }
  await clients[0]!.close();
  await listening.err.until(/^2 left$/m);
  clients[1]!.ident("stop");
  assert.equal((await listening.process.status).code, 0);
  const log = await listening.err.rest();
  for (const left of [3, 4, 5]) assert.match(log, new RegExp(`^${left} left$`, "m"));
  assert.doesNotMatch(log, /^error/m);
  await Deno.remove(path);
});

Deno.test("recordings and pictures of all workers have names of their own", async () => {
  await using listening = await Listening.start(
    ...[...WORKERS, "--record", "DIR/records", "--snapshot", "DIR/pictures"],
    ...["--record-keep", "1G"],
  );
  const clients: TestSource[] = [];
  for (let i = 0; i < 4; i++) {
    const client = await listening.connect(`${i}`);
    await client.showText(`this is ${i}`);
    clients.push(client);
  }
  listening.process.kill("SIGUSR2");
  for (let id = 2; id <= 5; id++) {
    await listening.err.until(new RegExp(`snapshot-written source=${id} `));
  }
  assert.equal(await listening.stop(), 0);
  const names = [...Deno.readDirSync(`${listening.directory}/records`)].map(({ name }) => name);
  assert.equal(names.length, 4);
  for (const name of names) {
    const [, id] = /Z-(\d+)-/.exec(name)!;
    const events = await Deno.readTextFile(`${listening.directory}/records/${name}/events.jsonl`);
    assert.match(events, /"terminated"/);
    const picture = await Deno.readTextFile(`${listening.directory}/pictures/${id}.txt`);
    assert.equal(picture, `this is ${Number(id) - 2}\n`);
  }
});

Deno.test("output that is not read holds up the talkative clients of all workers, and loses nothing", async () => {
  const script = "mkfifo out && exec 3<>out >&3 3>&-";
  await using listening = await Listening.startAfter(script, ...WORKERS, "--json");
  const loud: TestSource[] = [];
  for (let i = 0; i < 4; i++) loud.push(await listening.connect(`loud ${i}`));
  for (let i = 0; i < 2_000; i++) for (const one of loud) one.ident(`${i} ${"x".repeat(60)}`);
  const quiet = await listening.connect("quiet");
  for (let i = 0; i < 5; i++) await quiet.showText(`frame ${i}`);
  using file = await Deno.open(`${listening.directory}/out`, { read: true });
  const next = new Map<number, number>();
  let rest = "";
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  while ([...next.values()].reduce((sum, count) => sum + count, 0) < 4 * 2_000) {
    const length = await file.read(buffer);
    const lines = (rest + decoder.decode(buffer.subarray(0, length!), { stream: true })).split(
      "\n",
    );
    rest = lines.pop()!;
    for (const line of lines) {
      const { source, kind, message } = JSON.parse(line);
      if (kind !== "ident") continue;
      const expected = next.get(source) ?? 0;
      assert.equal(Number.parseInt(message), expected);
      next.set(source, expected + 1);
    }
  }
  assert.equal(await listening.stop(), 0);
  assert.doesNotMatch(await listening.err.rest(), /output-lost/);
});
