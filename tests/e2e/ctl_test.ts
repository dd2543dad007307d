/** `ctl` as people use it: processes of the program against listeners that run. */

import assert from "node:assert/strict";
import { PNG } from "pngjs";
import { Buffer } from "node:buffer";
import { controlOf, ctl, spawnCtl } from "../support/ctl.ts";
import { inDirectory } from "../support/directory.ts";
import { Listening, MAIN, Output } from "../support/listening.ts";

Deno.test("ctl: clients are listed, shown, typed into and ended", async () => {
  await using listening = await Listening.start();
  await listening.err.until(/listening on/);
  assert.deepEqual(await ctl(listening, ["list"]), {
    out: "",
    err: 'there are no clients; "ctl knocks" lists keys that were refused\n',
  });
  const source = await listening.connect("a \u202eterminal");
  await source.showText("hello", "world");
  source.ident("now");
  await listening.out.until(/client 2 ident "now"/);
  const { out } = await ctl(listening, ["list"]);
  assert.match(
    out,
    /^ID +KIND +TITLE +SHOWS +KEY +COMMENT +ADDRESS +FOR\n2 +tui +now +text 40x32 +[0-9a-f-]{24} +127\.0\.0\.1:\d+ +\d+ s\n$/,
  );
  const [row] = JSON.parse((await ctl(listening, ["list", "--json"])).out);
  assert.equal(row.title, "a \u202eterminal");
  assert.equal((await ctl(listening, ["list", "--ids"])).out, "2\n");
  const shown = (await ctl(listening, ["show", row.key.slice(0, 7)])).out;
  assert.match(shown, /^client +2 tui "now", active$/m);
  assert.match(shown, /^2 +tui +now +text 40x32 +1$/m);
  assert.equal((await ctl(listening, ["snapshot", "2"])).out, "hello\nworld\n");
  await source.showText("$ ls", "", "", "");
  assert.equal((await ctl(listening, ["snapshot", "2"])).out, "$ ls\n");
  const { text } = JSON.parse((await ctl(listening, ["snapshot", "2", "--json"])).out);
  assert.equal(text, "$ ls\n\n\n\n");
  await source.showText("hello", "world");
  await ctl(listening, ["type", "2", "echo", "one", "two"]);
  await ctl(listening, ["type", "2", "--enter"]);
  await source.until(() => source.typed === "echo one two\n");
  await ctl(listening, ["call", "2", "targetDisplayhint", "640", "320"]);
  await source.until(() => source.sizes.some(([width, height]) => width === 640 && height === 320));
  assert.equal((await ctl(listening, ["call", "2", "text"])).out, "hello\nworld\n");
  const ended = await ctl(listening, ["end", "2", "see you"]);
  assert.equal(ended.err, "client 2 was asked to exit\n");
  await listening.out.until(/client 2 terminated/);
  const { err } = await ctl(listening, ["show", "2"], 1);
  assert.equal(err, 'error: there is no client "2"; there are none\n');
});

Deno.test("ctl snapshot writes a picture as a PNG file, and ctl type reads standard input", async () => {
  await using listening = await Listening.start();
  const source = await listening.connect("a picture", "game");
  const pixels = new Uint8Array([1, 2, 3, 255, 4, 5, 6, 255]);
  await source.showPixels(2, 1, pixels);
  const file = `${listening.directory}/picture.png`;
  await ctl(listening, ["snapshot", "2", "--output", file]);
  const read = (bytes: Uint8Array) => new Uint8Array(PNG.sync.read(Buffer.from(bytes)).data);
  assert.deepEqual(read(Deno.readFileSync(file)), pixels);
  assert.equal(Deno.statSync(file).mode! & 0o777, 0o600);
  const { stdout } = await spawnCtl(listening, "snapshot", "2").output();
  assert.deepEqual(read(stdout), pixels);
  const typing = new Deno.Command("sh", {
    args: [
      "-c",
      `printf 'a\\nb' | "$0" run -A "$@"`,
      Deno.execPath(),
      MAIN,
      "ctl",
      "type",
      "2",
      "-",
    ],
    env: { RUNTIME_DIRECTORY: `${listening.directory}/net-listen` },
  });
  assert.ok((await typing.output()).success);
  await source.until(() => source.typed === "a\nb");
});

Deno.test("ctl watch prints records until the listener ends, and stops when its reader has gone", async () => {
  await using listening = await Listening.start();
  await listening.err.until(/listening on/);
  using control = await controlOf(listening);
  const watch = spawnCtl(listening, "watch");
  const out = new Output(watch.stdout);
  const env = { RUNTIME_DIRECTORY: `${listening.directory}/net-listen` };
  const head = new Deno.Command("sh", {
    args: ["-c", `"$0" run -A "$@" | head -1`, Deno.execPath(), MAIN, "ctl", "watch", "--json"],
    env,
  }).output();
  for (;;) {
    const { watchers } = await control.call("stats", {});
    if (watchers === 2) break;
  }
  const source = await listening.connect("watched");
  await source.activated();
  source.ident("first");
  await out.until(/^listener 1 segment_request handover\nclient 2 registered tui "watched"\n/);
  await out.until(/^client 2 ident "first"\n/m);
  let hasEnded = false;
  const ended = head.finally(() => hasEnded = true);
  // That its reader has gone is seen by a line that is printed after it.
  while (!hasEnded) {
    source.ident("more");
    await control.call("stats", {});
  }
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.equal(JSON.parse(new TextDecoder().decode(stdout)).kind, "segment_request");
  assert.equal(await listening.stop(), 0);
  const text = await out.rest();
  assert.match(text, /^client 2 privdrop networked$/m);
  assert.match(text, /^client 2 terminated$/m);
  assert.match(text, /^listener 1 terminated$/m);
  assert.equal((await watch.status).code, 0);
  await watch.stderr.cancel();
});

