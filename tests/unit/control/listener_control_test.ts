import assert from "node:assert/strict";
import type { CopyState } from "../../../keystore/mod.ts";
import type { ClientRow, ClientsControl, ThreadFigures } from "../../../lib/control/clients.ts";
import { ListenerControl } from "../../../lib/control/listener_control.ts";
import type { ControlTarget } from "../../../lib/control/target.ts";
import { LogTail } from "../../../lib/control/log_tail.ts";
import { RemoteThread } from "../../../lib/control/remote.ts";
import { type ControlError, TransportError } from "../../../lib/errors.ts";
import type { ThreadFiles } from "../../../lib/control/files/thread_files.ts";
import type { Snapshot } from "../../../lib/handlers/pictures/snapshot.ts";
import { MAX_CONTROL_SNAPSHOTS } from "../../../lib/limits.ts";
import { silentLogger } from "../../../lib/log.ts";

const KEYSTORE = { ageMs: 0, state: "unconfirmed", stateMs: 1999 } as ConstructorParameters<
  typeof ListenerControl
>[1];

/** What these tests ask of a thread. */
type Asked = Omit<ClientsControl, keyof ThreadFiles | "openView" | "record" | "call">;

/** A thread whose clients take as long as the test says. */
class SlowThread implements Asked {
  readonly snapshots: PromiseWithResolvers<Snapshot | undefined>[] = [];
  readonly watched: boolean[] = [];
  readonly #ids: readonly number[];

  constructor(...ids: number[]) {
    this.#ids = ids;
  }

  clients(): ClientRow[] {
    return this.#ids.map((id) =>
      ({ id, key: "3f2a-91bc", title: "", parts: [{ id }] }) as unknown as ClientRow
    );
  }

  snapshot(): Promise<Snapshot | undefined> {
    const taken = Promise.withResolvers<Snapshot | undefined>();
    this.snapshots.push(taken);
    return taken.promise;
  }

  type(): Promise<boolean> {
    return Promise.resolve(false);
  }

  end(): void {}

  figures(): ThreadFigures {
    return {
      connections: { accepted: this.#ids.length },
      refusals: { "unknown-key": 1 },
      clients: this.#ids.length,
      loop_delay_seconds: this.#ids.length,
      picture_bytes: 7,
    } as unknown as ThreadFigures;
  }

  watch(isOn: boolean): void {
    this.watched.push(isOn);
  }
}

function controlOver(...threads: Asked[]): ListenerControl {
  return new ListenerControl(targetWith(threads), KEYSTORE);
}

function targetWith(threads: Asked[]): ControlTarget {
  return {
    id: 1,
    name: "demo",
    addresses: [],
    since: new Date(),
    isClosed: false,
    isDraining: false,
    close() {},
    drain: () => undefined,
    limits: () => [{ name: "max-idle", value: undefined, unit: "s", used: 0 }],
    threads: () => threads as ClientsControl[],
    log: new LogTail(silentLogger, "info"),
    links: undefined,
    recordings: () => assert.fail("no recordings"),
  };
}

Deno.test("control: only so many snapshots are taken at once, whatever comes of them", async () => {
  const thread = new SlowThread(2);
  const control = controlOver(thread);
  const take = () => control.snapshot({ client: "2" });
  const taken = Array.from({ length: MAX_CONTROL_SNAPSHOTS }, take);
  await assert.rejects(take(), { code: "busy" });
  const [first, second, ...rest] = thread.snapshots;
  first!.resolve(undefined);
  await assert.rejects(taken[0]!, { code: "nothing-shown" });
  second!.reject(new Error("the thread failed"));
  await assert.rejects(taken[1]!, /the thread failed/);
  const again = take();
  await Promise.resolve();
  for (const each of rest) each.resolve({ kind: "text", text: "a" });
  for (const each of taken.slice(2)) assert.deepEqual(await each, { kind: "text", text: "a" });
  while (thread.snapshots.length <= MAX_CONTROL_SNAPSHOTS) await Promise.resolve();
  thread.snapshots.at(-1)!.resolve({ kind: "text", text: "b" });
  assert.deepEqual(await again, { kind: "text", text: "b" });
});

