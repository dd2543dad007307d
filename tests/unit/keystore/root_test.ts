import assert from "node:assert/strict";
import { keystoreRoot } from "../../../keystore/root.ts";
import { inDirectory } from "../../support/directory.ts";

const env = (variables: Record<string, string>) => ({ get: (name: string) => variables[name] });

Deno.test("--keystore names the directory itself, regardless of the environment", () => {
  const root = keystoreRoot({ keystore: "keys/" }, env({ ARCAN_STATEPATH: "/s", HOME: "/h" }));
  assert.deepEqual(root, { path: "keys", from: "--keystore" });
  assert.equal(keystoreRoot({ keystore: "/" }, env({})).path, "/");
});

Deno.test("under ARCAN_STATEPATH it is a12, or the directory itself if it has hostkeys", async () => {
  await inDirectory((directory) => {
    const variables = env({ ARCAN_STATEPATH: `${directory}/`, XDG_STATE_HOME: "/x", HOME: "/h" });
    const choose = () => keystoreRoot({}, variables);
    assert.deepEqual(choose(), { path: `${directory}/a12`, from: "ARCAN_STATEPATH" });
    Deno.writeTextFileSync(`${directory}/hostkeys`, "a file is no directory");
    assert.equal(choose().path, `${directory}/a12`);
    Deno.removeSync(`${directory}/hostkeys`);
    Deno.mkdirSync(`${directory}/hostkeys`);
    assert.deepEqual(choose(), { path: directory, from: "ARCAN_STATEPATH" });
  });
});

Deno.test("without options and ARCAN_STATEPATH it is a12 in the XDG state directory", () => {
  assert.deepEqual(keystoreRoot({}, env({ XDG_STATE_HOME: "/x", HOME: "/h" })), {
    path: "/x/a12",
    from: "XDG_STATE_HOME",
  });
  for (const XDG_STATE_HOME of ["", "relative"]) {
    assert.deepEqual(keystoreRoot({}, env({ ARCAN_STATEPATH: "", XDG_STATE_HOME, HOME: "/h" })), {
      path: "/h/.local/state/a12",
      from: "HOME",
    });
  }
});

Deno.test("when nothing names a directory, the error says what to set", () => {
  assert.throws(() => keystoreRoot({}, env({})), {
    code: "keystore-unreadable",
    message: /--keystore DIR, or set ARCAN_STATEPATH, XDG_STATE_HOME or HOME/,
  });
  assert.throws(() => keystoreRoot({ keystore: "" }, env({})), /empty/);
});
