/** The keystore command: exit code, stdout and stderr. */
import assert from "node:assert/strict";
import { formatKey, Keystore, publicKeyOf } from "../../keystore/mod.ts";
import { programCall } from "../../lib/cli/program_call.ts";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import { inDirectory } from "../support/directory.ts";
import { runIn, withBench } from "../support/keystore_cli.ts";
import { readAccepted, testKey, testKeyText, writeAccepted } from "../support/keystore.ts";

const [one, two] = [testKeyText(1), testKeyText(2)];
const printOne = fingerprint(testKey(1));

Deno.test("add: a new key, the same again, a further name, every name", async () => {
  await withBench(async ({ root, run }) => {
    const add = async (...args: string[]) => {
      const { code, stdout, stderr } = await run("add", ...args);
      assert.deepEqual([code, stderr], [0, ""]);
      return stdout.replace(/accepted\/[a-u]{8}/, "FILE");
    };
    assert.equal(await add("demo", one), `added ${printOne} for demo (FILE)\n`);
    assert.equal(
      await add("demo", one),
      `nothing changed: ${printOne} is there already, for demo (FILE)\n`,
    );
    assert.equal(await add("b,c", "d", one), `extended ${printOne}, now for demo,b,c,d (FILE)\n`);
    assert.equal(await add("*", one), `extended ${printOne}, now for * (FILE)\n`);
    assert.deepEqual(readAccepted(root), [`* ${one}\n`]);
    await add("outbound-work", two);
    assert.deepEqual(readAccepted(root), [`* ${one}\n`, `outbound-work ${two}\n`]);
  });
});

const files: readonly [what: string, content: string][] = [
  ["bare base64", `${one}\n`],
  ["bare base64 without a newline", one],
  ["a line of an accepted file", `# laptop\r\ndefault ${one}  \r\n`],
  [
    "what arcan-net keystore prints",
    `add a12/accepted/(filename) in remote keystore:\n* ${one}\n`,
  ],
  ["what arcan-net keystore-show prints", `public key for 'default':\n${one}\n`],
  ["the same key twice", `${one}\n* ${one}\n`],
];

for (const [what, content] of files) {
  Deno.test(`add: a file with ${what}`, async () => {
    await withBench(async ({ directory, root, run }) => {
      Deno.writeTextFileSync(`${directory}/key`, content);
      const { code, stderr } = await run("add", "demo", `${directory}/key`);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.deepEqual(readAccepted(root), [`demo ${one}\n`]);
    });
  });
}

Deno.test("add: takes what show prints", async () => {
  await withBench(async (here) => {
    await withBench(async (there) => {
      const { stdout } = await here.run("show");
      Deno.writeTextFileSync(`${there.directory}/key`, stdout);
      assert.equal((await there.run("add", "demo", `${there.directory}/key`)).code, 0);
      const keystore = await Keystore.open(there.root);
      const key = publicKeyOf((await Keystore.open(here.root)).identity());
      assert.equal(keystore.accepts(key, "demo").accepted, true);
    });
  });
});

Deno.test("add: a line pasted as one argument", async () => {
  await withBench(async ({ root, run }) => {
    assert.equal((await run("add", "demo", `* ${one}`)).code, 0);
    assert.deepEqual(readAccepted(root), [`demo ${one}\n`]);
  });
});

const badFiles: readonly [what: string, content: string, message: RegExp][] = [
  ["a hostkeys line", `192.0.2.7:6680 ${one}\n`, /key holds a private key.*keystore show/],
  ["a hostkeys line without port", `host.example ${one}\n`, /holds a private key/],
  ["two keys", `${one}\n${two}\n`, /key holds 2 different keys; give one of them/],
  ["no key", "hello world\n", /key holds no public key: a line of 44 characters/],
  ["nothing", "", /key: the key is empty/],
  ["a short key", `${one.slice(4)}\n`, /key: the key has 29 bytes/],
  ["a low-order key", `${"A".repeat(43)}=\n`, /key: the key is a point of low order/],
  ["a signing key", `${formatKey(new Uint8Array(64).fill(1))}\n`, /key: the key has 64 bytes/],
  ["an ssh key", "ssh-ed25519 AAAAC3NzaC1lZDI1 me@host\n", /is a key of ssh or TLS/],
  ["a PEM key", "-----BEGIN PRIVATE KEY-----\nMC4C\n", /is a key of ssh or TLS/],
  ["too much", "x".repeat(70_000), /has more than 65536 bytes, too many for a key/],
];

