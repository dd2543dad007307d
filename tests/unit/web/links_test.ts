import assert from "node:assert/strict";
import { MAX_TIMER_MS, MAX_WEB_LINKS } from "../../../lib/limits.ts";
import { Links } from "../../../lib/web/links.ts";
import { cookieOf, isToken, makeToken } from "../../../lib/web/tokens.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

function make(links: Links, terms: Parameters<Links["make"]>[0] = { rights: "all" }) {
  const { link, url } = links.make(terms);
  return { link, token: url.split("#")[1]! };
}

/** Replaces the clock that expiries go by. */
function withClock(run: (clock: { nowMs: number }, timers: FakeTimers) => void): void {
  const { now } = Date;
  const clock = { nowMs: now() };
  using timers = new FakeTimers();
  const { unrefTimer } = Deno;
  Deno.unrefTimer = () => {};
  Date.now = () => clock.nowMs;
  try {
    run(clock, timers);
  } finally {
    Date.now = now;
    Deno.unrefTimer = unrefTimer;
  }
}

Deno.test("a token has 128 random bits, and its cookie does not lead back to it", () => {
  const tokens = Array.from({ length: 100 }, makeToken);
  assert.equal(new Set(tokens).size, 100);
  for (const token of tokens) {
    assert.ok(
      isToken(token) &&
        Uint8Array.fromBase64(`${token}==`, { alphabet: "base64url" }).length === 16,
    );
    const cookie = cookieOf(token);
    assert.ok(isToken(cookie) && cookie !== token);
    assert.equal(cookieOf(token), cookie);
  }
  for (const text of ["", "x", tokens[0] + "x", tokens[0]!.slice(1), " ".repeat(22), 7, null, {}]) {
    assert.ok(!isToken(text));
  }
});

Deno.test("a link is found by its token and its cookie, and by nothing else", () => {
  const links = new Links(new LogBook());
  links.origin = "http://127.0.0.1:8080";
  const [one, two] = [make(links), make(links)];
  assert.match(links.make({ rights: "look" }).url, /^http:\/\/127\.0\.0\.1:8080\/#[\w-]{22}$/);
  for (const { link, token } of [one, two]) {
    assert.equal(links.byToken(token), link);
    assert.equal(links.byToken(cookieOf(token)), undefined);
    assert.equal(links.byCookie([cookieOf(token)]), link);
    assert.equal(links.byCookie(["x", makeToken(), cookieOf(token)]), link);
    assert.equal(links.byCookie([token]), undefined);
    assert.equal(links.byToken(token), link, "it can be opened again");
  }
  assert.equal(links.byToken(makeToken()), undefined);
  assert.equal(links.byCookie([]), undefined);
  links.close();
  assert.deepEqual([links.links.length, one.link.ended.aborted], [0, true]);
  assert.equal(links.byToken(one.token), undefined);
});

Deno.test("a withdrawn link ends at once, with a reason, and others stay", () => {
  const log = new LogBook();
  const links = new Links(log);
  const [one, two] = [make(links), make(links)];
  assert.ok(links.end(one.link.id, "withdrawn"));
  assert.equal(one.link.ended.reason, "the link was withdrawn");
  assert.equal(links.byToken(one.token), undefined);
  assert.equal(links.byCookie([cookieOf(one.token)]), undefined);
  assert.ok(!links.end(one.link.id, "withdrawn"));
  assert.equal(links.byToken(two.token), two.link);
  assert.ok(!two.link.ended.aborted);
  assert.deepEqual(log.of("link-ended").map(({ fields }) => fields), [
    { link: one.link.id, reason: "withdrawn" },
  ]);
  for (const secret of [one.token, two.token, cookieOf(one.token)]) {
    assert.ok(!JSON.stringify(log.lines).includes(secret));
    assert.ok(!Deno.inspect(links, { depth: 9, showHidden: true }).includes(secret));
  }
  links.close();
});

Deno.test("a link ends when it expires, also a year later and without a request", () => {
  withClock((clock, timers) => {
    const links = new Links(new LogBook());
    const yearMs = 365 * 86_400_000;
    const soon = make(links, { rights: "look", expiresMs: clock.nowMs + 1_000 });
    const late = make(links, { rights: "look", expiresMs: clock.nowMs + yearMs });
    const never = make(links);
    const pass = (ms: number) => {
      clock.nowMs += ms;
      timers.pass(ms);
    };
    pass(999);
    assert.equal(links.byToken(soon.token), soon.link);
    pass(1);
    assert.equal(soon.link.ended.reason, "the link has expired");
    assert.equal(links.byToken(soon.token), undefined);
    while (clock.nowMs < late.link.expiresMs!) {
      assert.ok(!late.link.ended.aborted);
      pass(Math.min(MAX_TIMER_MS, late.link.expiresMs! - clock.nowMs));
    }
    assert.ok(late.link.ended.aborted);
    assert.equal(links.byToken(never.token), never.link);
    assert.equal(timers.size, 0);
    // A timer may come late, as after a sleep of the machine.
    const slept = make(links, { rights: "all", expiresMs: clock.nowMs + 1_000 });
    clock.nowMs += 2_000;
    assert.equal(links.byToken(slept.token), undefined);
    assert.ok(slept.link.ended.aborted);
    links.close();
  });
});

Deno.test("there are only so many links", () => {
  const links = new Links(new LogBook());
  const made = Array.from({ length: MAX_WEB_LINKS }, () => make(links));
  assert.throws(() => make(links), { code: "busy" });
  links.end(made[7]!.link.id, "withdrawn");
  make(links);
  assert.throws(() => make(links), { code: "busy" });
  links.close();
});
