import assert from "node:assert/strict";

import {
  MAX_WEB_COOKIES,
  MAX_WEB_FAILED_LOGINS,
  MAX_WEB_LOGIN_BYTES,
  MAX_WEB_LOGINS,
  WEB_FAILED_LOGINS_MS,
  WEB_LOGIN_TIMEOUT_MS,
} from "../../../lib/limits.ts";
import { cookieOf, makeToken } from "../../../lib/web/tokens.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { WebRig } from "../../support/web.ts";

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

Deno.test("web: a link logs in, again and again, and its cookie opens the control interface", async () => {
  await using rig = await WebRig.start();
  const { token, id } = rig.link();
  assert.match(rig.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await rig.postLogin(JSON.stringify({ token }));
  assert.equal(response.status, 204);
  const [cookie, ...attributes] = response.headers.get("set-cookie")!.split("; ");
  assert.equal(cookie, `net-listen-${rig.port}=${cookieOf(token)}`);
  assert.deepEqual(attributes, ["Path=/", "HttpOnly", "SameSite=Strict"]);
  const browser = await rig.open(token);
  assert.deepEqual(await rig.ask(browser, "/api/clients"), [200, undefined]);
  assert.deepEqual(await rig.ask(browser, "/api/"), [500, "internal-error"]);
  assert.deepEqual(await rig.ask(browser, "/api/nothing"), [404, "no-such-path"]);
  assert.deepEqual(await rig.ask(browser, "/api/links", { method: "PUT" }), [405, "bad-method"]);
  assert.deepEqual(rig.log.of("web-login").map(({ fields }) => fields), [
    { client: "127.0.0.1", link: id },
    { client: "127.0.0.1", link: id },
  ]);
  assert.equal(rig.links.links[0]!.logins, 2);
});

Deno.test("web: the session says what the link permits", async () => {
  await using rig = await WebRig.start();
  const expiresMs = Date.now() + 90_000;
  const browser = await rig.logIn({ rights: "look", client: 3, expiresMs });
  const { headers } = browser;
  assert.deepEqual(await (await fetch(`${rig.origin}/api/session`, { headers })).json(), {
    rights: "look",
    client: 3,
    listener: { id: 1 },
    expires: new Date(expiresMs).toISOString(),
  });
  const { token } = rig.link({ rights: "all", expiresMs });
  const cookie = (await rig.postLogin(JSON.stringify({ token }))).headers.get("set-cookie")!;
  const seconds = Number(/Max-Age=(\d+)/.exec(cookie)![1]);
  assert.ok(seconds > 60 && seconds <= 90);
});

Deno.test("web: without a right cookie there is nothing but the page", async () => {
  await using rig = await WebRig.start();
  const { token } = rig.link();
  const name = `net-listen-${rig.port}`;
  const cookies = [
    "",
    `${name}=`,
    name,
    `${name}=${token}`,
    `${name}=${makeToken()}`,
    `other=${cookieOf(token)}`,
    `${name.toUpperCase()}=${cookieOf(token)}`,
    `net-listen=${cookieOf(token)}`,
    Array(MAX_WEB_COOKIES).fill(`${name}=x; `).join("") + `${name}=${cookieOf(token)}`,
  ];
  for (const cookie of cookies) {
    for (const path of ["/api/clients", "/api/session", "/api", "/api/clients/2/view", "/api/x"]) {
      assert.deepEqual(await rig.ask({ headers: { cookie } }, path), [401, "no-session"], cookie);
    }
  }
  // Another port of the host may set cookies of this name, too.
  const both = `a=b; ${name}=x;${name}=${cookieOf(token)} ;c`;
  assert.deepEqual(await rig.ask({ headers: { cookie: both } }, "/api/clients"), [200, undefined]);
  assert.equal((await rig.ask({ headers: {} }, "/"))[0], 200);
});

Deno.test("web: two listeners of one host have cookies of their own", async () => {
  await using one = await WebRig.start();
  await using two = await WebRig.start();
  const [atOne, atTwo] = [await one.logIn(), await two.logIn()];
  // A browser sends the cookies of both to each.
  const headers = { cookie: `${atOne.cookie}; ${atTwo.cookie}` };
  for (const rig of [one, two]) {
    assert.deepEqual(await rig.ask({ headers }, "/api/clients"), [200, undefined]);
  }
  const foreign = { headers: { cookie: atOne.cookie } };
  assert.deepEqual(await two.ask(foreign, "/api/clients"), [401, "no-session"]);
  one.links.end(atOne.id, "withdrawn");
  assert.deepEqual(await one.ask({ headers }, "/api/clients"), [401, "no-session"]);
  assert.deepEqual(await two.ask({ headers }, "/api/clients"), [200, undefined]);
});

Deno.test("web: wrong tokens are refused and logged, without what was tried", async () => {
  await using rig = await WebRig.start();
  const { token } = rig.link();
  const wrong = makeToken();
  const bodies = [
    JSON.stringify({ token: wrong }),
    JSON.stringify({ token: cookieOf(token) }),
    JSON.stringify({ token: [token] }),
    JSON.stringify({ token: token.slice(1) }),
    JSON.stringify([token]),
    JSON.stringify(token),
    `{"token":"${token}"`,
    "null",
    "",
  ];
  for (const body of bodies) {
    const response = await rig.postLogin(body);
    assert.deepEqual([response.status, (await response.json()).code], [401, "bad-link"], body);
    assert.equal(response.headers.get("set-cookie"), null);
  }
  // A form of another site can send no JSON without asking before.
  const plain = await rig.postLogin(JSON.stringify({ token }), { "content-type": "text/plain" });
  assert.deepEqual([plain.status, (await plain.json()).code], [401, "bad-link"]);
  assert.equal(rig.log.of("web-login-refused").length, bodies.length + 1);
  assert.doesNotMatch(JSON.stringify(rig.log.lines), new RegExp(`${token}|${wrong}`));
  const long = await rig.postLogin(" ".repeat(MAX_WEB_LOGIN_BYTES + 1));
  assert.deepEqual([long.status, (await long.json()).code], [413, "body-too-large"]);
});

Deno.test("web: only so many failed logins a minute are answered and logged, and a right one always", async () => {
  await using rig = await WebRig.start();
  using clock = new FakeClock();
  const body = JSON.stringify({ token: makeToken() });
  const fail = async () => {
    const response = await rig.postLogin(body);
    return [response.status, (await response.json()).code];
  };
  for (let i = 0; i < MAX_WEB_FAILED_LOGINS; i++) assert.deepEqual(await fail(), [401, "bad-link"]);
  for (let i = 0; i < 3; i++) assert.deepEqual(await fail(), [429, "busy"]);
  assert.equal(rig.log.of("web-login-refused").length, MAX_WEB_FAILED_LOGINS);
  await rig.logIn();
  clock.nowMs += WEB_FAILED_LOGINS_MS;
  assert.deepEqual(await fail(), [401, "bad-link"]);
});

Deno.test("web: logins that are slow hold up others, but no browser that has logged in", async () => {
  await using rig = await WebRig.start();
  const browser = await rig.logIn();
  const stop = new AbortController();
  const slow = Array.from({ length: MAX_WEB_LOGINS }, () =>
    fetch(`${rig.origin}/login`, {
      method: "POST",
      body: new ReadableStream(),
      headers: { "content-type": "application/json", origin: rig.origin },
      signal: stop.signal,
    }));
  const areMany = async () => {
    const response = await rig.postLogin("{}");
    return /logins are under way/.test((await response.json()).error);
  };
  while (!await areMany());
  assert.deepEqual(await rig.ask(browser, "/api/clients"), [200, undefined]);
  stop.abort();
  for (const each of slow) await assert.rejects(each);
  while (await areMany());
  await rig.logIn();
});

Deno.test("web: a login whose body does not come ends", async () => {
  await using rig = await WebRig.start();
  const head = `POST /login HTTP/1.1\r\nHost: 127.0.0.1:${rig.port}\r\nOrigin: ${rig.origin}\r\n` +
    "Content-Type: application/json\r\nContent-Length: 99\r\nConnection: close\r\n\r\n";
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: rig.port });
  {
    using timers = new FakeTimers();
    await socket.write(new TextEncoder().encode(head));
    // The body is waited for.
    while (timers.size === 0) await fetch(`${rig.origin}/`).then((page) => page.body?.cancel());
    timers.pass(WEB_LOGIN_TIMEOUT_MS);
  }
  const answer = new Uint8Array(4096);
  const length = await socket.read(answer);
  const text = new TextDecoder().decode(answer.subarray(0, length!));
  assert.match(text, /^HTTP\/1\.1 408 [^]*"body-timeout"/);
});

