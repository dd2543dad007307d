/** `listen --pipe`, with real programs and clients that log in. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PATIENCE_MS } from "../support/changes.ts";
import { Listening } from "../support/listening.ts";
import { has } from "../support/programs.ts";

const EXAMPLES = fileURLToPath(new URL("../support/examples", import.meta.url));

/** A program of some lines of JavaScript, which can use `lines` and `call(object)`. */
async function startScript(script: string, ...flags: string[]): Promise<Listening> {
  const path = await Deno.makeTempFile({ suffix: ".mjs" });
  const head = `
    import process from "node:process";
    import readline from "node:readline";
    const lines = readline.createInterface({ input: process.stdin });
    const call = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
  `;
  await Deno.writeTextFile(path, head + script);
  const listening = await Listening.start(
    "--pipe",
    `"${Deno.execPath()}" run -A "${path}"`,
    ...flags,
  );
  // The program has read its script by then.
  await listening.err.until(/listening on/);
  return listening;
}

Deno.test("the example in shell accepts clients and types into them", async () => {
  await using listening = await Listening.start("--pipe", `sh "${EXAMPLES}/accept_all.sh"`);
  const [one, two] = [await listening.connect("one"), await listening.connect("two")];
  for (const client of [one, two]) await client.until(() => client.typed === "hello\n");
  one.ident("it's me");
  await listening.err.until(/^2: .*"message":"it's me"/m);
  assert.equal(await listening.stop(), 0);
  assert.doesNotMatch(await listening.err.rest(), /pipe-ended/);
});

const hasPython = await has("python3");

Deno.test({
  name: `the example in Python${
    hasPython ? "" : " (python3 is missing, the one in shell stands in)"
  }`,
  fn: async () => {
    const program = hasPython
      ? `python3 "${EXAMPLES}/echo_keys.py"`
      : `sh "${EXAMPLES}/accept_all.sh"`;
    await using listening = await Listening.start("--pipe", program);
    const client = await listening.connect("my program");
    const greeting = hasPython ? "hello my program\n" : "hello\n";
    await client.until(() => client.typed === greeting);
    if (!hasPython) return;
    await listening.err.until(/^let in [0-9a-f]{4}-/m);
    assert.deepEqual(client.sizes.at(-1), [800, 480]);
    await client.showText("on screen");
    await listening.err.until(/^screen: on screen$/m);
    await client.close();
    await listening.err.until(/^client 2 has left$/m);
    assert.equal(await listening.stop(), 0);
    assert.match(await listening.err.rest(), /^listener 1 has left$/m);
  },
});

Deno.test("when the program ends, that is logged, clients stay and new ones are refused", async () => {
  await using listening = await startScript(`
    for await (const line of lines) {
      const { kind, source } = JSON.parse(line);
      if (kind === "segment_request") call({ verb: "accept", source });
      if (kind === "ident") process.exit(3);
    }
  `);
  const client = await listening.connect();
  await client.activated();
  client.ident("end now");
  await listening.err.until(
    / error pipe-ended code=3 detail="clients stay, new ones are refused"\n/,
  );
  await client.showText("still drawing");
  const refused = await listening.connect();
  await listening.err.until(/client-refused .*reason="not accepted by the handler"/);
  await refused.client.finished();
  assert.equal(client.client.isOver, false);
  assert.equal(await listening.stop(), 1);
  assert.match(
    await listening.err.rest(),
    /^error: the program of --pipe ended with code 3 before the listener did; --pipe-restart /m,
  );
});

Deno.test("a program that cannot be started is an error at the start", async () => {
  await using listening = await Listening.start("--pipe", "/no/such/program");
  assert.equal((await listening.process.status).code, 2);
  assert.match(
    await listening.err.rest(),
    / error pipe-ended code=127 [^]*^error: --pipe cannot start the program: .* code 127$/m,
  );
});

Deno.test("a restarted program learns of the clients and accepts new ones", async () => {
  await using listening = await startScript(
    `
    for await (const line of lines) {
      const { kind, source, role, resumed, title, message } = JSON.parse(line);
      if (kind === "segment_request") call({ verb: "accept", source });
      if (message === "end now") process.exit(3);
      if (resumed) console.error(role, source, kind, title);
      if (resumed && role === "client") call({ verb: "typeText", source, args: ["back again"] });
    }
  `,
    "--pipe-restart",
    "always",
  );
  const client = await listening.connect("first");
  await client.activated();
  client.ident("end now");
  await listening.err.until(/ error pipe-ended code=3 detail="it is started again in 100 ms"\n/);
  // The request arrives while no program runs.
  const second = await listening.connect("second");
  await listening.err.until(/^listener 1 preroll undefined$/m);
  await listening.err.until(/^client 2 registered first$/m);
  await client.until(() => client.typed === "back again");
  await second.activated();
  assert.equal(await listening.stop(), 0);
});

