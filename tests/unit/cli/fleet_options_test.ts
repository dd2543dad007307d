import assert from "node:assert/strict";
import { Command } from "commander";
import {
  addFleetOptions,
  type FleetFlags,
  readFleet,
  requireConsistentFleet,
} from "../../../lib/cli/fleet_options.ts";
import { UsageError } from "../../../lib/cli/errors.ts";
import type { Message } from "../../../lib/cli/report.ts";
import { MAX_FLEET_FILE_BYTES, MAX_FLEET_SERVERS } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";

/** The options of a command line, which go together. */
function parse(...args: string[]): FleetFlags {
  const command = addFleetOptions(new Command()).exitOverride().configureOutput({ writeErr() {} });
  const flags = command.parse(args, { from: "user" }).opts<FleetFlags>();
  requireConsistentFleet(flags);
  return flags;
}

const urls = (text: string, ...more: string[]) =>
  parse("--fleet", text, ...more).fleet!.map(({ url }) => url);

Deno.test("--fleet names servers with one scheme, and ports of their own", () => {
  assert.deepEqual(urls("nats://localhost"), ["nats://localhost:4222"]);
  assert.deepEqual(urls("nats://127.0.0.1:80,[::1]:4223"), [
    "nats://127.0.0.1:80",
    "nats://[::1]:4223",
  ]);
  assert.deepEqual(urls("tls://a.example.org,tls://b.example.org:5000"), [
    "tls://a.example.org:4222",
    "tls://b.example.org:5000",
  ]);
});

for (
  const text of [
    "localhost",
    "http://localhost",
    "nats://",
    "nats://a,,b",
    "nats://localhost:0",
    "nats://localhost:65536",
    "nats://localhost/path",
    "nats://localhost,tls://localhost",
    "nats://::1",
    `nats://${Array(MAX_FLEET_SERVERS + 1).fill("localhost").join()}`,
  ]
) {
  Deno.test(`--fleet is not ${text.slice(0, 40)}`, () => {
    assert.throws(() => parse("--fleet", text), /option '--fleet <urls>' argument/);
  });
}

Deno.test("a password in --fleet is refused, with where it belongs", () => {
  for (const url of ["nats://me:hidden@localhost", "http://me:hidden@a", "nats://a,me:hidden@b"]) {
    assert.throws(() => parse("--fleet", url), /^UsageError: (?!.*hidden).*--fleet-user-file$/);
  }
});

Deno.test("other machines need TLS, unless the user takes the risk", () => {
  for (const host of ["10.0.0.1", "nats.example.org", "localhost,10.0.0.1", "[fe80::1]"]) {
    assert.throws(() => parse("--fleet", `nats://${host}`), /use tls:\/\/|--fleet-insecure/);
    urls(`nats://${host}`, "--fleet-insecure");
    urls(`tls://${host}`);
  }
});

for (
  const [args, message] of [
    [["--fleet-name", "a"], /^--fleet-name needs --fleet URL$/],
    [["--fleet-user-file", "a"], /^--fleet-user-file needs --fleet URL$/],
    [["--fleet-insecure"], /^--fleet-insecure needs --fleet URL$/],
    [
      ["--fleet", "nats://[::1]", "--fleet-creds", "a", "--fleet-user-file", "b"],
      /exclude each other/,
    ],
    [["--fleet", "tls://[::1]", "--fleet-cert", "a"], /need each other/],
    [["--fleet", "nats://[::1]", "--fleet-ca", "a"], /^--fleet-ca needs --fleet tls:/],
  ] as const
) {
  Deno.test(`${args.join(" ")} is refused`, () => {
    assert.throws(() => parse(...args), (error) => {
      assert(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("the files of --fleet are read, and no error has what stands in them", () =>
  inDirectory(async (directory) => {
    const reported: Message[] = [];
    const read = (...args: string[]) =>
      readFleet(parse("--fleet", "tls://localhost", ...args), (line) => reported.push(line));
    const put = async (content: string | Uint8Array, mode = 0o600) => {
      const path = `${directory}/${crypto.randomUUID()}`;
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(path, bytes, { mode });
      return path;
    };
    const refuses = async (args: string[], message: RegExp) => {
      await assert.rejects(read(...args), (error) => {
        assert(error instanceof UsageError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hidden/);
        return true;
      });
    };
    const user = await put("me:hid:den\r\nmore\n");
    const pem = (what: string) => `text\n-----BEGIN ${what}-----\nabc\n-----END ${what}-----\n`;
    const authority = pem("CERTIFICATE");
    const place = await read("--fleet-user-file", user, "--fleet-ca", await put(authority));
    assert.deepEqual(place!.user, { name: "me", password: "hid:den" });
    assert.equal(place!.tls?.ca, authority);
    assert.deepEqual([place!.name, place!.servers], ["fleet", ["tls://localhost:4222"]]);
    assert.deepEqual(reported, []);

    await read("--fleet-user-file", await put("me:hidden", 0o644));
    assert.deepEqual(reported.map(({ event }) => event), ["secret-file-mode"]);
    await refuses(["--fleet-user-file", await put("hidden")], /is not USER:PASSWORD$/);
    await refuses(["--fleet-user-file", await put("")], /is not USER:PASSWORD$/);
    await refuses(["--fleet-user-file", await put(Uint8Array.of(255))], /is not UTF-8/);
    await refuses(["--fleet-user-file", `${directory}/none`], /^cannot read /);
    await refuses(["--fleet-user-file", directory], /^cannot read /);
    await refuses(["--fleet-creds", await put("hidden")], /is no credentials file/);
    await refuses(["--fleet-ca", await put("hidden")], /has no certificate in PEM/);
    for (
      const [cert, key, what] of [["", "PRIVATE KEY", "certificate"], ["x", "", "private key"]]
    ) {
      const files = [await put(cert === "" ? "hidden" : authority), await put(pem(key!))];
      const [certFile, keyFile] = files as [string, string];
      const message = new RegExp(`has no ${what} in PEM`);
      await refuses(["--fleet-cert", certFile, "--fleet-key", keyFile], message);
    }
    const pair = [
      "--fleet-cert",
      await put(authority),
      "--fleet-key",
      await put(pem("EC PRIVATE KEY")),
    ];
    assert.equal((await read(...pair))!.tls?.key, pem("EC PRIVATE KEY"));
    const large = await put(new Uint8Array(MAX_FLEET_FILE_BYTES + 1));
    await refuses(["--fleet-ca", large], /has more than 1048576 bytes/);
    const part = (what: string) => `-----BEGIN ${what}-----\nabc\n------END ${what}------\n\n`;
    const creds = part("NATS USER JWT") + part("USER NKEY SEED");
    const { credentials } = (await read("--fleet-creds", await put(creds)))!;
    assert.equal(new TextDecoder().decode(credentials), creds);
  }));
