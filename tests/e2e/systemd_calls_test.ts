/** The unit of `install systemd`: its filter of system calls. */

import assert from "node:assert/strict";
import { inDirectory } from "../support/directory.ts";
import { install } from "../support/install.ts";
import { Listening } from "../support/listening.ts";
import { has } from "../support/programs.ts";

/** The system calls that a unit permits. */
async function permittedCalls(unit: string): Promise<Set<string>> {
  const { stdout } = await new Deno.Command("systemd-analyze", { args: ["syscall-filter"] })
    .output();
  const sets = new Map<string, string[]>();
  let members: string[] = [];
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    if (line.startsWith("@")) sets.set(line, members = []);
    else if (/^ +[@\w]/.test(line)) members.push(line.trim());
  }
  const expand = (word: string): string[] => sets.get(word)?.flatMap(expand) ?? [word];
  const filters = [...unit.matchAll(/^SystemCallFilter=(.*)$/gm)].flatMap(([, set]) =>
    set!.split(" ")
  );
  return new Set(["@default", ...filters].flatMap(expand));
}

const hasStrace = await has("strace") && await has("systemd-analyze");

Deno.test({
  name: `install systemd: the unit permits every system call that the listener makes${
    hasStrace ? "" : " (strace or systemd-analyze is missing)"
  }`,
  ignore: Deno.build.os !== "linux" || !hasStrace,
  fn: async () => {
    const { stdout: unit } = await install(["--print"]);
    assert.match(unit, /^SystemCallErrorNumber=EPERM$/m);
    const permitted = await permittedCalls(unit);
    assert.ok(permitted.has("openat") && !permitted.has("mount"));
    await inDirectory(async (directory) => {
      const trace = `${directory}/trace`;
      const script = 'echo process $$ >&2; exec "$0" "$@"';
      await using listening = await Listening.startBy(
        ["strace", "-f", "-qq", "-o", trace, "sh", "-c", script],
        ...["--listen", "127.0.0.1:0", "--record", "DIR/rec", "--workers", "2"],
      );
      // strace passes no signals on.
      const [, pid] = await listening.err.until(/process (\d+)/);
      try {
        const client = await listening.connect("test", "application");
        await client.activated();
        await client.close();
        await listening.err.until(/ client-left /);
      } finally {
        Deno.kill(Number(pid), "SIGTERM");
      }
      assert.equal((await listening.process.status).code, 0);
      const called = new Set(
        [...Deno.readTextFileSync(trace).matchAll(/^\d+ +(\w+)\(/gm)].map(([, name]) => name!),
      );
      assert.ok(called.has("accept4"));
      assert.deepEqual([...called.difference(permitted)], []);
    });
  },
});
