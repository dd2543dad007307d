/** `install systemd`: the unit, its file, and that what it starts works with its permissions. */

import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import { ControlClient } from "../../lib/control/mod.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import { nextSteps } from "../../lib/cli/install.ts";
import { inDirectory } from "../support/directory.ts";
import { FileClient } from "../support/file_client.ts";
import { install } from "../support/install.ts";
import { Output } from "../support/listening.ts";
import { has, WITH_SOCKETS } from "../support/programs.ts";

const MANY = [
  ...["demo", "127.0.0.1", "700", "--record", "rec", "--log-file", "/var/log/a b.log"],
  ...["--secret-file", "/etc/s%s", "--pipe", 'a "$b" %c', "--drain", "60", "--no-direct"],
  ...["--limits", "limits", "--web", "127.0.0.1:443", "--web-cert", "/etc/a.pem"],
  ...["--web-key", "/etc/b c.pem"],
];

Deno.test("install systemd --print: the unit has the options, no secret, and no more rights than they need", async () => {
  const { code, stdout } = await install([...MANY, "--print"]);
  assert.equal(code, 0);
  for (
    const line of [
      "LoadCredential=secret:/etc/s%%s",
      "LoadCredential=web-cert:/etc/a.pem",
      "LoadCredential=web-key:/etc/b c.pem",
      "ProtectSystem=strict",
      "NoNewPrivileges=yes",
      "User=net-listen",
      "AmbientCapabilities=CAP_NET_BIND_SERVICE",
      `ReadWritePaths=${Deno.cwd()}/rec`,
      "ReadWritePaths=/var/log",
      "TimeoutStopSec=90",
      // Programs of --pipe get no SIGTERM of systemd, which would end them before the clients.
      "KillMode=mixed",
      // A start every three seconds is slow enough for systemd to try for ever.
      "RestartSec=3",
      "RestartPreventExitStatus=2",
      "SyslogIdentifier=%N",
    ]
  ) assert.ok(stdout.split("\n").includes(line), `${line}\n${stdout}`);
  for (
    const word of [
      "  --secret-file=%d/secret",
      "  --web-key=%d/web-key",
      '  "--pipe=a \\"$$b\\" %%c"',
      '  "--log-file=/var/log/a b.log"',
      "  --no-direct",
      `  --limits=${Deno.cwd()}/limits`,
      "  --keystore=%S/net-listen",
      "  --allow-run=sh",
    ]
  ) assert.match(stdout, new RegExp(`^${RegExp.escape(word)}( \\\\)?$`, "m"));
  assert.doesNotMatch(stdout, /^MemoryDenyWriteExecute|-A\b|allow-all/m);
  const web = await install(["--web", "127.0.0.1:443", "--print"]);
  assert.match(web.stdout, /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m);
  const ready = await install(["--ready", "127.0.0.1:80", "--print"]);
  assert.match(ready.stdout, /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m);
  const plain = await install(["--print"]);
  assert.doesNotMatch(plain.stdout, /allow-run|AmbientCapabilities|LoadCredential/);
  assert.match(plain.stdout, /^CapabilityBoundingSet=$/m);
});

