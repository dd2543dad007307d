// What the default interface is on systems with other defaults, in a network of their own.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./both_families.ts", import.meta.url));
const BOTH = ["127.0.0.1", "::1"];

/** Runs a command in a network of its own. @returns What it printed, unless that is not allowed here. */
function inNetwork(...command: string[]): string | undefined {
  try {
    const args = ["-rn", "sh", "-c", `ip link set lo up && ${command.join(" ")}`];
    const { success, stdout } = new Deno.Command("unshare", { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}

const SETTINGS = {
  "IPv6 takes IPv4 as well": ["net.ipv6.bindv6only=0", BOTH, ["::", "0.0.0.0"]],
  "IPv6 takes no IPv4": ["net.ipv6.bindv6only=1", BOTH, ["::", "0.0.0.0"]],
  "there are no addresses of IPv6": [
    "net.ipv6.conf.all.disable_ipv6=1",
    ["127.0.0.1"],
    ["::", "0.0.0.0"],
  ],
} as const;

for (const [what, [setting, reached, listens]] of Object.entries(SETTINGS)) {
  Deno.test({
    name: `the default interface is reached by all families where ${what}`,
    ignore: inNetwork(`sysctl -qw ${setting}`) === undefined,
    fn: () => {
      const deno = `'${Deno.execPath()}' run -A --no-check '${SCRIPT}'`;
      const printed = inNetwork(`sysctl -qw ${setting}`, "&&", deno);
      assert.deepEqual(JSON.parse(printed ?? "null"), { reached, listens });
    },
  });
}
