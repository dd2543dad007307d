/** Runs what the README shows as a newcomer would: its handler modules, and the library example. */

import assert from "node:assert/strict";
import { Keystore, publicKeyOf } from "../../keystore/mod.ts";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import { parseCall } from "../../lib/handlers/pipe/call.ts";
import { endProcess } from "../support/end_process.ts";
import { has } from "../support/programs.ts";
import { replay } from "../support/xterm.ts";

const ROOT = new URL("../../", import.meta.url);
const README = Deno.readTextFileSync(new URL("README.md", ROOT));
const MAIN = new URL("main.ts", ROOT).pathname;
const CONFIG = new URL("deno.json", ROOT).pathname;

/** The block of the README that has a text in it, with imports that work from anywhere. */
function block(containing: string): string {
  const blocks = [...README.matchAll(/```(?:ts|python|sh|json)\n([^]*?)```/g)].map(([, code]) =>
    code!
  );
  const found = blocks.filter((code) => code.includes(containing));
  assert.equal(found.length, 1, `one block of the README has ${containing}`);
  return found[0]!.replaceAll('"./lib/mod.ts"', `"${new URL("lib/mod.ts", ROOT)}"`);
}

/** A directory with a keystore in which our own key is accepted for `demo`. */
class Home implements AsyncDisposable {
  private constructor(readonly path: string, readonly fingerprint: string) {}

  static async make(): Promise<Home> {
    const path = await Deno.makeTempDir();
    const keystore = await Keystore.open(`${path}/a12`);
    const publicKey = publicKeyOf(keystore.identity());
    await keystore.add(["demo"], publicKey);
    return new Home(path, fingerprint(publicKey));
  }

