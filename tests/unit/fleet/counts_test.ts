import assert from "node:assert/strict";
import {
  FLEET_COUNTS_ALL_MS,
  FLEET_COUNTS_BEAT_MS,
  FLEET_COUNTS_GAP_MS,
  FLEET_COUNTS_LEASE_MS,
  MAX_CLIENTS,
  MAX_COUNTED_HOSTS,
  MAX_COUNTS_BYTES,
  MAX_COUNTS_NETWORKS,
  PENALTY_FIRST_MS,
  PENALTY_FREE_FAILURES,
  PENALTY_MAX_MS,
  TRUSTED_NETWORK_MS,
} from "../../../lib/limits.ts";
import { CountingFleet, type CountingHost, OWN } from "../../support/counting.ts";

/** {@linkcode OWN} as a number. */
const NETWORK = { bits: 32, high: 0, low: 192 << 24 | 2 << 8 | 7 };

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name: `counts of a fleet: ${name}`, permissions: "none", fn });
}

test("a key has no more clients at all hosts together than it may have", async () => {
  using fleet = new CountingFleet(3, { maxClients: 2 });
  const [one, two, three] = fleet.hosts as [CountingHost, CountingHost, CountingHost];
  await fleet.pass(FLEET_COUNTS_BEAT_MS);
  const first = one.login();
  assert(first !== undefined);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert(two.login() !== undefined);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  for (const host of fleet.hosts) assert.equal(host.login(), undefined, host.id);
  assert(three.login(2) !== undefined, "another key");
  assert.equal(three.clients.most, 2);
  first.leave();
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert(three.login() !== undefined);
});

test("each host alone lets in what a key may have, until it is told of the others", async () => {
  using fleet = new CountingFleet(3, { maxClients: 2 });
  await fleet.pass(FLEET_COUNTS_BEAT_MS);
  fleet.latencyMs = Infinity;
  const tickets = fleet.hosts.flatMap((host) => [1, 2, 3].flatMap(() => host.login() ?? []));
  assert.equal(tickets.length, 6, "the bound: the limit times the hosts");
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  fleet.latencyMs = 0;
  await fleet.pass(0);
  // Those that are there stay; no other one is let in until there are fewer than the limit.
  for (const ticket of tickets.slice(0, 5)) {
    for (const host of fleet.hosts) assert.equal(host.login(), undefined);
    ticket.leave();
    await fleet.pass(FLEET_COUNTS_GAP_MS);
  }
  assert(fleet.hosts[0]!.login() !== undefined);
});

test("a change is told at once after a pause, and many gather", async () => {
  using fleet = new CountingFleet(2);
  const [one] = fleet.hosts as [CountingHost];
  await fleet.pass(FLEET_COUNTS_BEAT_MS + FLEET_COUNTS_GAP_MS);
  const before = fleet.sent.length;
  const startMs = performance.now();
  for (let i = 0; i < 20; i++) {
    for (let key = 0; key < 100; key++) one.login(i * 100 + key);
    await fleet.time.pass(i === 0 ? 0 : 10);
  }
  const own = fleet.sent.slice(before).filter(({ from }) => from === "host-0");
  assert.equal(own[0]!.ms, startMs);
  assert(own.length <= 3, `${own.length} messages in 190 ms`);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert.equal(fleet.hosts[1]!.exchange.count, 2_000);
});

test("clients of a host that was killed count until its lease runs out, of one that left no more", async () => {
  using fleet = new CountingFleet(3, { maxClients: 1 });
  const [one, two, three] = fleet.hosts as [CountingHost, CountingHost, CountingHost];
  one.login(1);
  two.login(2);
  await fleet.pass(0);
  fleet.kill(one);
  assert.equal(three.login(1), undefined);
  await fleet.pass(FLEET_COUNTS_LEASE_MS - FLEET_COUNTS_BEAT_MS);
  assert.equal(three.login(1), undefined);
  await fleet.pass(2 * FLEET_COUNTS_BEAT_MS);
  assert(three.login(1) !== undefined);
  assert.equal(three.login(2), undefined);
  two[Symbol.dispose]();
  await fleet.pass(0);
  assert(three.login(2) !== undefined);
});

