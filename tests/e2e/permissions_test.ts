/** README: each use runs with exactly its permissions, and names one that is missing. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import { Keystore, publicKeyOf } from "../../keystore/mod.ts";
import { Listening, MAIN, Output, TestSource } from "../support/listening.ts";
import { NatsServer, NEEDS_NATS } from "../support/nats.ts";
import { has, WITH_SOCKETS } from "../support/programs.ts";

const README = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
const SECTION = README.slice(README.indexOf("### Permissions"), README.indexOf("### Programs as"));
const ROWS = [...SECTION.matchAll(/^\| .*?`([^`]*)`.*?\| `([^`]*)`/gm)]
  .map(([, use, flags]) => ({ use: use!, flags: flags!.split(" ") }));
const BASE = ROWS[0]!;
const DIRECTORY = fileURLToPath(new URL("../..", import.meta.url));
/** What all uses need. */
const CODE = `--allow-read=${DIRECTORY}`;
const hasPython = await has("python3");

/** A keystore with an accepted key, and the files and directories of the table. */
class Place implements AsyncDisposable {
  readonly key = new PrivateKey(crypto.getRandomValues(new Uint8Array(32)));
  readonly #words: Record<string, string>;

  private constructor(readonly directory: string) {
    this.#words = {
      KEYS: `${directory}/keys`,
      KEY: this.key.publicKey.toBase64(),
      DIR: `${directory}/made`,
      FILE: `${directory}/file.ts`,
      COMMAND: "cat >/dev/null",
    };
  }

  static async make(): Promise<Place> {
    const place = new Place(await Deno.makeTempDir({ prefix: "permissions-test-" }));
    const keystore = await Keystore.open(place.#words["KEYS"]!);
    await keystore.add(["demo"], place.key.publicKey);
    await Deno.mkdir(place.#words["DIR"]!);
    return place;
  }

  fill(word: string): string {
    return word.replace(
      /(?<=^|[=,:])(?:KEYS|KEY|DIR|FILE|COMMAND)(?=$|,)/g,
      (name) => this.#words[name]!,
    );
  }

  async putFile(use: string): Promise<void> {
    const content = use.startsWith("--secret")
      ? "0:secret"
      : use.startsWith("--limits")
      ? "max-clients = 5"
      : "export default () => {};";
    if (/^--(secret|limits|handler)/.test(use)) {
      await Deno.writeTextFile(this.fill("FILE"), content, { mode: 0o600 });
    }
  }

  spawn(
    words: string,
    flags: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Deno.ChildProcess {
    const command = [Deno.execPath(), "run", "--no-prompt"].concat(
      merge([CODE, ...flags.map((flag) => this.fill(flag))]),
      MAIN,
      words.split(" ").map((word) => this.fill(word)),
    );
    const before = words.includes("fd:3") ? ["python3", WITH_SOCKETS, "tcp", "--"] : [];
    const [program, ...args] = [...before, ...command];
    return new Deno.Command(program!, {
      args,
      env: { NO_COLOR: "1", A12_SECRET: "", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** Values of the same flag are one list. */
function merge(flags: readonly string[]): string[] {
  const lists = Map.groupBy(flags, (flag) => flag.split("=")[0]!);
  return [...lists].map(([name, all]) =>
    all.includes(name)
      ? name
      : `${name}=${all.map((flag) => flag.slice(name.length + 1)).join(",")}`
  );
}

async function outputOf(process: Deno.ChildProcess): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await process.output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Listens, lets a client in that draws, and stops, unless it ends by itself. */
async function listen(place: Place, words: string, flags: readonly string[]) {
  const process = place.spawn(words, flags);
  const [out, err] = [new Output(process.stdout), new Output(process.stderr)];
  // Neither the empty module nor the program accepts a client.
  const draws = !/--handler|--pipe|--secret/.test(words);
  const [, address, port] = await err.until(/listening on (.*?(\d*)) as|error: /);
  if (address !== undefined) {
    if (draws) {
      const client = port !== ""
        ? await TestSource.connect(Number(port), place.key, "test", "tui")
        : await TestSource.over(
          await Deno.connect({ transport: "unix", path: place.fill("FILE") }),
          place.key,
          "test",
        );
      await client.showText("drawn");
      await client.close();
    }
    process.kill("SIGINT");
  }
  const { code } = await process.status;
  return { code, text: await out.rest() + await err.rest() };
}

for (const { use, flags } of ROWS.filter(({ use }) => /^listen|^--/.test(use))) {
  const name = `README: permissions of ${use}`;
  const ignore = use.includes("fd:3") && !hasPython;
  Deno.test({ name, ignore, fn: (test) => checkListen(use, flags, test) });
}

async function checkListen(use: string, flags: readonly string[], test: Deno.TestContext) {
  const [words, base] = use.startsWith("--") ? [`${BASE.use} ${use}`, BASE.flags] : [use, []];
  await using place = await Place.make();
  await place.putFile(use);
  await test.step("are enough", async () => {
    const { code, text } = await listen(place, words, [...base, ...flags]);
    assert.equal(code, 0);
    assert.doesNotMatch(text, / warn | error |allow/);
  });
  for (const flag of flags) {
    await test.step(`without ${flag}`, async () => {
      const fewer = [...base, ...flags.filter((other) => other !== flag)];
      const { text } = await listen(place, words, fewer);
      const [name, value] = place.fill(flag).split("=");
      const named = value!.split(",").some((each) => text.includes(`without ${name}=${each}`));
      assert.ok(named, text);
    });
  }
}

Deno.test("README: pictures of more than a million pixels need no further permission", async () => {
  await using place = await Place.make();
  const { use, flags } = ROWS.find(({ use }) => use.startsWith("--snapshot"))!;
  const process = place.spawn(`${BASE.use} ${use}`, [...BASE.flags, ...flags]);
  const [out, err] = [new Output(process.stdout), new Output(process.stderr)];
  const [, port] = await err.until(/listening on .*:(\d+) as/);
  const client = await TestSource.connect(Number(port), place.key, "test", "game");
  await client.showPixels(1_100, 1_000, new Uint8Array(1_100 * 1_000 * 4).fill(200));
  await client.close();
  await err.until(/ info snapshot-written /);
  assert.doesNotMatch(err.text, /--allow-read/);
  process.kill("SIGINT");
  assert.equal((await process.status).code, 0);
  await out.rest();
  await err.rest();
});

Deno.test("README: what needs no other permission needs to read this directory", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", MAIN, "keystore", "--help"],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 1);
  const text = new TextDecoder().decode(stderr);
  const reason = `Deno does not permit it without --allow-read=${DIRECTORY}lib/cli/keystore.ts`;
  assert.equal(text, `error: cannot load the code in ${DIRECTORY}: ${reason}\n`);
});

Deno.test("README: permissions of connect", async (test) => {
  const { use, flags } = ROWS.find(({ use }) => use.startsWith("connect"))!;
  await using place = await Place.make();
  await using listening = await Listening.start();
  const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
  const at = (text: string) => text.replace("7000", port!);
  const publicKey = publicKeyOf(
    (await Keystore.open(`${listening.directory}/keystore`)).identity(),
  );
  const ours = publicKeyOf((await Keystore.open(place.fill("KEYS"))).identity());
  await (await Keystore.open(`${listening.directory}/keystore`)).add(["demo"], ours);
  await (await Keystore.open(place.fill("KEYS"))).add(["outbound"], publicKey);
  await test.step("are enough", async () => {
    const process = place.spawn(at(use), flags.map(at));
    const [out, err] = [new Output(process.stdout), new Output(process.stderr)];
    await out.until(/activate/);
    process.kill("SIGINT");
    assert.equal((await process.status).code, 0);
    assert.doesNotMatch(await out.rest() + await err.rest(), /allow/);
  });
  for (const flag of flags) {
    await test.step(`without ${flag}`, async () => {
      const fewer = flags.filter((other) => other !== flag).map(at);
      const { code, text } = await outputOf(place.spawn(at(use), fewer));
      assert.notEqual(code, 0);
      assert.ok(text.includes(`without ${place.fill(at(flag))}`), text);
    });
  }
});

for (const { use, flags } of ROWS.filter(({ use }) => use.startsWith("keystore"))) {
  Deno.test(`README: permissions of ${use}`, async () => {
    await using place = await Place.make();
    // The key of `add` is not there yet.
    const words = use.replace(
      /\bKEY$/,
      new PrivateKey(new Uint8Array(32).fill(7)).publicKey.toBase64(),
    );
    for (const flag of flags) {
      const { code, text } = await outputOf(place.spawn(words, flags.filter((f) => f !== flag)));
      assert.notEqual(code, 0);
      assert.ok(text.includes(`without ${place.fill(flag)}`), text);
    }
    assert.equal((await outputOf(place.spawn(words, flags))).code, 0);
  });
}

Deno.test("README: permissions of the control socket, and of ctl", async () => {
  await using place = await Place.make();
  const runtime = place.fill("DIR");
  const ofSocket = [
    "--allow-env=RUNTIME_DIRECTORY,XDG_RUNTIME_DIR,TMPDIR",
    "--allow-sys=uid",
    "--allow-net",
    `--allow-read=${runtime}`,
    `--allow-write=${runtime}`,
  ];
  for (const flag of ofSocket) assert.ok(SECTION.includes(flag.split(`=${runtime}`)[0]!), flag);
  const rest = BASE.flags.filter((flag) => !flag.startsWith("--allow-net"));
  const words = BASE.use.replace(" --no-control", "");
  const process = place.spawn(words, [...rest, ...ofSocket], { RUNTIME_DIRECTORY: runtime });
  const [out, err] = [new Output(process.stdout), new Output(process.stderr)];
  await err.until(/listening on/);
  const [socket] = [...Deno.readDirSync(runtime)];
  const path = `${runtime}/${socket!.name}`;
  const { use, flags } = ROWS.find(({ use }) => use.startsWith("ctl"))!;
  const at = (text: string) => text.replaceAll("FILE", path);
  assert.equal((await outputOf(place.spawn(at(use), flags.map(at)))).code, 0);
  for (const flag of flags) {
    const fewer = flags.filter((other) => other !== flag).map(at);
    const { code, text } = await outputOf(place.spawn(at(use), fewer));
    assert.notEqual(code, 0);
    assert.match(text, new RegExp(`without ${flag.split("=")[0]}=`));
  }
  const env = { RUNTIME_DIRECTORY: runtime };
  assert.equal((await outputOf(place.spawn("ctl list", ofSocket, env))).code, 0);
  process.kill("SIGINT");
  assert.equal((await process.status).code, 0);
  assert.doesNotMatch(await out.rest() + await err.rest(), / warn | error |allow/);
});

Deno.test({
  ...NEEDS_NATS,
  name: "README: permissions of --fleet",
  async fn() {
    await using server = await NatsServer.start();
    await using place = await Place.make();
    const state = place.fill("DIR");
    const ofFleet = [
      `--allow-net=${server.host}:${server.port}`,
      "--allow-sys=hostname",
      "--allow-env=STATE_DIRECTORY,XDG_STATE_HOME,HOME",
      `--allow-read=${state}/net-listen/fleet`,
      `--allow-write=${state}/net-listen/fleet`,
    ];
    for (const flag of ofFleet.slice(1, 3)) assert.ok(SECTION.includes(flag), flag);
    const process = place.spawn(`${BASE.use} --fleet ${server.url}`, [...BASE.flags, ...ofFleet], {
      XDG_STATE_HOME: state,
      STATE_DIRECTORY: "",
    });
    const [out, err] = [new Output(process.stdout), new Output(process.stderr)];
    await err.until(/listening on/);
    process.kill("SIGINT");
    assert.equal((await process.status).code, 0);
    assert.doesNotMatch(await out.rest() + await err.rest(), / warn | error |allow-/);
  },
});

Deno.test("README: the table of permissions was read", () => assert.equal(ROWS.length, 16));