Deno.test("control: the clients of all threads are one list, and their figures one sum", async () => {
  const control = controlOver(new SlowThread(5, 2), new SlowThread(3));
  assert.deepEqual((await control.list()).map(({ id }) => id), [2, 3, 5]);
  const stats = await control.stats();
  assert.deepEqual(stats.connections, { accepted: 3 });
  assert.deepEqual(stats.refusals, { "unknown-key": 2 });
  assert.deepEqual([stats.clients, stats.workers], [3, 2]);
  assert.deepEqual([stats.loop_delay_seconds, stats.picture_bytes], [2, 7]);
  assert.deepEqual(stats.fleet_state_seconds, { unconfirmed: 1 });
  assert.deepEqual(stats.fleet_records, {});
  control.follow({
    figures: { sent: 1, waiting: 2, lost: 3, spoolBytes: 4 },
    put() {},
    lose() {},
  });
  const followed = await control.stats();
  assert.deepEqual(followed.fleet_records, { sent: 1, lost: 3 });
  assert.deepEqual([followed.fleet_waiting_records, followed.fleet_spool_bytes], [2, 4]);
  await assert.rejects(control.type({ client: "3", text: "x" }), { code: "not-taken" });
});

Deno.test("control: the limits of options stand beside the fixed ones, and one that is off has no value", async () => {
  const [first, ...rest] = await controlOver(new SlowThread()).limits();
  assert.deepEqual(first, { name: "max-idle", unit: "s", used: 0, is_fixed: false });
  assert.equal(rest.find(({ name }) => name === "picture-memory")!.used, 7);
  assert.ok(rest.every(({ value }) => value! > 0));
});

Deno.test("control: threads give records while one is watched", async () => {
  const threads = [new SlowThread(2), new SlowThread(3)];
  const control = controlOver(...threads);
  assert.equal(control.isWatched, false);
  const one = await control.watch({ client: undefined });
  const two = await control.watch({ client: "3" });
  assert.equal(control.isWatched, true);
  await one.cancel();
  await two.cancel();
  for (const { watched } of threads) assert.deepEqual(watched, [true, false]);
  await assert.rejects(control.watch({ client: "4" }), { code: "no-such-client" });
});

Deno.test("control: a thread that has ended has no clients, and other faults of it are not hidden", async () => {
  const gone = () => Promise.reject(new TransportError("connection-lost", "ended"));
  const ended = new RemoteThread(gone, { openView: gone, toView() {}, closeView() {} });
  const control = controlOver(new SlowThread(2), ended);
  assert.deepEqual((await control.list()).map(({ id }) => id), [2]);
  assert.equal((await control.stats()).clients, 1);
  assert.equal(await ended.type(3, "x"), false);
  assert.equal(await ended.snapshot(3), undefined);
  const output = { send: () => assert.fail("nothing is sent"), ended() {} };
  await assert.rejects(
    ended.openView(3, { mode: "full", rights: "look" }, output),
    { code: "no-such-client" },
  );
  const fail = () => Promise.reject(new TypeError("broken"));
  const broken = new RemoteThread(fail, { openView: fail, toView() {}, closeView() {} });
  await assert.rejects(controlOver(broken).list(), /broken/);
});

Deno.test("control: a listener is ready unless it drains, is closed, or has keys that are too old", () => {
  const code = (state: Partial<ControlTarget>, keys: CopyState = "current") => {
    const keystore = { state: keys } as typeof KEYSTORE;
    try {
      return new ListenerControl({ ...targetWith([]), ...state }, keystore).ready();
    } catch (error) {
      return (error as ControlError).code;
    }
  };
  assert.deepEqual(code({}), { ready: true });
  assert.deepEqual(code({}, "unconfirmed"), { ready: true });
  assert.equal(code({}, "stale"), "keystore-stale");
  assert.equal(code({ isClosed: true }, "stale"), "closed");
  assert.equal(code({ isDraining: true, isClosed: true }), "draining");
});

Deno.test("control: a drain says how many clients there are and how long they may stay", async () => {
  const drain = (left: number | undefined) => {
    const target = { ...targetWith([new SlowThread(2), new SlowThread(3)]), drain: () => left };
    return new ListenerControl(target, KEYSTORE).drain({ seconds: 60 });
  };
  assert.deepEqual(await drain(60), { clients: 2, seconds: 60 });
  assert.deepEqual(await drain(undefined), { clients: 2 });
});
