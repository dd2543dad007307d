/** `install systemd`: the unit, its file, and that what it starts works with its permissions. */

import assert from "node:assert/strict";
import type { CliIo } from "../../lib/cli/io.ts";
import { runCli } from "../../lib/cli/program.ts";
import { makeProgram } from "../../main.ts";
import { inDirectory } from "../support/directory.ts";
import { Output } from "../support/listening.ts";

async function install(args: string[], env: Record<string, string> = {}) {
  const result = { code: 0, stdout: "", stderr: "" };
  const io: CliIo = {
    out: (text) => void (result.stdout += text),
    err: (text) => void (result.stderr += text),
    env: { get: (name) => env[name], delete() {} },
  };
  result.code = await runCli(makeProgram(io), ["install", "systemd", ...args], io);
  return result;
}

async function hasAnalyze(): Promise<boolean> {
  try {
    return (await new Deno.Command("systemd-analyze", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

const MANY = [
  ...["demo", "127.0.0.1", "700", "--record", "rec", "--log-file", "/var/log/a b.log"],
  ...["--secret-file", "/etc/s%s", "--pipe", 'a "$b" %c', "--drain", "60", "--no-direct"],
];

Deno.test("install systemd --print: the unit has the options, no secret, and no more rights than they need", async () => {
  const { code, stdout } = await install([...MANY, "--print"]);
  assert.equal(code, 0);
  for (
    const line of [
      "LoadCredential=secret:/etc/s%%s",
      "ProtectSystem=strict",
      "NoNewPrivileges=yes",
      "User=net-listen",
      "AmbientCapabilities=CAP_NET_BIND_SERVICE",
      `ReadWritePaths=${Deno.cwd()}/rec`,
      "ReadWritePaths=/var/log",
      "TimeoutStopSec=90",
    ]
  ) assert.ok(stdout.split("\n").includes(line), `${line}\n${stdout}`);
  for (
    const word of [
      "  --secret-file=%d/secret",
      '  "--pipe=a \\"$$b\\" %%c"',
      '  "--log-file=/var/log/a b.log"',
      "  --no-direct",
      "  --keystore=%S/net-listen",
      "  --allow-run=sh",
    ]
  ) assert.match(stdout, new RegExp(`^${RegExp.escape(word)}( \\\\)?$`, "m"));
  assert.doesNotMatch(stdout, /^MemoryDenyWriteExecute|-A\b|allow-all/m);
  const plain = await install(["--print"]);
  assert.doesNotMatch(plain.stdout, /allow-run|AmbientCapabilities|LoadCredential/);
  assert.match(plain.stdout, /^CapabilityBoundingSet=$/m);
});

Deno.test({
  name: "install systemd: systemd-analyze finds no fault in the unit",
  ignore: !await hasAnalyze(),
  fn: async () => {
    await inDirectory(async (directory) => {
      for (const scope of [[], ["--user"]]) {
        const path = `${directory}/net-listen.service`;
        await Deno.writeTextFile(path, (await install([...MANY, ...scope, "--print"])).stdout);
        const { code, stderr } = await new Deno.Command("systemd-analyze", {
          args: [...scope, "verify", "--man=no", path],
          env: { XDG_RUNTIME_DIR: directory },
        }).output();
        assert.equal(code, 0, new TextDecoder().decode(stderr));
        assert.doesNotMatch(new TextDecoder().decode(stderr), /net-listen\.service/);
      }
    });
  },
});

for (
  const [args, message] of [
    [
      ["--secret", "0:hemlig"],
      "a secret in a unit can be read by all users; give --secret-file FILE",
    ],
    [["--view"], "--view needs a terminal or an input, which a service has not"],
    [["--ask-secret"], "--ask-secret needs a terminal or an input, which a service has not"],
    [["--h264", "pass"], "--h264 pass needs --handler FILE to take it, or use --h264 decode"],
  ] as const
) {
  Deno.test(`install systemd ${args[0]} is refused`, async () => {
    const { code, stdout, stderr } = await install([...args]);
    assert.deepEqual([code, stdout, stderr], [2, "", `error: ${message}\n`]);
  });
}

Deno.test("install systemd --user writes a unit, and replaces it only with --force", async () => {
  await inDirectory(async (directory) => {
    const env = { XDG_CONFIG_HOME: directory };
    const path = `${directory}/systemd/user/net-listen-demo.service`;
    const { code, stdout } = await install(["demo", "--user"], env);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^wrote .*\n {2}systemctl --user daemon-reload\n.*enable --now net-listen-demo\.service\n$/,
    );
    assert.match(Deno.readTextFileSync(path), /^ {2}demo/m);
    assert.deepEqual(await install(["demo", "--user", "--json"], env), {
      code: 2,
      stdout: "",
      stderr: `error: ${path} exists already; --force replaces it\n`,
    });
    assert.equal((await install(["demo", "--user", "--json", "--force"], env)).code, 0);
    assert.match(Deno.readTextFileSync(path), /^ {2}--json/m);
  });
});

Deno.test({
  name: "install systemd: what the unit starts works with its permissions, and tells systemd",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await inDirectory(async (directory) => {
      const { stdout: unit } = await install(
        ["demo", "127.0.0.1", "0", "--user", "--print", "--record", `${directory}/rec`]
          .concat("--log-file", `${directory}/log`),
      );
      const [, start] = /^ExecStart=([^]*?[^\\])\n/m.exec(unit)!;
      const words = start!.split(" \\\n").map((word) =>
        word.trim().replace(/%[ht]/g, directory).replaceAll("%%", "%")
      );
      await Deno.mkdir(`${directory}/systemd`);
      const runtime = `${directory}/net-listen`;
      assert.match(unit, /^RuntimeDirectory=net-listen\nRuntimeDirectoryMode=0700$/m);
      await Deno.mkdir(runtime, { mode: 0o700 });
      const path = `${directory}/systemd/notify`;
      const manager = Deno.listenDatagram({ transport: "unixpacket", path });
      const process = new Deno.Command(words[0]!, {
        args: words.slice(1),
        env: { NOTIFY_SOCKET: path, NO_COLOR: "1", A12_SECRET: "", RUNTIME_DIRECTORY: runtime },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const [out, err] = [new Output(process.stdout), new Output(process.stderr)];
      const next = async () => new TextDecoder().decode((await manager.receive())[0]);
      await err.until(/listening on/);
      assert.match(
        [...Deno.readDirSync(runtime)].map(({ name }) => name).join(),
        /^demo-\d+\.sock$/,
      );
      assert.match(await next(), /^READY=1\n/);
      process.kill("SIGHUP");
      assert.match(await next(), /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
      assert.match(await next(), /^READY=1\n/);
      process.kill("SIGTERM");
      assert.match(await next(), /^STOPPING=1\n/);
      assert.equal((await process.status).code, 0, await err.rest());
      await out.rest();
      manager.close();
      assert.match(
        Deno.readTextFileSync(`${directory}/log`),
        / info reloaded parts=log-file,keystore\n/,
      );
    });
  },
});