test("a host that begins knows at once what counts, and one that was away again", async () => {
  using fleet = new CountingFleet(2, { maxClients: 1 });
  const [one] = fleet.hosts as [CountingHost];
  await fleet.pass(FLEET_COUNTS_BEAT_MS);
  one.login();
  one.fail(PENALTY_FREE_FAILURES + 1);
  await fleet.pass(FLEET_COUNTS_BEAT_MS);
  const late = fleet.join("late", {}, 1);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert.equal(late.login(), undefined);
  assert.equal(late.fail(1), 0);

  late.isReachable = false;
  await fleet.pass(FLEET_COUNTS_LEASE_MS + FLEET_COUNTS_BEAT_MS);
  const here = late.login();
  assert(here !== undefined, "it is alone");
  late.isReachable = true;
  late.exchange.rejoin();
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert.equal(late.login(2) !== undefined, true);
  here.leave();
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert.equal(late.login(), undefined);
});

test("a message that was lost does harm until all is told again", async () => {
  using fleet = new CountingFleet(2, { maxClients: 1 });
  const [one, two] = fleet.hosts as [CountingHost, CountingHost];
  await fleet.pass(FLEET_COUNTS_ALL_MS);
  one.login(1);
  for (let i = 0; i < 2 * PENALTY_FREE_FAILURES; i++) one.gate.loginFailed(OWN);
  const gone = one.login(2)!;
  await fleet.passDeaf(FLEET_COUNTS_GAP_MS);
  assert(two.login(1) !== undefined);
  await fleet.pass(FLEET_COUNTS_ALL_MS);
  assert.deepEqual([1, 2].map((key) => two.login(key)), [undefined, undefined]);
  assert.equal(two.fail(1), 0);
  gone.leave();
  await fleet.passDeaf(FLEET_COUNTS_GAP_MS);
  await fleet.pass(FLEET_COUNTS_ALL_MS);
  assert(two.login(2) !== undefined);
});

test("hosts that did not hear each other soon know again what counts", async () => {
  using fleet = new CountingFleet(2, { maxClients: 1 });
  const [one, two] = fleet.hosts as [CountingHost, CountingHost];
  one.login();
  await fleet.pass(FLEET_COUNTS_BEAT_MS);
  await fleet.passDeaf(FLEET_COUNTS_LEASE_MS);
  for (let i = 0; i < 2 * PENALTY_FREE_FAILURES; i++) two.gate.loginFailed(OWN);
  one.gate.trust(OWN);
  await fleet.passDeaf(FLEET_COUNTS_GAP_MS);
  assert.equal(two.exchange.hosts, 0);
  await fleet.pass(FLEET_COUNTS_BEAT_MS + 3 * FLEET_COUNTS_GAP_MS);
  assert.equal(two.login(), undefined);
  for (const host of fleet.hosts) assert.equal(host.fail(20), 20, "a good login forgives");
});

test("failed logins at one host close the network out at all", async () => {
  using fleet = new CountingFleet(3);
  const [one, two, three] = fleet.hosts as [CountingHost, CountingHost, CountingHost];
  for (let i = 0; i < PENALTY_FREE_FAILURES; i++) {
    assert.equal(fleet.hosts[i % 3]!.fail(1), 1);
    await fleet.pass(FLEET_COUNTS_GAP_MS);
  }
  one.fail(1);
  await fleet.pass(0);
  for (const host of [two, three]) {
    assert.equal(host.fail(1), 0, host.id);
    assert.equal(host.fail(1, "192.0.2.8"), 1, "the neighbour is not closed out");
    assert.equal(host.gate.used.maxPenaltyMs, PENALTY_FIRST_MS);
  }
});

test("a network has at most one failed login a host in a penalty", async () => {
  using fleet = new CountingFleet(3);
  await fleet.pass(FLEET_COUNTS_BEAT_MS);
  fleet.latencyMs = Infinity;
  const first = fleet.hosts.map((host) => host.fail(50));
  assert.deepEqual(first, [6, 6, 6], "the bound: what one host allows, times the hosts");
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  fleet.latencyMs = 0;
  await fleet.pass(0);
  // All of them count at each host: the longest penalty.
  for (let minute = 0; minute < 2; minute++) {
    await fleet.pass(PENALTY_MAX_MS - PENALTY_FIRST_MS);
    assert.deepEqual(fleet.hosts.map((host) => host.fail(50)), [0, 0, 0]);
    await fleet.pass(PENALTY_FIRST_MS);
    assert.deepEqual(fleet.hosts.map((host) => host.fail(50)), [1, 1, 1]);
    await fleet.pass(FLEET_COUNTS_GAP_MS);
  }
});

