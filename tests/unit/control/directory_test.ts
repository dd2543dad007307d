import assert from "node:assert/strict";
import { makeSocketDirectory, socketDirectories } from "../../../lib/control/socket/directory.ts";

const UID = Deno.uid()!;
const environment = (variables: Record<string, string>) => ({
  get: (name: string): string | undefined => variables[name],
});

class Home implements Disposable {
  readonly path = Deno.makeTempDirSync();

  make(variables: Record<string, string>, uid = UID + 1): string {
    return makeSocketDirectory(environment({ TMPDIR: `${this.path}/none`, ...variables }), uid);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("the directory for sockets is made for its user alone, under that of the session", () => {
  using home = new Home();
  const path = home.make({ XDG_RUNTIME_DIR: home.path }, UID);
  assert.equal(path, `${home.path}/net-listen`);
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o700);
  assert.equal(home.make({ XDG_RUNTIME_DIR: home.path }, UID), path);
});

Deno.test("a directory of systemd comes first, as it is", () => {
  using home = new Home();
  const given = `${home.path}/given`;
  Deno.mkdirSync(given, { mode: 0o755 });
  const variables = { RUNTIME_DIRECTORY: `${given}:/other`, XDG_RUNTIME_DIR: home.path };
  assert.equal(home.make(variables, UID), given);
});

Deno.test("a directory of another user is not used, nor a link, nor one that others may change", () => {
  using home = new Home();
  const [foreign, link, open, tmp] = ["foreign", "link", "open", "tmp"]
    .map((name) => `${home.path}/${name}`) as [string, string, string, string];
  for (const path of [foreign, link, open, tmp]) Deno.mkdirSync(path);
  // Its owner is this user, and the caller another one.
  const refused = (variables: Record<string, string>, uid: number, why: RegExp) =>
    assert.throws(() => home.make({ ...variables }, uid), { code: "control-failed", message: why });
  refused({ XDG_RUNTIME_DIR: foreign }, UID + 1, /foreign belongs to another user/);
  Deno.mkdirSync(`${tmp}/net-listen-${UID + 1}`);
  refused({ TMPDIR: tmp }, UID + 1, /belongs to another user.*--control PATH/);
  const folder = `net-listen-${UID}`;
  Deno.symlinkSync(foreign, `${link}/${folder}`);
  Deno.mkdirSync(`${open}/${folder}`);
  Deno.chmodSync(`${open}/${folder}`, 0o722);
  // The folder of root comes before the temporary one.
  if (UID === 0) return;
  refused({ TMPDIR: link }, UID, /is not a directory/);
  refused({ TMPDIR: open }, UID, /can be changed by other users/);
});

Deno.test("sockets are looked for in all places, those of services included", () => {
  const variables = { XDG_RUNTIME_DIR: "/run/user/7", TMPDIR: "/t" };
  assert.deepEqual(socketDirectories(environment(variables), 7), [
    "/run/user/7/net-listen",
    "/t/net-listen-7",
    "/run/net-listen",
  ]);
  const given = { ...variables, RUNTIME_DIRECTORY: "/run/a" };
  assert.deepEqual(socketDirectories(environment(given), 7), ["/run/a"]);
  assert.deepEqual(socketDirectories(environment({}), 0), ["/run/net-listen", "/tmp/net-listen-0"]);
});
