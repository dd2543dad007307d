/** `listen --web`: links, rights and views, with a real listener and real clients. */

import assert from "node:assert/strict";
import { ControlClient } from "../../lib/control/mod.ts";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import { makeCertificate } from "../support/certificate.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { controlOf, ctl, spawnCtl } from "../support/ctl.ts";
import { Listening, Output } from "../support/listening.ts";
import { WebBrowser } from "../support/web_browser.ts";

const KINDS = { "without workers": [], "with workers": ["--workers", "2"] } as const;

for (const [how, flags] of Object.entries(KINDS)) {
  Deno.test(`web ${how}: the printed link shows a client, types into it, and ends it`, async () => {
    await using listening = await Listening.start("--web", "--no-control", ...flags);
    using browser = await WebBrowser.atFirst(listening);
    const session = await browser.get("/api/session");
    assert.deepEqual([session.rights, session.listener.name], ["all", "demo"]);
    assert.deepEqual(await browser.get("/api/clients"), []);
    const source = await listening.connect("a terminal");
    await source.showText("hello");
    const [{ id, title }] = await browser.get("/api/clients");
    assert.equal(title, "a terminal");
    const { viewer, closed } = await browser.view(id);
    await viewer.untilText(id, 0, "hello");
    viewer.say({ type: "typed", segment: id, data: "ls\r" });
    await source.until(() => source.typed === "ls\n");
    assert.deepEqual(await browser.post(`/api/clients/${id}/end`, { last_words: "bye" }), {
      client: id,
    });
    assert.equal((await closed).code, 1000);
    assert.deepEqual(viewer.told.at(-1)!.type, "ended");
    assert.equal(source.lastWords, "bye");
    assert.equal(await listening.stop(), 0);
  });

  Deno.test(`web ${how}: a wrong message closes its view with a reason, and nothing else`, async () => {
    await using listening = await Listening.start("--web", ...flags);
    using browser = await WebBrowser.atFirst(listening);
    const source = await listening.connect();
    await source.showText("one");
    const [{ id }] = await browser.get("/api/clients");
    const good = await browser.view(id);
    const bad = await browser.view(id);
    // The reason is lost when something comes behind the message, as an acknowledgement of the picture.
    await bad.viewer.untilText(id, 0, "one");
    bad.viewer.say({ type: "size", width: "wide" });
    const { code, reason } = await bad.closed;
    assert.equal(code, 1008);
    assert.match(reason, /\w{4}/);
    await source.showText("two");
    await good.viewer.untilText(id, 0, "two");
    good.close();
    await good.closed;
  });
}

Deno.test("web: links of ctl look alone, or are for one client, and their views end with them", async () => {
  await using listening = await Listening.start("--web");
  const [one, two] = [await listening.connect("one"), await listening.connect("two")];
  await Promise.all([one.showText("1"), two.showText("2")]);
  using control = await controlOf(listening);
  const clients = await control.call("list", {});
  const [{ id: first }, { id: second }] = clients as [typeof clients[0], typeof clients[0]];
  const { out: url } = await ctl(listening, ["link", "--read-only", "--expires", "1h"]);
  using look = await WebBrowser.open(url.trim());
  assert.equal((await look.get("/api/clients")).length, 2);
  const { viewer, closed } = await look.view(first);
  await viewer.until(() => viewer.screens.has(first), "a picture");
  assert.equal(await look.post(`/api/clients/${first}/type`, { text: "x" }), "not-allowed");
  assert.equal(await look.get("/api/knocks"), "not-allowed");
  // A view of such a link takes no input.
  const driven = await look.view(first);
  await driven.viewer.until(() => driven.viewer.screens.has(first), "a picture");
  driven.viewer.say({ type: "typed", segment: first, data: "x" });
  assert.equal((await driven.closed).code, 1008);
  const narrow = await control.call("link", { client: String(second) });
  using drive = await WebBrowser.open(narrow.url);
  assert.deepEqual((await drive.get("/api/clients")).map(({ id }: { id: number }) => id), [second]);
  assert.equal(await drive.get(`/api/clients/${first}`), "not-allowed");
  await drive.post(`/api/clients/${second}/type`, { text: "x" });
  await two.until(() => two.typed === "x");
  const { out } = await ctl(listening, ["links"]);
  assert.match(out, /^2 +look +all +1 +1 +\d+ s ago +20\d\d-\S+Z$/m);
  assert.match(out, new RegExp(`^3 +all +${second} +1 +0 +\\d+ s ago$`, "m"));
  const { err } = await ctl(listening, ["unlink", "2"]);
  assert.equal(err, "link 2 was withdrawn\n");
  assert.deepEqual(await closed, { code: 1008, reason: "the link was withdrawn" });
  assert.equal(await look.get("/api/clients"), "no-session");
  assert.match(
    (await ctl(listening, ["unlink", "2"], 1)).err,
    /there is no link 2; the links are 1, 3/,
  );
  const own = await drive.view(second);
  await control.call("end", { client: String(second) });
  await own.closed;
  assert.deepEqual((await control.call("links", {})).map(({ id }) => id), [1]);
  assert.equal(await drive.get("/api/session"), "no-session");
  const soon = await control.call("link", { seconds: 2, read_only: true });
  using late = await WebBrowser.open(soon.url);
  const expiring = await late.view(first);
  assert.deepEqual(await expiring.closed, { code: 1008, reason: "the link has expired" });
  assert.equal(one.typed, "");
});