test("hosts that tell each other of a penalty or a trust do not lengthen it", async () => {
  using fleet = new CountingFleet(4);
  const [one, two] = fleet.hosts as [CountingHost, CountingHost];
  fleet.latencyMs = 300;
  /** Lets a second pass, in which all hosts tell all. */
  const second = async () => {
    two.exchange.rejoin();
    await fleet.pass(1_000);
  };
  await second();
  for (let i = 0; i < PENALTY_FREE_FAILURES + 5; i++) one.gate.loginFailed(OWN);
  for (let i = 0; i < PENALTY_MAX_MS / 1_000; i++) {
    assert(!two.gate.admits(OWN) || i === 0, `${i}`);
    await second();
  }
  await fleet.pass(2 * fleet.latencyMs);
  for (const { gate, id } of fleet.hosts) assert.equal(gate.used.maxPenaltyMs, 0, id);

  one.gate.trust(OWN);
  await second();
  const [first, ...others] = fleet.hosts.map(({ gate }) => gate.trustedForMs(NETWORK));
  for (const ms of others) assert(ms > 0 && ms <= first!, `${ms} of ${first}`);
});

test("a good login at one host forgives the network at all", async () => {
  using fleet = new CountingFleet(3);
  const [one, two, three] = fleet.hosts as [CountingHost, CountingHost, CountingHost];
  two.fail(PENALTY_FREE_FAILURES + 1);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  one.gate.trust(OWN);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  for (const host of fleet.hosts) assert.equal(host.fail(20), 20, host.id);
  // A host that does not know of it is told once it counts failures.
  const late = fleet.join("late");
  late.fail(PENALTY_FREE_FAILURES + 1);
  await fleet.pass(2 * FLEET_COUNTS_GAP_MS);
  for (const host of [...fleet.hosts, three]) assert.equal(host.fail(20), 20, host.id);
});

test("hosts with other limits", async () => {
  using fleet = new CountingFleet(1);
  const [plain] = fleet.hosts as [CountingHost];
  const without = fleet.join("without", { maxPenaltyMs: 0 });
  const short = fleet.join("short", { maxPenaltyMs: 1_000 });
  const exempt = fleet.join("exempt", { exempt: ["192.0.2.0/24"] });
  for (const host of [without, exempt]) host.fail(20);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert.equal(plain.fail(1), 1, "what does not count there does not count here");
  plain.fail(PENALTY_FREE_FAILURES + 5);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert.deepEqual(fleet.hosts.map((host) => host.fail(1)), [0, 1, 0, 1]);
  assert.equal(short.gate.used.maxPenaltyMs, 1_000);

  const strict = fleet.join("strict", { maxClientsPerKey: 1 });
  plain.login();
  await fleet.pass(FLEET_COUNTS_BEAT_MS);
  assert.equal(strict.login(), undefined);
  assert(short.login() !== undefined);
});

test("a flood from 20,000 networks makes few messages, and penalties are told later", async () => {
  using fleet = new CountingFleet(2);
  const [one, two] = fleet.hosts as [CountingHost, CountingHost];
  await fleet.pass(FLEET_COUNTS_BEAT_MS);
  const before = fleet.sent.length;
  for (let i = 0; i < 20_000; i++) {
    one.fail(1, `10.${i >> 16}.${i >> 8 & 255}.${i & 255}`);
    if (i % 1_000 === 999) await fleet.pass(FLEET_COUNTS_GAP_MS);
  }
  // There is no more room for this network in the message.
  for (let i = 0; i < MAX_COUNTS_NETWORKS; i++) one.fail(1, `10.9.${i >> 8}.${i & 255}`);
  for (let i = 0; i < 2 * PENALTY_FREE_FAILURES; i++) one.gate.loginFailed(OWN);
  await fleet.pass(FLEET_COUNTS_GAP_MS);
  assert.equal(two.fail(1), 1, "it is left out at first");
  const own = fleet.sent.slice(before).filter(({ from }) => from === "host-0");
  assert(own.length <= 1 + 20 * 2, `${own.length} messages`);
  assert(own.every(({ text }) => text.length < MAX_COUNTS_NETWORKS * 45));
  await fleet.pass(FLEET_COUNTS_ALL_MS);
  assert.equal(two.fail(1), 0);
});