Deno.test("web: a request for another host is refused, with a right cookie as well (DNS rebinding)", async () => {
  await using rig = await WebRig.start();
  const { cookie } = await rig.logIn();
  const own = `127.0.0.1:${rig.port}`;
  const get = (path: string, host: string) =>
    rig.raw(`GET ${path} HTTP/1.1\nHost: ${host}\nCookie: ${cookie}`);
  assert.equal(statusOf(await get("/api/clients", own)), 200);
  for (const host of [`evil.example:${rig.port}`, "evil.example", "", "127.0.0.1.evil.example"]) {
    for (const path of ["/api/clients", "/", "/login"]) {
      assert.ok([400, 421].includes(statusOf(await get(path, host))), `${host} ${path}`);
    }
  }
  assert.match(await get("/", "evil.example"), /--web-host NAME/);
  assert.equal(statusOf(await get("http://evil.example/api/clients", own)), 421);
  const post = `POST /login HTTP/1.1\nHost: evil.example\nOrigin: http://evil.example\n` +
    "Content-Type: application/json";
  const body = JSON.stringify({ token: rig.link().token });
  assert.equal(statusOf(await rig.raw(`${post}\nContent-Length: ${body.length}`, body)), 421);
});

Deno.test("web: a page of another site or port can neither log in, nor do, nor read anything", async () => {
  const ended: unknown[] = [];
  await using rig = await WebRig.start({
    end: (args) => {
      ended.push(args);
      return { client: 2 };
    },
  });
  const { cookie } = await rig.logIn();
  const { token } = rig.link();
  const post = async (path: string, origin: string | undefined, body: string) => {
    const own = origin === undefined ? "" : `Origin: ${origin}\n`;
    const answer = await rig.raw(
      `POST ${path} HTTP/1.1\nHost: 127.0.0.1:${rig.port}\nCookie: ${cookie}\n${own}` +
        `Content-Type: application/json\nContent-Length: ${body.length}`,
      body,
    );
    return statusOf(answer);
  };
  const others = [
    undefined,
    "null",
    "http://evil.example",
    `http://127.0.0.1:${rig.port + 1}`,
    `https://127.0.0.1:${rig.port}`,
    `http://localhost:${rig.port}`,
  ];
  for (const origin of others) {
    assert.equal(await post("/login", origin, JSON.stringify({ token })), 403, origin);
    assert.equal(await post("/api/clients/2/end", origin, "{}"), 403, origin);
  }
  assert.deepEqual(ended, []);
  assert.equal(await post("/api/clients/2/end", rig.origin, "{}"), 200);
  assert.equal(ended.length, 1);
  for (const site of ["cross-site", "same-site"]) {
    const headers = { cookie, "sec-fetch-site": site };
    assert.deepEqual(await rig.ask({ headers }, "/api/clients"), [403, "wrong-origin"]);
  }
});

