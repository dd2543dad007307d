/** README: from one host to three, run as written on addresses and a file system of their own. */

import assert from "node:assert/strict";
import { Keystore, publicKeyOf } from "../../keystore/mod.ts";
import { PATIENCE_MS } from "../support/changes.ts";
import { inDirectory } from "../support/directory.ts";
import { MAIN } from "../support/listening.ts";
import { NEEDS_NATS } from "../support/nats.ts";
import { has } from "../support/programs.ts";

const ROOT = new URL("../../", import.meta.url);
const README = Deno.readTextFileSync(new URL("README.md", ROOT));
const [, COMMANDS] = /```sh\n(# on 10[^]*?)```/.exec(README)!;
const [, HAPROXY] = /```haproxy\n([^]*?)```/.exec(README)!;
const HOSTS = [...new Set(README.match(/(?<=# on )10[\d.]+$/gm))];
const CLIENT = "client";

/** Whether addresses of one's own can be had here. */
async function canUnshare(): Promise<boolean> {
  if (Deno.build.os !== "linux" || !await has("unshare") || !await has("ip")) return false;
  const { success } = await new Deno.Command("unshare", {
    args: [...OWN, "ip", "link", "set", "lo", "up"],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** A network and processes that end with the first one. */
const OWN = ["--map-root-user", "--net", "--pid", "--fork", "--kill-child"];

const canRun = !NEEDS_NATS.ignore && await has("haproxy") && await canUnshare();
if (!canRun) console.warn("without nats-server, haproxy or unshare the README's fleet is left out");

/** The commands as a script: a home for each host, and a log for what stays in the background. */
function script(directory: string): string {
  const lines = COMMANDS!.trim().split("\n").map((line) => {
    const [, host] = /^# on (.*)$/.exec(line) ?? [];
    if (host !== undefined) return `export HOME=${directory}/${host}; cd $HOME`;
    if (!line.endsWith("&")) return line;
    const log = line.startsWith("net-listen listen") ? "listen.log" : "log";
    return `${line.slice(0, -1)} >>$HOME/${log} 2>&1 &`;
  });
  const [, fleet] = /(--fleet \S+ --fleet-insecure)/.exec(COMMANDS!)!;
  const until = (log: string, text: string) =>
    `timeout ${PATIENCE_MS / 1000} sh -c 'tail -n +1 -F ${log} 2>/dev/null | grep -m1 "${text}"'`;
  return `
set -eu
ip link set lo up
for host in ${HOSTS.join(" ")}; do ip addr add $host/32 dev lo; done
${lines.slice(0, -2).join("\n")}
for host in ${HOSTS.filter((host) => host !== "10.0.0.1").join(" ")}; do
  ${until(`${directory}/$host/listen.log`.replace("$host", "'$host'"), "our public key")}
done
${lines.slice(-2).join("\n")}
export HOME=${directory}/${CLIENT}; cd $HOME
# The balancer may not listen yet.
until net-listen connect 10.0.0.1 --show text >log 2>&1; do :; done &
net-listen fleet watch ${fleet} --since 1h --kind registered >watch.log 2>&1 &
${until("watch.log", "registered")}
`;
}

Deno.test({
  name: "README: from one host to three in ten commands",
  ignore: !canRun,
  fn: () =>
    inDirectory(async (directory) => {
      const home = (host: string) => `${directory}/${host}/.local/state`;
      for (const host of [...HOSTS, CLIENT]) await Deno.mkdir(home(host), { recursive: true });
      const client = await Keystore.open(`${home(CLIENT)}/a12`);
      const first = await Keystore.open(`${home("10.0.0.5")}/a12`);
      await first.add(["demo"], publicKeyOf(client.identity()));
      // It pins the key, whichever host it reaches.
      await client.add(["outbound"], publicKeyOf(first.identity()));
      // A connection to an address of this machine would come from that address.
      const config = HAPROXY!.replace("mode tcp", "mode tcp\n    source 10.0.0.1");
      const file = `${directory}/10.0.0.1/demo.cfg`;
      await Deno.writeTextFile(file, config);
      const checked = await new Deno.Command("haproxy", { args: ["-c", "-f", file] }).output();
      assert.doesNotMatch(new TextDecoder().decode(checked.stderr), /WARNING|ALERT/);
      const bin = `${directory}/bin`;
      await Deno.mkdir(bin);
      const program = async (name: string, text: string) =>
        await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
      await program("net-listen", `exec "${Deno.execPath()}" run -A "${MAIN}" "$@"`);
      await program("scp", `exec cp "$1" "$2" "${directory}/\${3%%:*}/\${3#*:}"`);
      assert.equal(COMMANDS!.match(/^(?!#)/gm)!.length - 1, 10);

      const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
      const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout));
      const { success, stdout, stderr } = await new Deno.Command("unshare", {
        args: [...OWN, "sh", "-c", script(directory)],
        env: { PATH: `${bin}:${Deno.env.get("PATH")}`, DENO_DIR: denoDir, NO_COLOR: "1" },
        clearEnv: true,
      }).output();
      const text = new TextDecoder();
      const log = `${directory}/${CLIENT}/log`;
      assert(success, `${text.decode(stderr)}\n${await Deno.readTextFile(log).catch(() => "")}`);
      const keys = text.decode(stdout).match(/our public key: \S+/g)!;
      assert.deepEqual([keys.length, new Set(keys).size], [3, 1]);
      assert.match(text.decode(stdout), /client 2 registered/);
    }),
});