Deno.test({
  name: "child processes of a program end with it, even if one ignores SIGTERM",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const holdsOutput = "{ echo one >&2; sleep 60; } &";
    const ignoresSignal = "{ trap '' TERM; echo two >&2; sleep 60; } >/dev/null &";
    await using listening = await Listening.start(
      "--pipe",
      `${holdsOutput} ${ignoresSignal} exit 0`,
    );
    for (const line of [/^one$/m, /^two$/m, /listening on/]) await listening.err.until(line);
    await listening.stop();
    // The helpers inherit standard error, so it ends with the last of them.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("a helper lives on"), PATIENCE_MS);
    });
    assert.notEqual(await Promise.race([listening.err.rest(), late]), "a helper lives on");
    clearTimeout(timer);
  },
});

Deno.test("calls that a program writes before it ends are done", async () => {
  await using listening = await startScript(`
    for await (const line of lines) {
      const { kind, source } = JSON.parse(line);
      if (kind === "segment_request") call({ verb: "accept", source });
      if (kind === "registered") {
        call({ verb: "typeText", source, args: ["last words"] });
        process.exit(0);
      }
    }
  `);
  const client = await listening.connect();
  await client.until(() => client.typed === "last words");
  await listening.err.until(/pipe-ended code=0/);
});

Deno.test("a program that writes without end delays no client", async () => {
  await using listening = await startScript(`
    import { once } from "node:events";
    for await (const line of lines) {
      const { kind, source } = JSON.parse(line);
      if (kind === "segment_request") call({ verb: "accept", source });
      if (kind === "ident") break;
    }
    const junk = ("no JSON ".repeat(500) + "\\n").repeat(20);
    for (;;) if (!process.stdout.write(junk)) await once(process.stdout, "drain");
  `);
  const client = await listening.connect();
  client.ident("flood");
  // The program does not read its answers, so it gets stuck; until then other clients are served.
  for (let i = 0; i < 20; i++) await client.showText(`frame ${i}`);
  assert.equal(await listening.stop(), 0);
});

Deno.test("a program that does not read delays only clients with many records", async () => {
  await using listening = await startScript(`
    for await (const line of lines) {
      const { kind, source } = JSON.parse(line);
      if (kind === "segment_request") call({ verb: "accept", source });
      if (kind === "registered" && source === 3) break;
    }
    lines.pause();
    process.stdin.pause();
    console.error("not reading");
    setInterval(() => {}, 1000);
  `);
  const [loud, quiet] = [await listening.connect("loud"), await listening.connect("quiet")];
  await listening.err.until(/not reading/);
  for (let i = 0; i < 5_000; i++) loud.ident("x".repeat(70));
  for (let i = 0; i < 20; i++) await quiet.showText(`frame ${i}`);
  assert.equal(await listening.stop(), 0);
});

Deno.test("a program that ignores the end of its input is killed", async () => {
  await using listening = await startScript(`
    process.on("SIGTERM", () => console.error("SIGTERM came"));
    console.error("ready");
    setInterval(() => {}, 1000);
  `);
  await listening.err.until(/ready/);
  assert.equal(await listening.stop(), 0);
  assert.match(await listening.err.rest(), /SIGTERM came\n[^]*info pipe-ended signal=SIG/);
});

Deno.test("--pipe and --record work together", async () => {
  await using listening = await Listening.start(
    ...["--pipe", `sh "${EXAMPLES}/accept_all.sh"`, "--record", "DIR/rec"],
  );
  const client = await listening.connect();
  await client.until(() => client.typed === "hello\n");
  await client.showText("recorded");
  assert.equal(await listening.stop(), 0);
  const [folder] = [...Deno.readDirSync(`${listening.directory}/rec`)];
  const cast = Deno.readTextFileSync(`${listening.directory}/rec/${folder!.name}/2.cast`);
  assert.match(cast, /recorded/);
});

Deno.test("an empty --pipe is an error at the start", async () => {
  await using listening = await Listening.start("--pipe", " ");
  assert.equal((await listening.process.status).code, 2);
  assert.equal(await listening.err.rest(), "error: --pipe has no command\n");
});

Deno.test("--pipe-restart alone is refused", async () => {
  await using listening = await Listening.start("--pipe-restart", "always");
  assert.equal((await listening.process.status).code, 2);
  assert.equal(
    await listening.err.rest(),
    "error: --pipe-restart always needs --pipe COMMAND\n",
  );
});

for (
  const flags of [
    ["--pipe", "x", "--view"],
    ["--pipe", "x", "--handler", "y"],
    ["--view", "--json"],
  ]
) {
  Deno.test(`${flags.join(" ")} exclude each other`, async () => {
    await using listening = await Listening.start(...flags);
    assert.equal((await listening.process.status).code, 2);
    assert.match(await listening.err.rest(), /^error: --\w+ and --\w+ exclude each other: /);
  });
}
