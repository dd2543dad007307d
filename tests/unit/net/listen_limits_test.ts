import assert from "node:assert/strict";
import { MAX_CLIENTS, MAX_EXEMPT_NETWORKS } from "../../../lib/limits.ts";
import {
  CurrentLimits,
  LIMIT_ROWS,
  limitsInForce,
  limitsOfWorkers,
  type ListenLimits,
} from "../../../lib/net/listen_limits.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

test("limits that are not given have their defaults, also when they are replaced", () => {
  const limits = new CurrentLimits({ maxSegments: 3 });
  assert.equal(limits.all.maxSegments, 3);
  assert.equal(limits.all.maxClients, MAX_CLIENTS);
  limits.replace({ maxClients: 7 });
  assert.equal(limits.all.maxSegments, LIMIT_ROWS.maxSegments.value);
  assert.equal(limits.all.maxClients, 7);
});

test("a limit that cannot be is refused, and the old ones stay in force", () => {
  const limits = new CurrentLimits({ maxClients: 7, exempt: ["192.0.2.1"] });
  const many = Array.from({ length: MAX_EXEMPT_NETWORKS + 1 }, (_, i) => `10.0.${i}.0/24`);
  const bad: Partial<ListenLimits>[] = [
    { maxClients: 0 },
    { maxClients: MAX_CLIENTS + 1 },
    { maxClients: 1.5 },
    { maxIdleMs: -1 },
    { maxIdleMs: Infinity },
    { maxPenaltyMs: NaN },
    { exempt: ["192.0.2.1/24"] },
    { exempt: ["example.org"] },
    { exempt: many },
  ];
  for (const each of bad) {
    assert.throws(() => limits.replace({ maxSegments: 2, ...each }), { code: "bad-argument" });
  }
  assert.equal(limits.all.maxClients, 7);
  assert.equal(limits.all.maxSegments, LIMIT_ROWS.maxSegments.value);
  assert.deepEqual(limits.exempt.map(({ text }) => text), ["192.0.2.1"]);
});

test("each limit in force is a row with its value, its unit, and what is used", () => {
  const { all } = new CurrentLimits({ maxSessionMs: 90_000 });
  const used = Object.fromEntries(Object.keys(LIMIT_ROWS).map((key) => [key, 2_500]));
  const rows = limitsInForce(all, used as Parameters<typeof limitsInForce>[1]);
  assert.deepEqual(rows.map(({ name }) => name), Object.values(LIMIT_ROWS).map(({ name }) => name));
  const row = (wanted: string) => rows.find(({ name }) => name === wanted);
  assert.deepEqual(row("max-clients"), {
    name: "max-clients",
    value: MAX_CLIENTS,
    unit: "clients",
    used: 2_500,
  });
  assert.deepEqual(row("max-session"), { name: "max-session", value: 90, unit: "s", used: 2 });
  assert.deepEqual(row("max-idle"), { name: "max-idle", value: undefined, unit: "s", used: 2 });
});

test("of several listeners, what they do not count in one place is the highest use", () => {
  const { all } = new CurrentLimits();
  const zero = Object.fromEntries(Object.keys(LIMIT_ROWS).map((key) => [key, 0]));
  const use = (used: Partial<Record<keyof typeof LIMIT_ROWS, number>>) =>
    limitsInForce(all, { ...zero, ...used } as Parameters<typeof limitsInForce>[1]);
  const rows = limitsOfWorkers(all, [
    use({ maxConnectionsPerMinute: 5, maxClients: 1, maxPenaltyMs: 5_000 }),
    use({ maxConnectionsPerMinute: 7, maxClients: 1 }),
  ], { maxClients: 2, maxClientsPerKey: 1, maxUnauthenticated: 7 });
  const used = Object.fromEntries(rows.map((row) => [row.name, row.used]));
  assert.equal(used["max-unauthenticated"], 7);
  assert.equal(used["max-connections-per-minute"], 7);
  assert.equal(used["max-penalty"], 5);
  assert.equal(used["max-clients"], 2);
  assert.equal(used["max-clients-per-key"], 1);
});
