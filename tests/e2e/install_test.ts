/** The command of the README that installs the program. */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { inDirectory } from "../support/directory.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function run(program: string, args: string[], options: Deno.CommandOptions) {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, ...options }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("README: the installed command runs from any directory, also by a link", async () => {
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const [, line] = /^deno (install .*--name net-listen main\.ts)$/m.exec(readme)!;
  await inDirectory(async (directory) => {
    const env = { DENO_INSTALL_ROOT: directory, NO_COLOR: "1" };
    const installed = await run(Deno.execPath(), line!.split(" "), { cwd: ROOT, env });
    assert.equal(installed.code, 0, installed.stderr);
    await Deno.symlink(`${directory}/bin/net-listen`, `${directory}/link`);
    for (const program of [`${directory}/bin/net-listen`, `${directory}/link`]) {
      const { code, stdout, stderr } = await run(program, ["--version"], { cwd: directory, env });
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^net-listen \d/);
    }
    const show = ["keystore", "--keystore", `${directory}/keys`, "list"];
    for (
      const [path, call] of [[`${directory}/bin`, "net-listen"], ["", `deno run -A ${ROOT}main.ts`]]
    ) {
      const PATH = `${path}:${dirname(Deno.execPath())}`;
      const { stderr } = await run(`${directory}/bin/net-listen`, show, {
        cwd: directory,
        env: { ...env, PATH },
      });
      assert.ok(stderr.includes(`add one with: ${call} keystore `), stderr);
    }
    // Updating is the same command with --force, as an installed command is not replaced without.
    const again = await run(Deno.execPath(), line!.split(" "), { cwd: ROOT, env });
    assert.notEqual(again.code, 0);
    const update = [...line!.split(" "), "--force"];
    update.splice(1, 0, update.pop()!);
    const updated = await run(Deno.execPath(), update, { cwd: ROOT, env });
    assert.equal(updated.code, 0, updated.stderr);
    const [, remove] = /`deno (uninstall --global net-listen)`/.exec(readme)!;
    const removed = await run(Deno.execPath(), remove!.split(" "), { cwd: directory, env });
    assert.equal(removed.code, 0, removed.stderr);
    assert.ok(![...Deno.readDirSync(`${directory}/bin`)].some(({ name }) => name === "net-listen"));
  });
});