Deno.test("ctl prints nothing of a listener that could control the terminal", async () => {
  await inDirectory(async (directory) => {
    const red = "\x1b[31mred";
    const client = { id: red, title: red, segkind: red, key: red, address: red, state: red };
    const answers: { readonly [path: string]: unknown } = {
      "/listener": { id: 1, name: red, addresses: [red], clients: 1 },
      "/clients": [client],
      "/clients/2": { ...client, parts: [client] },
      "/clients/2/snapshot": red,
      "/knocks": [{ key: red, address: red, count: red, last: red }],
    };
    Deno.mkdirSync(`${directory}/net-listen`);
    await using _server = Deno.serve({
      path: `${directory}/net-listen/demo-1.sock`,
      onListen() {},
      handler: ({ url }) => {
        const answer = answers[new URL(url).pathname];
        return typeof answer === "string" ? new Response(answer) : Response.json(answer);
      },
    });
    for (
      const args of [["list"], ["list", "--ids"], ["show", "2"], ["snapshot", "2"], ["knocks"]]
    ) {
      const { out } = await ctl({ directory }, args);
      assert.match(out, /\\u001b\[31mred/, args.join(" "));
      // deno-lint-ignore no-control-regex -- this must not be there
      assert.doesNotMatch(out, /\x1b/, args.join(" "));
    }
  });
});

Deno.test("ctl: of several listeners one is chosen by name and port, and a dead socket is removed", async () => {
  await using one = await Listening.start();
  const [, port] = await one.err.until(/listening on 127\.0\.0\.1:(\d+) as demo/);
  // Another listener with the same name and port, on another interface.
  await using two = await Listening.startBeside(one, "127.0.0.2", port!);
  await two.err.until(/listening on/);
  const folder = `${one.directory}/net-listen`;
  const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assert.deepEqual(names(), [`demo-${port}.2.sock`, `demo-${port}.sock`]);
  const { err } = await ctl(one, ["list"], 1);
  assert.match(
    err,
    /^error: several listeners run here: demo:\d+ \(127\.0\.0\.\d:\d+\), demo:\d+ \(.*; choose one by --control PATH: \/.*\.sock, \/.*\.sock\n$/,
  );
  await ctl(one, ["list", "--to", `demo:${port}`], 1);
  await ctl(one, ["list", "--control", `${folder}/demo-${port}.2.sock`]);
  assert.match(
    (await ctl(one, ["--to", "other", "list"], 1)).err,
    /there is no listener "other"; there are demo:/,
  );
  assert.match(
    (await ctl(one, ["list", "--to", "a", "--control", "b"], 2)).err,
    /exclude each other/,
  );
  two.process.kill("SIGKILL");
  await two.process.status;
  for (const to of ["demo", `:${port}`, `demo:${port}`]) await ctl(one, ["--to", to, "list"]);
  assert.deepEqual(names(), [`demo-${port}.sock`]);
  assert.equal(await one.stop(), 0);
  assert.match((await ctl(one, ["list"], 1)).err, /^error: no listener of this user runs here/);
});

for (const shell of ["bash", "zsh", "fish"]) {
  const { success } = new Deno.Command("sh", { args: ["-c", `command -v ${shell}`] }).outputSync();
  Deno.test({
    name: `ctl: ${shell} completes the numbers of clients`,
    ignore: !success,
    fn: async () => {
      await using listening = await Listening.start();
      await (await listening.connect("one")).activated();
      const { directory } = listening;
      const run = `"${Deno.execPath()}" run -A "${MAIN}"`;
      Deno.writeTextFileSync(`${directory}/net-listen.sh`, `#!/bin/sh\nexec ${run} "$@"\n`, {
        mode: 0o700,
      });
      Deno.mkdirSync(`${directory}/bin`);
      Deno.renameSync(`${directory}/net-listen.sh`, `${directory}/bin/net-listen`);
      const script = {
        bash:
          `source <(net-listen completions bash); COMP_WORDS=(net-listen ctl show ""); COMP_CWORD=3
          _net_listen; printf '%s\\n' "\${COMPREPLY[@]}"`,
        zsh: `compdef() {}; _files() {}; compadd() { shift; print -l -- "$@" }
          source <(net-listen completions zsh); words=(net-listen ctl show ""); CURRENT=4; _net_listen`,
        fish: `net-listen completions fish | source; complete -C "net-listen ctl show "`,
      }[shell]!;
      const { stdout, stderr } = await new Deno.Command(shell, {
        args: [
          ...(shell === "fish" ? ["--no-config"] : shell === "zsh" ? ["-f"] : []),
          "-c",
          script,
        ],
        env: {
          PATH: `${directory}/bin:${Deno.env.get("PATH")}`,
          RUNTIME_DIRECTORY: `${directory}/net-listen`,
        },
      }).output();
      const words = new TextDecoder().decode(stdout).split(/\s+/);
      assert.ok(words.includes("2"), new TextDecoder().decode(stderr) + words);
    },
  });
}
