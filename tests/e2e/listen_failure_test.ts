// What fails before or after `listen` has bound its port: one error, the exit code, the port given back.

import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import { runCli } from "../../lib/cli/program.ts";
import { makeProgram } from "../../main.ts";
import { PATIENCE_MS } from "../support/changes.ts";
import { MAIN } from "../support/listening.ts";

const FAILURE = 1;
/** A module that would keep the process for ever. */
const BUSY_HANDLER = `setInterval(() => {}, 1_000);
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response());
export default { preroll: () => new Promise(() => {}) };`;

const DAMAGES: Readonly<Record<string, [error: RegExp, damage: (root: string) => Promise<void>]>> =
  {
    "a key file without a good key": [
      /^error: .*hostkeys\/default has no line with a private key; repair it/m,
      (root) => Deno.writeTextFile(`${root}/hostkeys/default`, "127.0.0.1 not-a-key\n"),
    ],
    "a key file that cannot be read": [
      /^error: .*hostkeys\/default/m,
      async (root) => {
        await Deno.remove(`${root}/hostkeys/default`);
        await Deno.mkdir(`${root}/hostkeys/default/file`, { recursive: true });
      },
    ],
  };

for (const [what, [error, damage]] of Object.entries(DAMAGES)) {
  for (const handler of ["print", "busy"]) {
    Deno.test(`listen with ${what} and a handler that is ${handler} ends with ${FAILURE}`, async () => {
      const directory = await Deno.makeTempDir({ prefix: "listen-failure-test-" });
      const root = `${directory}/keystore`;
      await Keystore.open(root);
      await damage(root);
      await Deno.writeTextFile(`${directory}/busy.ts`, BUSY_HANDLER);
      const flags = handler === "busy" ? ["--handler", `${directory}/busy.ts`] : [];
      const hung = new AbortController();
      const timer = setTimeout(() => hung.abort(), PATIENCE_MS);
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", MAIN, "listen", "demo", "127.0.0.1", "0", "--keystore", root, ...flags],
        env: { NO_COLOR: "1", A12_SECRET: "" },
        stdin: "null",
        signal: hung.signal,
      }).output();
      clearTimeout(timer);
      const err = new TextDecoder().decode(stderr);
      assert.equal(code, FAILURE, err);
      assert.match(err, error);
      assert.equal(err.match(/^error: /gm)?.length, 1, err);
      assert.doesNotMatch(err, /listening on/);
      await Deno.remove(directory, { recursive: true });
    });
  }
}

Deno.test("listen frees the port when something fails after it listens", async () => {
  const root = await Deno.makeTempDir({ prefix: "listen-failure-test-" });
  await Keystore.open(root);
  let port: string | undefined;
  let errors = "";
  const io = {
    out: () => {},
    err: (text: string) => {
      const listening = /listening on 127\.0\.0\.1:(\d+)/.exec(text);
      if (listening !== null) {
        port = listening[1];
        throw new Error("cannot greet");
      }
      errors += text;
    },
    env: { get: () => undefined, delete: () => {} },
  };
  const args = ["listen", "demo", "127.0.0.1", "0", "--keystore", root];
  const code = await runCli(await makeProgram(io), args, io);
  assert.equal(code, FAILURE);
  assert.match(errors, /error: unexpected: cannot greet\n$/);
  Deno.listen({ hostname: "127.0.0.1", port: Number(port) }).close();
  await Deno.remove(root, { recursive: true });
});