for (const [what, content, message] of badFiles) {
  Deno.test(`add: a file with ${what} is refused, and no key is repeated`, async () => {
    await withBench(async ({ directory, root, run }) => {
      Deno.writeTextFileSync(`${directory}/key`, content);
      const { code, stdout, stderr } = await run("add", "demo", `${directory}/key`);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, message);
      assert.match(stderr, /^error: .*\n$/);
      assert.ok(!stderr.includes(one.slice(0, 12)));
      assert.deepEqual(readAccepted(root), []);
    });
  });
}

Deno.test("add: a file in hostkeys is refused, regardless of its lines", async () => {
  await withBench(async ({ root, run }) => {
    await run("show");
    Deno.writeTextFileSync(`${root}/hostkeys/work`, `localhost ${one}\n`, { mode: 0o600 });
    const { code, stderr } = await run("add", "demo", `${root}/hostkeys/work`);
    assert.equal(code, 1);
    assert.match(stderr, /hostkeys\/work holds a private key/);
  });
});

Deno.test("add: our own private key is refused", async () => {
  await withBench(async ({ root, run }) => {
    const { privateKey } = (await Keystore.open(root)).identity();
    const { code, stderr } = await run("add", "demo", formatKey(privateKey));
    assert.equal(code, 2);
    assert.match(stderr, /this is our own private key, from hostkeys\/default; .*show default/);
    assert.deepEqual(readAccepted(root), []);
  });
});

const badArguments: readonly [args: string[], message: RegExp][] = [
  [["add"], /missing required argument 'names-and-key'/],
  [["add", "demo"], /the key is missing: keystore add demo KEY/],
  [["add", "demo", "no/such/file"], /"no\/such\/file" is neither a key .* nor a file/],
  [["add", "demo", one.slice(0, -1)], /the key has 43 characters; .* have 44, with the "="/],
  [["add", "demo", one.replace("Q", "-")], /the key is not base64: character/],
  [["add", "demo", `${"A".repeat(43)}=`], /low order/],
  [["add", "a b", one], /the name "a b" has the character " "/],
  [["add", "", one], /the argument names-and-key is empty/],
  [["add", "x".repeat(65), one], /has 65 characters; at most 64/],
  [["add", "a,*", one], /"\*" stands for every name and must be given alone/],
  [["add", "README.md", "main.ts", one], /"README.md" has.*quote the star: '\*'/],
  [["list", "a b"], /the name "a b"/],
  [["list", "a", "b"], /too many arguments/],
  [["remove"], /missing required argument 'key'/],
  [["host", "add", "work"], /missing required argument 'host'/],
  [["host", "add", "work", "h", "0"], /'0' is invalid.*A port is a number from 1 to 65535/],
  [["host", "add", "work", "h", "x"], /'x' is invalid/],
  [["host", "add", "work", "h:80"], /the host "h:80" .* give the port as a separate argument/],
  [["host", "add", "../x", "h"], /the name "\.\.\/x" has the character "\."/],
  [["frobnicate"], /unknown command 'frobnicate'/],
  [["list", "--jsn"], /unknown option '--jsn'/],
  [[], /Usage: net-listen keystore/],
  [["host"], /Usage: net-listen keystore host/],
];

for (const [args, message] of badArguments) {
  const shown = args.join(" ").slice(0, 40);
  Deno.test(`a bad command line exits with 2 and the reason: keystore ${shown}`, async () => {
    await withBench(async ({ run }) => {
      const { code, stdout, stderr } = await run(...args);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, message);
    });
  });
}

Deno.test("add: a name that no listener can have is added with a warning", async () => {
  await withBench(async ({ run }) => {
    const { code, stderr } = await run("add", "my-desk", "outbound-x", one);
    assert.equal(code, 0);
    assert.match(
      stderr,
      /^warning: .*\/accepted\/[a-u]{8}:1: no listener can have the name "my-desk": it has the .*\n$/,
    );
  });
});

Deno.test("hints name the keystore that was given, as a shell takes it", async () => {
  await inDirectory(async (directory) => {
    const { stderr } = await runIn({}, ["--keystore", `${directory}/it's here`, "list"]);
    assert.ok(stderr.includes(` keystore --keystore '${directory}/it'\\''s here' add NAME KEY\n`));
  });
});