test("what no host writes is refused, and changes nothing", () => {
  using fleet = new CountingFleet(1, { maxClients: 1 });
  const [host] = fleet.hosts as [CountingHost];
  const key = `${"A".repeat(43)}=`;
  const many = (count: number, row: unknown) => Array(count).fill(row);
  const bad: unknown[] = [
    ...["", "{", "null", "7", '"x"'],
    { clients: 7 },
    { clients: [7] },
    { clients: [["short", 1]] },
    { clients: [[key, -1]] },
    { clients: [[key, 1.5]] },
    { clients: [[key, MAX_CLIENTS + 1]] },
    { clients: many(MAX_CLIENTS + 1, [key, 1]) },
    { failed: [[32, 0, 1]] },
    { failed: [[33, 0, 1, 1]] },
    { failed: [[32, 0, 2 ** 31, 1]] },
    { failed: [[32, 0, 1, 0]] },
    { failed: [[32, 0, 1, 2 ** 21]] },
    { failed: many(MAX_COUNTS_NETWORKS + 1, [32, 0, 1, 1]) },
    { trusted: [[32, 0, 1, TRUSTED_NETWORK_MS + 1]] },
    { penalties: [[32, 0, 1, 1, 1e12]] },
    { penalties: [[32, 0, 1, 1, null]] },
  ];
  for (const each of bad) {
    const text = typeof each === "string" ? each : JSON.stringify({ all: true, ...each as object });
    assert.equal(host.exchange.receive("evil", text), false, text.slice(0, 80));
  }
  assert.deepEqual(host.gate.used, { maxConnectionsPerMinute: 0, maxPenaltyMs: 0 });
  assert.equal(host.exchange.hosts, 0);
});

test("a host that lies takes a bounded amount of memory and closes out for a bounded time", () => {
  using fleet = new CountingFleet(1);
  const [host] = fleet.hosts as [CountingHost];
  const take = (from: string, value: object) =>
    assert(host.exchange.receive(from, JSON.stringify(value)), JSON.stringify(value).slice(0, 80));
  for (let i = 0; i < 2 * MAX_COUNTED_HOSTS; i++) take(`evil-${i}`, { all: true });
  assert.equal(host.exchange.hosts, MAX_COUNTED_HOSTS);
  for (let i = 0; i < 3; i++) {
    const owner = (n: number) => `${n}`.padStart(43, "A") + "=";
    const clients = Array.from({ length: MAX_CLIENTS }, (_, n) => [owner(i * MAX_CLIENTS + n), 1]);
    take("evil-0", { clients });
  }
  assert.equal(host.exchange.count, MAX_CLIENTS);
  const { low } = NETWORK;
  for (let i = 0; i < 10; i++) take("evil-0", { failed: [[32, 0, low, 2 ** 20]] });
  take("evil-0", { penalties: [[32, 0, low, 2 ** 20, 86_400_000]] });
  assert.equal(host.gate.used.maxPenaltyMs, PENALTY_MAX_MS);
  take("evil-0", { trusted: [[32, 0, low, 1_000]] });
  assert(host.gate.admits(OWN));
});

test("the longest message is one that hosts take", async () => {
  using fleet = new CountingFleet(1);
  const [host] = fleet.hosts as [CountingHost];
  for (let key = 0; key < MAX_CLIENTS - 1; key++) host.login(key);
  for (let i = 0; i < MAX_COUNTS_NETWORKS; i++) {
    const address = `2001:db8:${i.toString(16)}:ffff::1`;
    host.fail(PENALTY_FREE_FAILURES * 3, address);
    host.gate.trust(`2001:db8:${i.toString(16)}::1`);
  }
  await fleet.pass(0);
  const longest = fleet.sent.at(-1)!.text.length;
  assert(longest > MAX_COUNTS_BYTES / 2 && longest < MAX_COUNTS_BYTES, `${longest}`);
});
