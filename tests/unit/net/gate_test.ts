import assert from "node:assert/strict";
import {
  MAX_COUNTED_NETWORKS,
  PENALTY_FIRST_MS,
  PENALTY_FORGET_MS,
  PENALTY_FREE_FAILURES,
  PENALTY_MAX_MS,
  SITE_FACTOR,
  TRUSTED_NETWORK_MS,
} from "../../../lib/limits.ts";
import { Gate } from "../../../lib/net/gate.ts";
import { CurrentLimits, type ListenLimits } from "../../../lib/net/listen_limits.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

const OWN = "192.0.2.7";
const OTHER = "192.0.2.8";
const MINUTE_MS = 60_000;

/** A gate with a clock that stands until it is moved. */
class Rig {
  nowMs = 1_800_000_000_000;
  readonly reached: string[] = [];
  readonly limits: CurrentLimits;
  readonly gate: Gate;

  constructor(limits: Partial<ListenLimits> = {}, shared?: Rig) {
    this.limits = new CurrentLimits(limits);
    this.gate = new Gate({
      limits: this.limits,
      log: { reached: (limit, hostname) => void this.reached.push(`${limit} ${hostname}`) },
      now: () => this.nowMs,
      ...(shared && { buffer: shared.gate.buffer }),
    });
  }

  fail(hostname: string, times: number): void {
    for (let i = 0; i < times; i++) this.gate.loginFailed(hostname);
  }

  /** How long the network is closed out, within 100 ms. */
  closedForMs(hostname: string): number {
    const startMs = this.nowMs;
    while (!this.gate.admits(hostname)) this.nowMs += 100;
    const closedMs = this.nowMs - startMs;
    this.nowMs = startMs;
    return closedMs;
  }
}

test("the first failed logins of a network have no penalty", () => {
  const rig = new Rig();
  rig.fail(OWN, PENALTY_FREE_FAILURES);
  assert.ok(rig.gate.admits(OWN));
  rig.fail(OWN, 1);
  assert.ok(!rig.gate.admits(OWN));
  assert.ok(rig.gate.admits(OTHER), "the neighbour is not closed out");
  assert.deepEqual(rig.reached, [`penalty ${OWN}`]);
});

test("penalties double up to a maximum, and expire", () => {
  const rig = new Rig();
  rig.fail(OWN, PENALTY_FREE_FAILURES);
  const lengths: number[] = [];
  for (let i = 0; i < 8; i++) {
    rig.fail(OWN, 1);
    lengths.push(rig.closedForMs(OWN));
    rig.nowMs += lengths.at(-1)!;
  }
  const doubled = lengths.map((_, i) => Math.min(PENALTY_FIRST_MS * 2 ** i, PENALTY_MAX_MS));
  assert.deepEqual(lengths, doubled);
});

test("failed logins are forgotten when there was none for long", () => {
  const rig = new Rig();
  rig.fail(OWN, PENALTY_FREE_FAILURES);
  rig.nowMs += PENALTY_FORGET_MS + 1_000;
  rig.fail(OWN, PENALTY_FREE_FAILURES);
  assert.ok(rig.gate.admits(OWN));
  rig.nowMs += PENALTY_FORGET_MS - 1_000;
  rig.fail(OWN, 1);
  assert.ok(!rig.gate.admits(OWN));
});

test("a good login forgives its network, and protects it for a while", () => {
  const rig = new Rig();
  rig.fail(OWN, PENALTY_FREE_FAILURES + 5);
  rig.gate.trust(OWN);
  assert.ok(rig.gate.admits(OWN));
  rig.fail(OWN, 100);
  assert.ok(rig.gate.admits(OWN), "one bad terminal does not close out an office");
  rig.nowMs += TRUSTED_NETWORK_MS;
  rig.fail(OWN, PENALTY_FREE_FAILURES);
  assert.ok(rig.gate.admits(OWN));
  rig.fail(OWN, 1);
  assert.ok(!rig.gate.admits(OWN));
});

test("a network may connect so many times a minute, and again in the next", () => {
  const rig = new Rig({ maxConnectionsPerMinute: 10 });
  const admitted = () => Array.from({ length: 15 }, () => rig.gate.admits(OWN)).filter(Boolean);
  assert.equal(admitted().length, 10);
  assert.ok(rig.gate.admits(OTHER));
  assert.deepEqual([...new Set(rig.reached)], [`max-connections-per-minute ${OWN}`]);
  rig.nowMs += MINUTE_MS;
  assert.equal(admitted().length, 10);
});

test("a network with a login may connect as often as a site, and no more", () => {
  const rig = new Rig({ maxConnectionsPerMinute: 2 });
  rig.gate.trust(OWN);
  for (let i = 0; i < 2 * SITE_FACTOR; i++) assert.ok(rig.gate.admits(OWN));
  assert.ok(!rig.gate.admits(OWN));
});