Deno.test({
  name: "install systemd: systemd-analyze finds no fault in the unit",
  ignore: !await has("systemd-analyze"),
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

Deno.test("install systemd: directories that systemd makes are no paths that must be there", async () => {
  const { stdout } = await install([
    ...["demo", "--record", "/var/lib/net-listen/rec", "--log-file", "/var/log/net-listen/log"],
    ...["--control", "/run/net-listen/demo.sock", "--snapshot", "/srv/100% $pictures", "--print"],
  ]);
  assert.deepEqual(stdout.match(/^(ReadWritePaths|\w*Directory)=.*$/gm), [
    "CacheDirectory=net-listen",
    "RuntimeDirectory=net-listen",
    "StateDirectory=net-listen",
    "LogsDirectory=net-listen",
    'ReadWritePaths="/srv/100%% $pictures"',
  ]);
  assert.match(stdout, /^ {2}"--snapshot=\/srv\/100%% \$\$pictures"/m);
  assert.deepEqual(nextSteps("net-listen-demo.service", false, ["/srv/my pictures"]), [
    "useradd --system --home-dir /var/lib/net-listen --shell /usr/sbin/nologin net-listen",
    "install -d -o net-listen -m 700 '/srv/my pictures'",
    "systemctl daemon-reload",
    "systemctl enable --now net-listen-demo.service",
  ]);
});

for (
  const [flag, path] of [
    ["--handler", "/root/handler.ts"],
    ["--limits", "/root/limits"],
    ["--record", "/tmp/recordings"],
    ["--log-file", "/home/anna/log"],
    ["--keystore", "/home/anna/.local/state/a12"],
    ["--control", "/run/user/1000/demo.sock"],
    ["--listen", "unix:/tmp/demo.sock"],
  ] as const
) {
  Deno.test(`install systemd ${flag} ${path}: the service cannot see it`, async () => {
    const refused = await install(["demo", flag, path]);
    assert.deepEqual([refused.code, refused.stdout], [2, ""]);
    const file = RegExp.escape(path.replace("unix:", ""));
    assert.match(refused.stderr, RegExp(`^error: ${file} cannot be seen by the service, which`));
    const printed = await install(["demo", flag, path, "--print"]);
    assert.match(printed.stderr, RegExp(`^warning: ${file} cannot be seen by the service, which`));
    assert.equal((await install(["demo", flag, path, "--user", "--print"])).stderr, "");
  });
}

const SOCKETS = [
  ...["demo", "--socket", "--listen", "192.0.2.1:700", "--listen", "[fe80::1%lo]:6680"],
  ...["--listen", "unix:/run/a b.sock", "--proxy-protocol", "192.0.2.0/24"],
];

Deno.test("install systemd --socket: systemd listens at the addresses, in place of the service", async () => {
  const { code, stdout } = await install([...SOCKETS, "--print"]);
  assert.equal(code, 0);
  const [, socket, unit] = /^# net-listen-demo\.socket\n([^]*)\n# net-listen-demo\.service\n([^]*)$/
    .exec(stdout)!;
  assert.deepEqual(socket!.match(/^(ListenStream|Socket)\w*=.*$/gm), [
    "ListenStream=192.0.2.1:700",
    "ListenStream=[fe80::1]:6680%%lo",
    "ListenStream=/run/a b.sock",
    "SocketMode=0600",
    "SocketUser=net-listen",
  ]);
  assert.match(unit!, /^Requires=net-listen-demo\.socket\nAfter=net-listen-demo\.socket$/m);
  assert.match(unit!, /^Also=net-listen-demo\.socket$/m);
  assert.match(unit!, /^ {2}--proxy-protocol=192\.0\.2\.0\/24 \\\n {2}--listen=systemd( \\)?$/m);
  assert.match(unit!, /^CapabilityBoundingSet=$/m);
  assert.doesNotMatch(unit!, /192\.0\.2\.1|a b\.sock/);
  const all = await install(["--socket", "--user", "--print"]);
  assert.match(all.stdout, /^ListenStream=6680\nSocketMode=0600\n\n/m);
});

Deno.test("install systemd: addresses of --listen have the rights that they need", async () => {
  const { stdout } = await install(
    ["--listen", "127.0.0.1:700", "--listen", "unix:/run/demo/a b.sock", "--print"],
  );
  assert.match(stdout, /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m);
  assert.match(stdout, /^ {2}"--allow-read=.*,\/run\/demo\/a b\.sock/m);
  assert.match(stdout, /^ {2}"--allow-write=.*,\/run\/demo\/a b\.sock/m);
  assert.match(stdout, /^ReadWritePaths=\/run\/demo$/m);
});

Deno.test("install systemd --socket --user writes both files, and enables the socket", async () => {
  await inDirectory(async (directory) => {
    const { code, stdout } = await install(
      ["demo", "--socket", "--user"],
      { XDG_CONFIG_HOME: directory },
    );
    assert.equal(code, 0);
    assert.match(stdout, /enable --now net-listen-demo\.socket\n$/);
    const files = [...Deno.readDirSync(`${directory}/systemd/user`)].map(({ name }) => name);
    assert.deepEqual(files.sort(), ["net-listen-demo.service", "net-listen-demo.socket"]);
  });
});

Deno.test({
  name: "install systemd: systemd-analyze finds no fault in the socket file",
  ignore: !await has("systemd-analyze"),
  fn: async () => {
    await inDirectory(async (directory) => {
      const { stdout } = await install([...SOCKETS, "--print"]);
      const [, socket, unit] = /^# .*\n([^]*)\n# .*\n([^]*)$/.exec(stdout)!;
      const path = `${directory}/net-listen-demo.socket`;
      await Deno.writeTextFile(path, socket!);
      await Deno.writeTextFile(`${directory}/net-listen-demo.service`, unit!);
      const { code, stderr } = await new Deno.Command("systemd-analyze", {
        args: ["verify", "--man=no", path],
        env: { XDG_RUNTIME_DIR: directory },
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      assert.doesNotMatch(new TextDecoder().decode(stderr), /net-listen-demo/);
    });
  },
});

for (
  const [args, message] of [
    [["--socket", "--port", "0"], "--socket needs a port other than 0"],
    [
      ["--socket", "--listen", "fd:3"],
      "--socket needs addresses that systemd can listen at, not fd:3",
    ],
    [
      ["--socket", "demo", "localhost"],
      "--socket needs an address of IPv4 or IPv6, as systemd looks up no localhost",
    ],
    [
      ["--secret", "0:hemlig"],
      "a secret in a unit can be read by all users; give --secret-file FILE",
    ],
    [["--record", "/a,/b"], "/a,/b has a comma, at which Deno divides the paths of a permission"],
    [["--view"], "--view needs a terminal or an input, and a service has none"],
    [["--ask-secret"], "--ask-secret needs a terminal or an input, and a service has none"],
    [
      ["--h264", "pass"],
      "--h264 pass needs --handler FILE or --web to take it, or use --h264 decode",
    ],
  ] as const
) {
  Deno.test(`install systemd ${args.join(" ")} is refused`, async () => {
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

/** The command that a unit starts, with a directory in place of those of systemd. */
function commandOf(unit: string, directory: string): string[] {
  const [, start] = /^ExecStart=([^]*?[^\\])\n/m.exec(unit)!;
  return start!.split(" \\\n").map((word) =>
    word.trim().replace(/%[ht]/g, directory)
      .replaceAll("%T", Deno.env.get("TMPDIR") ?? "/tmp").replaceAll("%%", "%")
  );
}

const hasPython = await has("python3");

Deno.test({
  name: `install systemd --socket: what the unit starts takes the sockets of systemd${
    hasPython ? "" : " (python3 is missing)"
  }`,
  ignore: Deno.build.os !== "linux" || !hasPython,
  fn: async () => {
    await inDirectory(async (directory) => {
      const { stdout } = await install(["demo", "--socket", "--user", "--no-control", "--print"]);
      const process = new Deno.Command("python3", {
        args: [WITH_SOCKETS, "tcp", "--", ...commandOf(stdout, directory)],
        env: { NO_COLOR: "1", A12_SECRET: "" },
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const err = new Output(process.stderr);
      const [, port] = await err.until(/socket 3 on port (\d+)/);
      await err.until(RegExp(`listening on 127\\.0\\.0\\.1:${port} as demo\n`));
      process.kill("SIGTERM");
      await err.rest();
      assert.equal((await process.status).code, 0);
    });
  },
});

Deno.test({
  name: "install systemd: what the unit starts works with its permissions, and tells systemd",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await inDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/beside.ts`, 'export const TEXT = "it works";');
      await Deno.writeTextFile(
        `${directory}/handler.ts`,
        'import { TEXT } from "./beside.ts"; export default (source, { kind }) => ' +
          '{ if (kind === "segment_request") source.acceptTarget(() => {}); console.log(TEXT); };',
      );
      const { stdout: unit } = await install(
        ["demo", "127.0.0.1", "0", "--user", "--print", "--record", `${directory}/rec`]
          .concat("--log-file", `${directory}/log`, "--handler", `${directory}/handler.ts`),
      );
      const words = commandOf(unit, directory);
      const key = new PrivateKey(crypto.getRandomValues(new Uint8Array(32)));
      await (await Keystore.open(`${directory}/.local/state/a12`)).add(["demo"], key.publicKey);
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
      const [, port] = await err.until(/listening on 127\.0\.0\.1:(\d+)/);
      assert.match(await next(), /^READY=1\n/);
      using control = new ControlClient(`${runtime}/demo-${port}.sock`);
      using client = await FileClient.connect({ err, key });
      await client.announce("notes", 5);
      await client.send(new Uint8Array(5));
      let state;
      do {
        state = (await control.call("files", { client: "2" })).at(-1)?.state;
        assert.notEqual(state, "failed");
      } while (state !== "complete");
      process.kill("SIGHUP");
      assert.match(await next(), /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
      assert.match(await next(), /^READY=1\n/);
      process.kill("SIGTERM");
      assert.match(await next(), /^STOPPING=1\n/);
      assert.equal((await process.status).code, 0, await err.rest());
      assert.match(await out.rest(), /^it works\n/);
      manager.close();
      assert.match(
        Deno.readTextFileSync(`${directory}/log`),
        / info reloaded parts=log-file,keystore\n/,
      );
    });
  },
});