Deno.test("web: without --web there are no links, and ctl says what is missing", async () => {
  await using listening = await Listening.start();
  using control = await controlOf(listening);
  await assert.rejects(control.call("links", {}), { code: "no-web" });
  await assert.rejects(control.call("unlink", { link: 1 }), { code: "no-web" });
  const { err } = await ctl(listening, ["link"], 1);
  assert.equal(err, "error: the listener serves no page: start it with --web\n");
});

Deno.test("web: no token and no cookie is in a log, in the journal of systemd, or in an error", async () => {
  const secrets: string[] = [];
  const everything: string[] = [];
  const run = async (listening: Listening) => {
    await listening.err.until(/web-listening|the page is at/);
    const folder = `${listening.directory}/net-listen`;
    const [socket] = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".sock"));
    using control = new ControlClient(`${folder}/${socket!.name}`);
    const link = await control.call("link", {});
    using browser = await WebBrowser.open(link.url);
    secrets.push(link.url.split("#")[1]!, browser.headers["cookie"]!.split("=")[1]!);
    const { origin } = browser;
    await (await browser.fetch("/login", { method: "POST", body: `{"token":"${secrets[0]}x"}` }))
      .body?.cancel();
    await (await fetch(`${origin}/login?token=${secrets[0]}`)).body?.cancel();
    assert.equal((await control.call("links", {})).length, 1, "none was printed");
    const reader = (await control.call("log", {})).getReader();
    everything.push((await reader.read()).value!);
    await reader.cancel();
    assert.equal(await listening.stop(), 0);
    everything.push(await listening.err.rest(), await listening.out.rest());
  };
  await using json = await Listening.start("--web", "--log-format", "json", "--debug");
  await using service = await Listening.startAfter(
    "export JOURNAL_STREAM=1:2",
    ...["--web", "--log-file", "DIR/log", "--debug"],
  );
  await run(json);
  await run(service);
  everything.push(Deno.readTextFileSync(`${service.directory}/log`));
  const all = everything.join("\n");
  assert.match(all, /"event":"web-login"/);
  assert.match(all, /info web-login /);
  assert.match(all, /"ctl link" makes a link/);
  for (const secret of secrets) assert.ok(!all.includes(secret), "a secret was logged");
});

Deno.test("web: all interfaces are served with a certificate, under the name that is given", async () => {
  const tls = await makeCertificate();
  const directory = await Deno.makeTempDir();
  const files = { cert: `${directory}/cert.pem`, key: `${directory}/key.pem` };
  try {
    Deno.writeTextFileSync(files.cert, tls.cert);
    Deno.writeTextFileSync(files.key, tls.key);
    const place = ["--web", "0.0.0.0:0", "--web-host", "localhost"];
    const given = ["--web-cert", files.cert, "--web-key", files.key];
    await using listening = await Listening.start(...place, ...given);
    const [, url] = await listening.err.until(/^in a browser: (https:\/\/localhost:\d+\/#\S+)$/m);
    using browser = await WebBrowser.open(url!, [tls.cert]);
    assert.deepEqual(await browser.get("/api/clients"), []);
    await using swapped = await Listening.start(
      ...place,
      ...["--web-cert", files.key, "--web-key", files.cert],
    );
    assert.equal((await swapped.process.status).code, 1);
    assert.match(await swapped.err.rest(), /error: cannot serve the page at 0\.0\.0\.0:0: /);
    await using missing = await Listening.start(
      ...place,
      ...["--web-cert", `${directory}/none`, "--web-key", files.key],
    );
    assert.equal((await missing.process.status).code, 2);
    assert.match(await missing.err.rest(), /error: cannot read the file of --web-cert: /);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("ctl log, keys, knocks and ignore: what the page shows of the listener", async () => {
  await using listening = await Listening.start("--web");
  const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
  const log = spawnCtl(listening, "log");
  const printed = new Output(log.stdout);
  using control = await controlOf(listening);
  const key = freshKey();
  const knock = async () => {
    await using stranger = await TestClient.connect(Number(port), { key });
    assert.equal(await stranger.login(), false);
  };
  await knock();
  await printed.until(/^\S+Z warn login-refused client=\S+ key=\S+ reason=unknown-key /m);
  while ((await control.call("knocks", {})).length === 0);
  const name = fingerprint(key.publicKey);
  const { err } = await ctl(listening, ["ignore", name.slice(0, 9)]);
  assert.equal(err, `${name} is ignored\n`);
  assert.deepEqual(await control.call("knocks", {}), []);
  await assert.rejects(control.call("ignore", { key: name }), { code: "no-such-key" });
  await control.call("accept", { key: name, comment: "a friend" });
  await (await listening.connect()).close();
  const own = fingerprint(listening.key.publicKey);
  const { out } = await ctl(listening, ["keys"]);
  assert.match(out, new RegExp(`^${name} +demo +a friend$`, "m"));
  assert.match(out, new RegExp(`^${own} +demo`, "m"));
  assert.equal(await listening.stop(), 0);
  assert.equal((await log.status).code, 0);
  await log.stderr.cancel();
  await printed.rest();
});