test("the networks of a site have common limits beside their own", () => {
  const rig = new Rig({ maxConnectionsPerMinute: 2 });
  const networks = Array.from({ length: 2 * SITE_FACTOR }, (_, i) => `2001:db8:1:${i + 1}::1`);
  for (const network of networks) assert.ok(rig.gate.admits(network));
  assert.ok(!rig.gate.admits("2001:db8:1:ffff::1"), "the site has connected often enough");
  assert.ok(rig.gate.admits("2001:db8:2::1"));

  const failing = new Rig();
  for (let i = 0; i <= PENALTY_FREE_FAILURES * SITE_FACTOR; i++) {
    failing.fail(`2001:db8:1:${i.toString(16)}::1`, 1);
  }
  assert.ok(!failing.gate.admits("2001:db8:1:ffff::1"), "the site has failed often enough");
  assert.ok(failing.gate.admits("2001:db8:2::1"));
  failing.gate.trust("2001:db8:1:ffff::1");
  assert.ok(failing.gate.admits("2001:db8:1:ffff::1"), "a good network in it is protected");
});

test("a network that is closed out does not close out its site", () => {
  const rig = new Rig();
  for (let i = 0; i < PENALTY_FREE_FAILURES * SITE_FACTOR; i++) {
    if (rig.gate.admits("2001:db8:1:1::1")) rig.fail("2001:db8:1:1::1", 1);
  }
  assert.ok(!rig.gate.admits("2001:db8:1:1::1"));
  assert.ok(rig.gate.admits("2001:db8:1:2::1"));
});

test("an IPv4 address that came by IPv6 is the same network", () => {
  const rig = new Rig();
  rig.fail(`::ffff:${OWN}`, PENALTY_FREE_FAILURES + 1);
  assert.ok(!rig.gate.admits(OWN));
});

test("networks that are exempt have neither penalties nor a bound of connections", () => {
  const rig = new Rig({ maxConnectionsPerMinute: 1, exempt: ["192.0.2.0/24", "2001:db8::/32"] });
  for (const hostname of [OWN, OTHER, "2001:db8:1::1"]) {
    rig.fail(hostname, 100);
    for (let i = 0; i < 10; i++) assert.ok(rig.gate.admits(hostname));
  }
  rig.fail("198.51.100.1", 100);
  assert.ok(!rig.gate.admits("198.51.100.1"));
});

test("without a longest penalty there is none", () => {
  const rig = new Rig({ maxPenaltyMs: 0 });
  rig.fail(OWN, 100);
  assert.ok(rig.gate.admits(OWN));
});

test("limits that are replaced hold at once", () => {
  const rig = new Rig({ maxConnectionsPerMinute: 1 });
  assert.deepEqual([1, 2].map(() => rig.gate.admits(OWN)), [true, false]);
  rig.limits.replace({ maxConnectionsPerMinute: 3 });
  assert.deepEqual([1, 2, 3].map(() => rig.gate.admits(OWN)), [true, true, false]);
  rig.fail(OTHER, 100);
  rig.limits.replace({ exempt: [`${OTHER}/32`] });
  assert.ok(rig.gate.admits(OTHER));
});

test("what is no address has no limits of a network", () => {
  const rig = new Rig({ maxConnectionsPerMinute: 1 });
  for (let i = 0; i < 10; i++) {
    rig.fail("/run/listen.sock", 1);
    assert.ok(rig.gate.admits("/run/listen.sock"));
  }
});

test("threads that share the counts see each other's", () => {
  const [one, other] = [new Rig({ maxConnectionsPerMinute: 2 })].flatMap((rig) => [
    rig,
    new Rig({ maxConnectionsPerMinute: 2 }, rig),
  ]);
  assert.ok(one!.gate.admits(OWN) && other!.gate.admits(OWN));
  assert.ok(!one!.gate.admits(OWN) && !other!.gate.admits(OWN));
  one!.fail(OTHER, PENALTY_FREE_FAILURES + 1);
  assert.ok(!other!.gate.admits(OTHER));
  other!.gate.trust(OTHER);
  assert.ok(one!.gate.admits(OTHER));
});

test("more networks than are counted take no more memory, and close out no one", () => {
  const rig = new Rig({ maxConnectionsPerMinute: 5 });
  const { byteLength } = rig.gate.buffer;
  rig.fail(OWN, 100);
  rig.nowMs += 1_000;
  for (let i = 0; i < 4 * MAX_COUNTED_NETWORKS; i++) {
    const address = `10.${i >> 16}.${i >> 8 & 255}.${i & 255}`;
    assert.ok(rig.gate.admits(address), address);
  }
  assert.equal(rig.gate.buffer.byteLength, byteLength);
  // A new network always finds a place for its counts.
  assert.equal([1, 2, 3, 4, 5, 6].filter(() => rig.gate.admits("198.51.100.1")).length, 5);
  assert.ok(rig.gate.admits(OWN), "what is forgotten is a penalty");
});

test("the gate tells how much of its limits is used", () => {
  const rig = new Rig();
  assert.deepEqual(rig.gate.used, { maxConnectionsPerMinute: 0, maxPenaltyMs: 0 });
  for (let i = 0; i < 3; i++) rig.gate.admits(OWN);
  rig.fail(OTHER, PENALTY_FREE_FAILURES + 1);
  assert.deepEqual(rig.gate.used, { maxConnectionsPerMinute: 3, maxPenaltyMs: PENALTY_FIRST_MS });
});
