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

Deno.test("sockets are looked for where only this user can have made them, and at services", () => {
  using home = new Home();
  const variables = { XDG_RUNTIME_DIR: `${home.path}/session`, TMPDIR: home.path };
  const [session, own] = [`${home.path}/session/net-listen`, `${home.path}/net-listen-${UID}`];
  const found = (more = {}, uid = UID) =>
    socketDirectories(environment({ ...variables, ...more }), uid).filter((path) =>
      path.startsWith(home.path) || path === "/run/net-listen"
    );
  assert.deepEqual(found(), ["/run/net-listen"]);
  Deno.mkdirSync(session, { recursive: true, mode: 0o700 });
  Deno.mkdirSync(own, { mode: 0o700 });
  assert.deepEqual(found().toSorted(), ["/run/net-listen", own, session].toSorted());
  assert.deepEqual(found({ RUNTIME_DIRECTORY: "/run/net-listen:/b" }), ["/run/net-listen"]);

  Deno.chmodSync(own, 0o777);
  assert.ok(!found().includes(own), "others may put a socket there");
  Deno.removeSync(own);
  Deno.symlinkSync(session, own);
  assert.ok(!found().includes(own), "a link may lead to sockets of other programs");
  Deno.removeSync(own);
  Deno.mkdirSync(`${own}1`);
  const foreign = found({}, Number(`${UID}1`));
  assert.deepEqual(foreign, ["/run/net-listen"], "both belong to another user");
});