Deno.test("list: a table, a name's keys, JSON, and a hint when there are none", async () => {
  await withBench(async ({ run, root }) => {
    const empty = await run("list");
    assert.deepEqual([empty.code, empty.stdout], [0, ""]);
    const hint = `add one with: ${programCall()} keystore --keystore ${root} add NAME KEY\n`;
    assert.equal(empty.stderr, `no key may log in; ${hint}`);
    await run("add", "demo", one);
    await run("add", "*", two);
    const { code, stdout, stderr } = await run("list");
    assert.deepEqual([code, stderr], [0, ""]);
    const [heading, ...rows] = stdout.trimEnd().split("\n");
    assert.match(heading!, /^FINGERPRINT +NAMES +PUBLIC KEY +FILE +LAST LOGIN +CONDITIONS$/);
    assert.equal(rows.length, 2);
    assert.ok(rows.some((row) => row.startsWith(`${printOne}  demo   ${one}  accepted/`)));
    assert.equal((await run("list", "other")).stdout.trimEnd().split("\n").length, 2);
    const json = JSON.parse((await run("list", "demo", "--json")).stdout);
    assert.deepEqual(json.map((it: { names: string[] }) => it.names).sort(), [["*"], ["demo"]]);
    const entry = json.find((it: { publicKey: string }) => it.publicKey === one);
    assert.match(entry.file, /^[a-u]{8}$/);
    assert.deepEqual(entry, {
      file: entry.file,
      names: ["demo"],
      publicKey: one,
      fingerprint: printOne,
    });
  });
});

Deno.test("list: bad lines are warnings with file and line on stderr, and the rest is listed", async () => {
  await withBench(async ({ root, run }) => {
    await run("add", "demo", one);
    writeAccepted(root, "bad", "# x\ndemo AAAA\n");
    writeAccepted(root, "evil\x1b[2J", `\x1b[31mdemo ${two}\n`);
    const { code, stdout, stderr } = await run("list");
    assert.equal(code, 0);
    assert.equal(
      stderr,
      `warning: ${root}/accepted/bad:2: the key has 3 bytes; a key has 32\n` +
        `warning: ${root}/accepted/evil\\u001b[2J:1: no listener can have the name ` +
        `"\\u001b[31mdemo": it has the character "\\u001b"; only a-z, A-Z, 0-9 and _ are allowed\n`,
    );
    assert.ok(stdout.includes(one) && stdout.includes(two));
    assert.ok(!stdout.includes("\x1b"));
  });
});

Deno.test("remove: by fingerprint, its first digits, file name, path, key and key file", async () => {
  await withBench(async ({ directory, root, run }) => {
    Deno.writeTextFileSync(`${directory}/key`, `${one}\n`);
    const ways: ((file: string) => string)[] = [
      () => printOne,
      () => printOne.slice(0, 6),
      (file) => file,
      (file) => `accepted/${file}`,
      (file) => `${root}/accepted/${file}`,
      () => one,
      () => `${directory}/key`,
    ];
    for (const way of ways) {
      await run("add", "demo", one);
      const [{ file }] = JSON.parse((await run("list", "--json")).stdout);
      const { code, stdout, stderr } = await run("remove", way(file));
      assert.deepEqual([code, stderr], [0, ""]);
      assert.equal(stdout, `removed ${printOne} for demo (accepted/${file})\n`);
      assert.deepEqual(readAccepted(root), []);
    }
    const { code, stdout, stderr } = await run("remove", one);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^error: no accepted key has the file name or public key/);
  });
});

Deno.test("remove: digits that fit several keys remove none, and a comment is printed", async () => {
  await withBench(async ({ root, run }) => {
    // Both fingerprints begin with d9d1.
    const keys = [121, 144].map(testKey);
    for (const key of keys) await run("add", "demo", formatKey(key), "--comment", "Anna's");
    const { code, stdout, stderr } = await run("remove", "d9d1");
    assert.deepEqual([code, stdout], [1, ""]);
    for (const key of keys) assert.ok(stderr.includes(fingerprint(key)), stderr);
    assert.equal(readAccepted(root).length, 2);
    const removed = await run("remove", fingerprint(keys[0]!).slice(0, 7));
    assert.match(removed.stdout, /^removed d9d1-\S+ for demo, "Anna's" \(accepted\/\w+\)\n$/);
  });
});

Deno.test("show: our key and fingerprint on stdout, the next step on stderr", async () => {
  await withBench(async ({ root, run }) => {
    const { code, stdout, stderr } = await run("show");
    const key = publicKeyOf((await Keystore.open(root)).identity());
    assert.equal(code, 0);
    assert.equal(stdout, `${formatKey(key)}\nfingerprint ${fingerprint(key)}\n`);
    assert.ok(stderr.includes(`keystore add outbound ${formatKey(key)}`));
    const { privateKey } = (await Keystore.open(root)).identity();
    assert.ok(!(stdout + stderr).includes(formatKey(privateKey)));
    assert.deepEqual(JSON.parse((await run("show", "--json")).stdout), {
      tag: "default",
      keystore: root,
      keys: [{
        host: "127.0.0.1",
        port: 6680,
        publicKey: formatKey(key),
        fingerprint: fingerprint(key),
      }],
    });
    const missing = await run("show", "work");
    assert.deepEqual([missing.code, missing.stdout], [1, ""]);
    assert.match(missing.stderr, /no host with the tag "work"; known tags: default; add one with:/);
  });
});