Deno.test("web: every answer has the headers that protect the page, and allows no other site", async () => {
  await using rig = await WebRig.start();
  const { headers } = await rig.logIn();
  const answers = [
    await fetch(`${rig.origin}/`),
    await fetch(`${rig.origin}/nothing`),
    await fetch(`${rig.origin}/api/clients`),
    await fetch(`${rig.origin}/api/clients`, { headers }),
    await fetch(`${rig.origin}/api/clients`, {
      method: "OPTIONS",
      headers: { origin: "http://evil.example" },
    }),
    await rig.postLogin("{}"),
  ];
  for (const { headers, body, url } of answers) {
    const policy = headers.get("content-security-policy")!;
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.split("; ").includes(part), url);
    }
    assert.doesNotMatch(policy, /script-src[^;]*unsafe|http|\*/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("access-control-allow-origin"), null);
    await body?.cancel();
  }
});

Deno.test("web: a path leads to a file of the page or to nothing", async () => {
  await using rig = await WebRig.start();
  const get = (path: string, method = "GET") =>
    rig.raw(`${method} ${path} HTTP/1.1\nHost: 127.0.0.1:${rig.port}`);
  assert.match(await get("/"), /^HTTP\/1\.1 200 OK[^]*<!doctype html>/i);
  assert.match(await get("/index.html"), /^HTTP\/1\.1 200 OK/);
  assert.match(await get("/", "HEAD"), /^HTTP\/1\.1 200 OK(?![^]*<!doctype)/i);
  const paths = [
    "/../server.ts",
    "/..%2fserver.ts",
    "/%2e%2e/server.ts",
    "/..%5c..%5cserver.ts",
    "/..\\server.ts",
    "//index.html",
    "/./../../../../../../etc/passwd",
    "/dist/index.html",
    "/index.html/",
    "/index.html%00.js",
    "/INDEX.HTML",
    "/constructor",
    "/__proto__",
    "/etc/passwd",
    "/login",
  ];
  for (const path of paths) assert.equal(statusOf(await get(path)), 404, path);
  for (const method of ["PUT", "DELETE", "POST", "OPTIONS", "TRACE"]) {
    assert.equal(statusOf(await get("/", method)), 405, method);
  }
});