  spawn(env: Record<string, string>, ...args: string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", CONFIG, ...args],
      cwd: this.path,
      env: {
        ARCAN_STATEPATH: this.path,
        XDG_RUNTIME_DIR: this.path,
        NO_COLOR: "1",
        A12_SECRET: "",
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Listens with a handler module, lets `connect` be its client until a line was printed, and stops. */
async function session(
  home: Home,
  handler: string,
  { line, show = "picture" }: { line: RegExp; show?: "picture" | "text" },
): Promise<string> {
  await Deno.writeTextFile(`${home.path}/handler.ts`, handler);
  return await listenUntil(home, ["--handler", "handler.ts"], show, (out) => out.until(line));
}

/** The same with a program as the handler, until the client was told something. */
async function pipe(home: Home, command: string, code: string, told: RegExp): Promise<void> {
  await Deno.writeTextFile(`${home.path}/handler`, code);
  const args = ["--pipe", `${command} handler`];
  await listenUntil(home, args, "text", (_out, client) => client.until(told));
}

async function listenUntil(
  home: Home,
  args: string[],
  show: "picture" | "text",
  until: (out: LineReader, client: LineReader) => Promise<unknown>,
): Promise<string> {
  const listener = home.spawn({}, MAIN, "listen", "demo", "127.0.0.1", "0", ...args);
  const err = new LineReader(listener.stderr);
  const out = new LineReader(listener.stdout);
  const [, port] = await err.until(/^listening on 127\.0\.0\.1:(\d+)/m);
  const client = home.spawn({}, MAIN, "connect", `127.0.0.1:${port}`, "--show", show);
  const clientOut = new LineReader(client.stdout);
  const clientErr = new LineReader(client.stderr);
  await until(out, clientOut);
  listener.kill("SIGINT");
  assert.equal((await listener.status).code, 0, await err.all());
  assert.equal((await client.status).code, 0, await clientErr.all());
  await Promise.all([err.all(), clientOut.all(), clientErr.all()]);
  return await out.all();
}

/** Reads a stream as text, up to what is wanted or to its end. */
class LineReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  async until(wanted: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = wanted.exec(this.#text);
      if (match !== null) return match;
      assert(await this.#more(), `${wanted} never came: ${this.#text}`);
    }
  }

  async all(): Promise<string> {
    while (await this.#more());
    return this.#text;
  }

  async #more(): Promise<boolean> {
    const { value = "", done } = await this.#reader.read();
    this.#text += value;
    return !done;
  }
}

Deno.test("README: a handler decides before a client gets in", async () => {
  await using home = await Home.make();
  await Deno.writeTextFile(`${home.path}/allowed.txt`, "my laptop\n");
  const keystore = await Keystore.open(`${home.path}/a12`);
  await keystore.set(home.fingerprint, { comment: "my laptop" });
  await session(home, block("async authorize("), { line: /^let in as \d+$/m });
});

Deno.test("README: the example of the manual page prints what clients do, and ends", async () => {
  await using home = await Home.make();
  const out = await session(home, block('console.log("client", client.id'), {
    line: /resized/,
  });
  assert.deepEqual(out.trim().split("\n"), [
    "client 2 registered",
    "client 2 preroll",
    "client 2 privdrop",
    "client 2 resized",
  ]);
});

Deno.test("README: that example ends in order beside recordings and pictures", async () => {
  await using home = await Home.make();
  await Deno.writeTextFile(`${home.path}/handler.ts`, block('console.log("client", client.id'));
  const flags = ["--handler", "handler.ts", "--record", "rec", "--snapshot", "pic"];
  await listenUntil(home, flags, "text", (out) => out.until(/resized/));
  const [folder] = [...Deno.readDirSync(`${home.path}/rec`)];
  const events = await Deno.readTextFile(`${home.path}/rec/${folder!.name}/events.jsonl`);
  assert.match(events.trimEnd().split("\n").at(-1)!, /"kind":"terminated"/);
  assert.match(await Deno.readTextFile(`${home.path}/pic/2.txt`), /\S/);
});

Deno.test("README: a handler takes one key alone", async () => {
  await using home = await Home.make();
  const recipe = block("const FRIEND");
  const ours = recipe.replace(/const FRIEND = "[^"]*"/, `const FRIEND = "${home.fingerprint}"`);
  assert.notEqual(ours, recipe);
  await session(home, ours, { line: /^friend 2 registered$/m });
});

Deno.test("README: a handler types into a client and sees what it shows", async () => {
  await using home = await Home.make();
  await session(home, block("client.typeText("), { show: "text", line: /^it says hello$/m });
});

Deno.test("README: a handler saves pictures", async () => {
  await using home = await Home.make();
  const told = block("takeSnapshot(client)").replace(
    "export default handler;",
    'export default { ...handler, frame: () => console.log("saved"), preroll: verbose };\n' +
      'function verbose(source: any) { if (source.role === "client") source.targetVerbose(); }',
  );
  await session(home, told, { line: /^saved$/m });
  const png = await Deno.readFile(`${home.path}/client-2.png`);
  assert.equal(png.subarray(0, 8).toHex(), "89504e470d0a1a0a");
});

Deno.test("README: a handler records every client", async () => {
  await using home = await Home.make();
  await session(home, block("new Recorder("), { show: "text", line: /^.* recording-started .*$/m });
  const folders = [...Deno.readDirSync(`${home.path}/recordings`)];
  assert.equal(folders.length, 1);
  const cast = await Deno.readTextFile(`${home.path}/recordings/${folders[0]!.name}/2.cast`);
  assert.match((await replay(cast)).text, /\S/);
});

Deno.test({
  name: "README: a program in Python takes clients and types into them",
  // The shell's program shows the same where there is no Python.
  ignore: !await has("python3"),
  fn: async () => {
    await using home = await Home.make();
    await pipe(home, "python3", block("import json, sys"), /^input .*utf8="\\r" active/m);
  },
});

Deno.test("README: a program of the shell takes clients", async () => {
  await using home = await Home.make();
  await pipe(home, "sh", block("while read -r record"), /^activate$/m);
});

Deno.test("README: the library example listens, takes a secret, and ends", async () => {
  await using home = await Home.make();
  await Deno.writeTextFile(`${home.path}/example.ts`, block('targetInput("2:secret")'));
  const { code, stdout, stderr } = await home.spawn({}, "example.ts").output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.match(new TextDecoder().decode(stdout), /^port [1-9]\d*$/m);
});

/** What a user of Lua may look for: everything that takes a `vid` of a listener or a client. */
const LUA = [
  "net_listen accept_target delete_image valid_vid shutdown target_updatehandler target_alloc",
  "target_parent target_input message_target input_capabilities target_displayhint",
  "target_outputhint target_fonthint target_geohint target_graphmode target_anchorhint",
  "suspend_target resume_target reset_target stepframe_target target_framemode target_seek",
  "target_coreopt target_portconfig snapshot_target restore_target bond_target open_nonblock",
  "define_recordtarget define_nulltarget define_feedtarget target_flags target_verbose",
  "target_synchronous focus_target pacify_target target_devicehint audio_gain",
  "image_storage_properties image_access_storage save_screenshot",
].join(" ").split(" ");

Deno.test("README: what a user of Lua looks for is there", () => {
  const section = README.slice(
    README.indexOf("### Lua and TypeScript"),
    README.indexOf("### Security\n"),
  );
  const handlers = Deno.readTextFileSync(new URL("lib/handlers/README.md", ROOT));
  for (const name of LUA) assert.match(section + handlers, new RegExp(`\\b${name}\\b`));
});

Deno.test("README: the calls that it shows are calls of verbs", () => {
  const calls = block('"target_displayhint"').trim().split("\n").map((line) =>
    parseCall(line).verb
  );
  assert.deepEqual(calls, ["accept", "typeText", "targetDisplayhint"]);
});

Deno.test("README: every link within it leads somewhere", () => {
  const anchors = new Set(
    [...README.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")
    ),
  );
  for (const [, anchor] of README.matchAll(/\(#([^)]*)\)/g)) {
    assert.ok(anchors.has(anchor!), anchor);
  }
});

/** The commands of the README that listen, as one would type them, and on a port of their own. */
// Those of a fleet need its servers; tests/e2e/fleet_*_test.ts start them.
const LISTENING = README.split("\n").filter((line) => !line.includes("--fleet"))
  .map((line) => /^(?:A12_SECRET=(\S+) )?deno run -A main\.ts (listen demo[^#]*)/.exec(line.trim()))
  .filter((match) => match !== null);

/** An address of the same kind that no other program has. */
function ownAddress(address: string, home: Home): string {
  return address.startsWith("unix:") ? `unix:${home.path}/socket` : "127.0.0.1:0";
}

Deno.test("README: each way to listen begins to listen", async () => {
  assert(LISTENING.length >= 8);
  const needsTerminal = /--view|--ask-secret/;
  for (const [, secret = "", command] of LISTENING) {
    // The programs and modules that it names have tests of their own.
    const args = [...command!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) =>
      quoted ?? word!
    )
      .map((arg) => arg.startsWith("python3 ") ? "cat" : arg);
    await using home = await Home.make();
    await Deno.writeTextFile(`${home.path}/print_clients.ts`, "export default () => {};");
    const place = args.includes("--listen") ? [] : ["--host", "127.0.0.1", "--port", "0"];
    const listener = home.spawn(
      { A12_SECRET: secret },
      MAIN,
      ...args.map((arg, i) => args[i - 1] === "--listen" ? ownAddress(arg, home) : arg),
      ...place,
    );
    const err = new LineReader(listener.stderr);
    const out = new LineReader(listener.stdout);
    const begins = needsTerminal.test(command!) ? /needs? a terminal/ : /^listening on 127/m;
    await err.until(begins);
    // Without a terminal it has ended.
    endProcess(listener, "SIGINT");
    await Promise.all([err.all(), out.all(), listener.status]);
  }
});

Deno.test("README: the first two terminals see each other", async () => {
  await using home = await Home.make();
  const commands = block("keystore show > me.pub").split("\n").filter((line) => line !== "");
  const [show, add, listen] = commands.map((line) => line.replace("deno run -A main.ts ", ""));
  assert.deepEqual([show, listen, commands.length], ["keystore show > me.pub", "listen demo", 3]);
  await Deno.remove(`${home.path}/a12`, { recursive: true });
  const shown = await home.spawn({}, MAIN, "keystore", "show").output();
  await Deno.writeFile(`${home.path}/me.pub`, shown.stdout);
  const added = await home.spawn({}, MAIN, ...add!.split(" ")).output();
  assert.equal(added.code, 0, new TextDecoder().decode(added.stderr));
  const printed = await listenUntil(home, [], "text", (out) => out.until(/^client 2 resized/m));
  assert.match(printed, /^client 2 terminated$/m);
});

Deno.test({
  name: "README: a running listener is steered by ctl and by curl",
  ignore: !await has("curl"),
  fn: async () => {
    await using home = await Home.make();
    const listener = home.spawn({}, MAIN, "listen", "demo", "127.0.0.1", "0");
    const [out, err] = [new LineReader(listener.stdout), new LineReader(listener.stderr)];
    const [, port] = await err.until(/^listening on 127\.0\.0\.1:(\d+)/m);
    const client = home.spawn({}, MAIN, "connect", `127.0.0.1:${port}`, "--show", "text");
    const [clientOut, clientErr] = [new LineReader(client.stdout), new LineReader(client.stderr)];
    await out.until(/resized/);
    const shell = async (script: string) => {
      const run = `"${Deno.execPath()}" run -A --config "${CONFIG}" "${MAIN}"`;
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-ec", script.replaceAll("deno run -A main.ts", run)],
        env: {
          XDG_RUNTIME_DIR: home.path,
          RUNTIME_DIRECTORY: `${home.path}/net-listen`,
          NO_COLOR: "1",
        },
      }).output();
      const [text, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assert.equal(code, 0, error);
      return text! + error!;
    };
    const answers = await shell(block("curl -s --unix-socket"));
    const [clients, typed, ...metrics] = answers.split("\n");
    assert.equal(JSON.parse(clients!)[0].id, 2);
    assert.deepEqual(JSON.parse(typed!), { client: 2 });
    assert.match(metrics.join("\n"), /^net_listen_clients\{name="demo"\} 1$/m);
    await clientOut.until(/keysym=return/);
    const lines = block("ctl list").trim().split("\n");
    assert.equal(lines.length, 14);
    const answered = new Map<string, string>();
    for (const line of lines) {
      const [, verb] = / ctl (\w+)/.exec(line)!;
      // Watching does not end by itself, the client takes no files, no stranger is there, and what is
      // closed without clients ends before it can be drained.
      if (!["watch", "log", "send", "accept", "close"].includes(verb!)) {
        answered.set(verb!, await shell(line));
      }
    }
    assert.match(answered.get("list")!, /^2 +tui +net-listen text/m);
    assert.match(answered.get("snapshot")!, /^ls$/m);
    assert.match(answered.get("end")!, /client 2 was asked to exit/);
    assert.match(answered.get("stats")!, /^max-clients +\d+ +4096/m);
    assert.equal((await listener.status).code, 0, await err.all());
    assert.equal((await client.status).code, 0, await clientErr.all());
    await Promise.all([out.all(), err.all(), clientOut.all(), clientErr.all()]);
  },
});