Deno.test("show: a broken hostkeys/default is an error that names it", async () => {
  await withBench(async ({ root, run }) => {
    await run("show");
    Deno.writeTextFileSync(`${root}/hostkeys/default`, "rubbish\n");
    const { code, stdout, stderr } = await run("show");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /warning: .*hostkeys\/default:1: the line has one word, not two\n/);
    assert.match(stderr, /error: .*hostkeys\/default has no line with a private key; repair it/);
  });
});

Deno.test("host: add prints the public key, list shows all hosts, show one tag", async () => {
  await withBench(async ({ root, run }) => {
    const { code, stdout, stderr } = await run("host", "add", "work", "[::1]", "7000");
    assert.equal(code, 0);
    const [key] = (await Keystore.open(root)).hostKeys("work").map(publicKeyOf);
    const shown = `${formatKey(key!)}\nfingerprint ${fingerprint(key!)} for [::1]:7000\n`;
    assert.equal(stdout, shown);
    assert.ok(stderr.includes(`keystore add NAME ${formatKey(key!)}`));
    assert.ok(stderr.includes(`keystore --keystore ${root} add outbound-work KEY`));
    assert.match(Deno.readTextFileSync(`${root}/hostkeys/work`), /^\[::1\]:7000 \S{44}\n$/);
    assert.equal((await run("show", "work")).stdout, shown);
    await run("host", "add", "work", "second.example");
    const rows = (await run("host", "list")).stdout.trimEnd().split("\n");
    assert.deepEqual(rows.map((row) => row.split(/ +/).slice(0, 2)), [
      ["TAG", "HOST"],
      ["default", "127.0.0.1:6680"],
      ["work", "[::1]:7000"],
      ["work", "second.example:6680"],
    ]);
    const json = JSON.parse((await run("host", "list", "--json")).stdout);
    assert.deepEqual(json[1], {
      tag: "work",
      host: "::1",
      port: 7000,
      publicKey: formatKey(key!),
      fingerprint: fingerprint(key!),
    });
  });
});

Deno.test("the keystore in use is printed, and --keystore may stand anywhere", async () => {
  await inDirectory(async (directory) => {
    const env = { ARCAN_STATEPATH: directory };
    const { code, stderr } = await runIn(env, ["list"]);
    assert.equal(code, 0);
    assert.match(stderr, new RegExp(`^keystore: ${directory}/a12 \\(from ARCAN_STATEPATH\\)\n`));
    const other = await runIn(env, ["list", "--keystore", `${directory}/other`]);
    assert.match(other.stderr, new RegExp(`^keystore: ${directory}/other \\(from --keystore\\)\n`));
    const none = await runIn({}, ["list"]);
    assert.deepEqual([none.code, none.stdout], [1, ""]);
    assert.match(none.stderr, /^error: no keystore directory: give --keystore DIR, or set/);
  });
});

Deno.test("a keystore that cannot be made is a one-line error that names it", async () => {
  await inDirectory(async (directory) => {
    Deno.writeTextFileSync(`${directory}/file`, "");
    const { code, stdout, stderr } = await runIn({}, ["list", "--keystore", `${directory}/file/x`]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /\nerror: cannot make the directory .*\/file\/x: [^\n]+\n$/);
  });
});

Deno.test("run as a program: exit code and both streams", async () => {
  await inDirectory(async (directory) => {
    const main = new URL("keystore_cli_main.ts", import.meta.url).pathname;
    const spawn = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--quiet", main, "keystore", ...args],
        env: { ARCAN_STATEPATH: directory },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: text(stdout), stderr: text(stderr) };
    };
    const added = await spawn("add", "demo", one);
    assert.deepEqual([added.code, added.stdout.slice(0, 6)], [0, "added "]);
    assert.equal(added.stderr, `keystore: ${directory}/a12 (from ARCAN_STATEPATH)\n`);
    assert.equal((await spawn("remove", "nobody")).code, 1);
    assert.equal((await spawn("frobnicate")).code, 2);
  });
});