Deno.test("web: with a certificate the page speaks TLS, its cookie is for TLS alone, and so is its origin", async () => {
  const tls = await makeCertificate();
  await using rig = await WebRig.start({}, { tls, names: ["localhost"] });
  assert.equal(rig.origin, `https://localhost:${rig.port}`);
  using client = Deno.createHttpClient({ caCerts: [tls.cert] });
  const { token } = rig.link();
  const login = (origin: string) =>
    fetch(`${rig.origin}/login`, {
      method: "POST",
      body: JSON.stringify({ token }),
      headers: { "content-type": "application/json", origin },
      client,
    });
  const wrong = await login(`http://localhost:${rig.port}`);
  assert.deepEqual([wrong.status, (await wrong.json()).code], [403, "wrong-origin"]);
  const response = await login(rig.origin);
  assert.equal(response.status, 204);
  const cookie = response.headers.get("set-cookie")!;
  assert.match(cookie, /; Secure$/);
  const headers = { cookie: cookie.split(";")[0]! };
  const list = await fetch(`${rig.origin}/api/clients`, { headers, client });
  assert.equal((await list.json()).length, 2);
  await assert.rejects(fetch(`http://127.0.0.1:${rig.port}/`));
});

Deno.test("web: behind a proxy links have its name, and TLS is its own", async () => {
  await using rig = await WebRig.start({}, { names: ["demo.example.org"], isBehindProxy: true });
  assert.equal(rig.origin, "https://demo.example.org");
  const body = JSON.stringify({ token: rig.link().token });
  const answer = await rig.raw(
    "POST /login HTTP/1.1\nHost: demo.example.org\nOrigin: https://demo.example.org\n" +
      `Content-Type: application/json\nContent-Length: ${body.length}`,
    body,
  );
  assert.match(answer, /^HTTP\/1\.1 204 [^]*set-cookie: net-listen-\d+=[\w-]{22}; .*; Secure\r/);
});

Deno.test("web: a port that is taken is an error with its address", async () => {
  await using one = await WebRig.start();
  await assert.rejects(WebRig.start({}, { port: one.port }), {
    code: "port-in-use",
    message: `127.0.0.1:${one.port} is in use by another program`,
  });
  await assert.rejects(WebRig.start({}, { tls: { cert: "x", key: "y" } }), {
    code: "listen-failed",
  });
});
