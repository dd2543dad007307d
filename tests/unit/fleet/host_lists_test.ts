import assert from "node:assert/strict";
import type { Result } from "../../../lib/control/mod.ts";
import { FleetError } from "../../../lib/errors.ts";
import type { FleetHost } from "../../../lib/fleet/mod.ts";
import { HostLists } from "../../../lib/fleet/page/host_lists.ts";
import { FLEET_BEAT_MS, FLEET_LIST_GAP_MS, FLEET_LIST_MS } from "../../../lib/limits.ts";
import { settle, StillTime } from "../../support/still_time.ts";

type Rows = Result<"list">;

const row = (id: number, more: object = {}) => ({
  id,
  title: "vim",
  ident: "",
  segkind: "tui",
  content: "text",
  width: 1,
  height: 1,
  frames: 0,
  key: "12345678-9abcdef0",
  address: "192.0.2.1:5",
  since: "2026-11-29T00:00:00.000Z",
  state: "active",
  segments: 1,
  ...more,
});

/** Hosts that answer when the test says so. */
class TestCaller {
  hostNames = ["a", "b"];
  isAway = false;
  asked: string[] = [];
  readonly answers = new Map<string, PromiseWithResolvers<Rows>>();

  hosts(): Promise<readonly FleetHost[]> {
    this.asked.push("hosts");
    if (this.isAway) return Promise.reject(new FleetError("fleet-unreachable", "away"));
    const rest = { since: "", addresses: ["192.0.2.9:6680"], isControlled: true, beat: new Date() };
    return Promise.resolve(this.hostNames.map((id) => ({ id, ...rest })));
  }

  call(host: string, name: string) {
    this.asked.push(`${name} of ${host}`);
    const answer = Promise.withResolvers<Rows>();
    this.answers.set(host, answer);
    // deno-lint-ignore no-explicit-any -- the operation that the test knows
    return answer.promise as Promise<any>;
  }

  answer(host: string, rows: readonly object[]): void {
    this.answers.get(host)!.resolve(rows as Rows);
  }
}

Deno.test("lists of hosts: pages that ask at the same time share one question, for a second", async () => {
  using time = new StillTime();
  const caller = new TestCaller();
  const lists = new HostLists(caller, "here");
  caller.hostNames.push("here");
  const asked = [lists.rows(), lists.rows()];
  await settle();
  assert.deepEqual(caller.asked, ["hosts", "list of a", "list of b"]);
  caller.answer("a", [row(1)]);
  caller.answer("b", []);
  const [rows] = await Promise.all(asked);
  assert.deepEqual(rows!.map(({ id, is_silent, clients }) => [id, is_silent, clients]), [
    ["a", false, [row(1)]],
    ["b", false, []],
  ]);
  await time.pass(FLEET_LIST_GAP_MS - 1);
  assert.deepEqual(await lists.rows(), rows);
  assert.equal(caller.asked.length, 3);
  await time.pass(1);
  void lists.rows();
  await settle();
  assert.deepEqual(caller.asked.slice(3), ["list of a", "list of b"]);
  await time.pass(FLEET_BEAT_MS);
  void lists.rows();
  await settle();
  assert.deepEqual(caller.asked.slice(5), ["hosts"], "the others are still asked");
});

Deno.test("lists of hosts: one that does not answer is silent, keeps its list, and holds up no page twice", async () => {
  using time = new StillTime();
  const caller = new TestCaller();
  const lists = new HostLists(caller, "here");
  const first = lists.rows();
  await settle();
  caller.answer("a", [row(1)]);
  caller.answer("b", [row(2)]);
  await first;
  await time.pass(FLEET_LIST_GAP_MS);
  let late: Awaited<typeof first> | undefined;
  void lists.rows().then((rows) => late = rows);
  await settle();
  caller.answer("a", [row(1), row(3)]);
  await time.pass(FLEET_LIST_MS - 1);
  assert.equal(late, undefined);
  await time.pass(1);
  const states = (rows: typeof late) =>
    rows?.map(({ is_silent, clients }) => [is_silent, clients?.length]);
  assert.deepEqual(states(late), [[false, 2], [true, 1]]);
  await time.pass(FLEET_LIST_GAP_MS);
  const again = lists.rows();
  await settle();
  caller.answer("a", []);
  assert.deepEqual(states(await again), [[false, 0], [true, 1]], "without waiting for b");
  caller.answer("b", []);
  await settle();
  await time.pass(FLEET_LIST_GAP_MS);
  const last = lists.rows();
  await settle();
  for (const host of ["a", "b"]) caller.answer(host, []);
  assert.deepEqual(states(await last), [[false, 0], [false, 0]]);
  assert.equal(time.timers, 0);
});

Deno.test("lists of hosts: without servers the hosts that were there are silent; one that left is not named", async () => {
  using time = new StillTime();
  const caller = new TestCaller();
  const lists = new HostLists(caller, "here");
  const first = lists.rows();
  await settle();
  for (const host of ["a", "b"]) caller.answer(host, []);
  await first;
  caller.isAway = true;
  await time.pass(FLEET_BEAT_MS);
  const away = lists.rows();
  await settle();
  for (const { reject } of caller.answers.values()) {
    reject(new FleetError("fleet-unreachable", "away"));
  }
  assert.deepEqual((await away).map(({ is_silent }) => is_silent), [true, true]);
  caller.isAway = false;
  caller.hostNames = ["b"];
  await time.pass(FLEET_BEAT_MS);
  const back = lists.rows();
  await settle();
  caller.answer("b", []);
  assert.deepEqual((await back).map(({ id }) => id), ["b"]);
});

Deno.test("lists of hosts: rows that are not as they are described are left out", async () => {
  using _ = new StillTime();
  const caller = new TestCaller();
  caller.hostNames = ["a", "b"];
  const lists = new HostLists(caller, "here");
  const rows = lists.rows();
  await settle();
  const bad = [{ title: 7 }, { id: "2" }, { key: undefined }, { comment: {} }, { since: null }];
  caller.answer("a", [row(1, { comment: "Anna" }), ...bad.map((more) => row(2, more))]);
  caller.answer("b", { length: 1 } as never);
  const [a, b] = await rows;
  assert.deepEqual(a!.clients, [row(1, { comment: "Anna" })]);
  assert.equal(b!.is_silent, true);
});
