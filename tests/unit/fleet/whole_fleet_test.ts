import assert from "node:assert/strict";
import type { Controlled, Result } from "../../../lib/control/mod.ts";
import { ControlError, FleetError, KeystoreError } from "../../../lib/errors.ts";
import { type Answers, askAll, WholeFleet } from "../../../lib/fleet/mod.ts";
import { ControlBench, enter } from "../../support/fleet_control.ts";
import { NatsServer, NEEDS_NATS } from "../../support/nats.ts";

function test(name: string, run: (bench: ControlBench) => Promise<void>) {
  Deno.test({
    ...NEEDS_NATS,
    name: `a whole fleet: ${name}`,
    async fn() {
      await using server = await NatsServer.start();
      await using bench = new ControlBench(server);
      await run(bench);
    },
  });
}

function isRefused(wanted: string, pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    const kinds = [ControlError, FleetError, KeystoreError];
    assert(kinds.some((kind) => error instanceof kind), `${error}`);
    const { code, message } = error as FleetError;
    assert.deepEqual([code, pattern.test(message)], [wanted, true], message);
    return true;
  };
}

function rows(...clients: (readonly [number, string])[]): Result<"list"> {
  return clients.map(([id, key]) => ({ id, key })) as unknown as Result<"list">;
}

/** Asks again while fewer hosts have answered in time than will do so: this machine may be busy. */
async function whenAnswered<T>(
  count: number,
  ask: () => Promise<Answers<T>>,
): Promise<Answers<T>> {
  let asked = await ask();
  for (let i = 0; i < 20 && asked.answers.length < count; i++) asked = await ask();
  return asked;
}

/** What a host says when it is asked for what it does not do in the test. */
const LISTENER = { listener: () => ({ clients: 1 }) as never };

test("a client is found at its host, by the beginning of an id, or by its key", async (bench) => {
  const done: string[] = [];
  const host = (id: string, clients: Result<"list">): Partial<Controlled> => ({
    list: () => clients,
    end({ client }) {
      done.push(`${id}/${client}`);
      return { client: Number(client) };
    },
  });
  const [first, second] = ["mill-11111111", "mill-22222222"];
  await bench.host(first, host(first, rows([2, "3f2a-91bc"], [3, "aaaa-0000"])), { entry: {} });
  await bench.host(second, host(second, rows([2, "3f2a-0000"])), { entry: { name: "demo" } });
  const fleet = new WholeFleet(await bench.caller());
  const end = async (client: string) => {
    for (let left = 20;; left--) {
      try {
        return await fleet.call("end", { client });
      } catch (error) {
        // This machine may be busy.
        if (left === 0 || !/no answer from .*mill-/.test((error as Error).message)) throw error;
      }
    }
  };
  assert.deepEqual(await end(`${first}/2`), { host: first, client: 2 } as never);
  assert.deepEqual(await end("mill-2/7"), { host: second, client: 7 } as never);
  assert.deepEqual(await end("AAAA-0"), { host: first, client: 3 } as never);
  assert.deepEqual(done, [`${first}/2`, `${second}/7`, `${first}/3`]);
  await assert.rejects(
    end("mill/2"),
    isRefused(
      "ambiguous-host",
      /^2 hosts begin with "mill": mill-11111111 \(\[::1\]:6680\), mill-2/,
    ),
  );
  await assert.rejects(end("other/2"), isRefused("no-such-host", /there are mill-11111111 \(/));
  await assert.rejects(end("/2"), isRefused("no-such-host", /there is no host ""/));
  for (const word of ["2", `${first}/`]) {
    await assert.rejects(end(word), isRefused("no-such-client", /give HOST\/NUMBER/));
  }
  await assert.rejects(end("3f2"), isRefused("no-such-client", /give HOST\/NUMBER/));
  await assert.rejects(
    end("3f2a"),
    isRefused("ambiguous-client", /^2 clients have .*: mill-11111111\/2, mill-22222222\/2; give/),
  );
  await assert.rejects(end("bbbb"), isRefused("no-such-client", /^no client has a key/));
  await enter(await bench.connect(), "gone-1", {});
  await assert.rejects(end("bbbb"), isRefused("no-such-client", /no answer from gone-1 \(/));
  assert.deepEqual(await end("AAAA"), { host: first, client: 3 } as never);
  await bench.host("late-1", { list: () => new Promise<never>(() => {}) }, { entry: {} });
  await assert.rejects(
    end("AAAA"),
    isRefused(
      "ambiguous-client",
      /^1 client has a key .*: mill-11111111\/3; there may be others, as there was no answer from late-1 \(/,
    ),
  );
  assert.equal(done.length, 4);
});

test("an operation on the keystore goes to one host that answers, and keys are those of all names", async (bench) => {
  let accepted: unknown;
  const knock = (public_key: string, last: string) => ({ public_key, last });
  const keys = (...all: string[]) => () =>
    all.map((key) => ({ key, public_key: key.toUpperCase() })) as never;
  const connection = await bench.connect();
  for (const gone of ["a-1", "z-1"]) await enter(connection, gone, {});
  await enter(connection, "b-1", { isControlled: false });
  await bench.host("c-1", {
    ...LISTENER,
    knocks: () => [knock("B", "2026-02"), knock("A", "2026-01")] as never,
    accept(args) {
      accepted = args;
      return { key: "3f2a" } as never;
    },
    keys: keys("2222", "1111"),
  }, { entry: {} });
  const fleet = new WholeFleet(await bench.caller());
  await fleet.call("accept", { key: "3f2a" });
  assert.deepEqual(accepted, { key: "3f2a", name: "default" });
  await bench.host("d-1", {
    ...LISTENER,
    knocks: () => [knock("A", "2026-03"), knock("C", "2026-01")] as never,
    keys: keys("1111", "3333"),
  }, { entry: { name: "demo" } });
  assert.deepEqual(await fleet.call("knocks", {}), [
    knock("A", "2026-03"),
    knock("B", "2026-02"),
    knock("C", "2026-01"),
  ] as never);
  await enter(connection, "y-1", { name: "shut", isControlled: false });
  const listed = await fleet.call("keys", {});
  assert.deepEqual(listed.map(({ key }) => key), ["1111", "2222", "3333"]);
  await assert.rejects(
    fleet.call("accept", { key: "3f2a" }),
    isRefused("several-listeners", /under several names: default, demo, shut; give/),
  );
  await assert.rejects(
    fleet.call("stats", {}),
    isRefused("no-such-host", /^stats needs a host; there are a-1/),
  );
  await assert.rejects(fleet.call("link", {}), isRefused("no-web", /--web/));
});

test("a key is let in at a host where it has knocked, and the word must fit one key alone", async (bench) => {
  const taken: string[] = [];
  const host = (id: string, ...knocks: (readonly [key: string, public_key: string])[]) =>
    bench.host(id, {
      ...LISTENER,
      knocks: () => knocks.map(([key, public_key]) => ({ key, public_key, last: "" })) as never,
      accept({ key }) {
        taken.push(`accept ${key} at ${id}`);
        return {} as never;
      },
      ignore({ key }) {
        taken.push(`ignore ${key} at ${id}`);
        return {} as never;
      },
    }, { entry: {} });
  await host("a-1", ["3f2a-91bc", "A="]);
  await host("b-1", ["3f2a-0000", "B="], ["bbbb-0000", "C="]);
  await host("c-1", ["3f2a-91bc", "A="]);
  const fleet = new WholeFleet(await bench.caller());
  await fleet.call("accept", { key: "BBBB" });
  await fleet.call("accept", { key: "B=" });
  await fleet.call("ignore", { key: "3f2a-00" });
  await fleet.call("ignore", { key: "3f2a91" });
  assert.deepEqual(taken, [
    "accept BBBB at b-1",
    "accept B= at b-1",
    "ignore 3f2a-00 at b-1",
    "ignore 3f2a91 at a-1",
  ]);
  await assert.rejects(
    fleet.call("accept", { key: "3f2a" }),
    isRefused("no-such-key", /^2 keys .* "3f2a": 3f2a-91bc, 3f2a-0000; give more digits/),
  );
  assert.equal(taken.length, 4);
});

test("a fleet without hosts, or with none that answers, says so", async (bench) => {
  const caller = await bench.caller();
  const fleet = new WholeFleet(caller);
  await assert.rejects(
    fleet.call("knocks", {}),
    isRefused("fleet-failed", /start a listener of this fleet/),
  );
  await enter(await bench.connect(), "b-1", { isControlled: false });
  const isClosed = isRefused("host-unreachable", /takes no calls/);
  await assert.rejects(fleet.call("knocks", {}), isClosed);
  await assert.rejects(fleet.call("keys", {}), isClosed);
  const never = new Promise<never>(() => {});
  await bench.host("b-1", { listener: () => never }, { entry: {} });
  await assert.rejects(
    fleet.call("keys", {}),
    isRefused("host-unreachable", /^no host of the fleet answers: b-1 \(no answer within 0.6 s\)$/),
  );
});

test("twenty hosts answer together, and those that do not are named in time", async (bench) => {
  const names = Array.from({ length: 20 }, (_, i) => `host-${10 + i}`);
  const never = new Promise<never>(() => {});
  const connection = await bench.connect();
  await Promise.all(
    names.slice(0, 17).map((name, i) =>
      bench.host(name, { list: () => rows([i + 1, "3f2a"]) }, { entry: {} })
    ),
  );
  await bench.host(names[17]!, { list: () => never }, { entry: {} });
  await enter(connection, names[18]!, {});
  await enter(connection, names[19]!, { isControlled: false });
  const caller = await bench.caller();
  const hosts = await caller.hosts();
  const { answers, silent } = await whenAnswered(17, () => askAll(caller, hosts, "list", {}));
  assert.deepEqual(answers.map(({ host }) => host.id), names.slice(0, 17));
  assert.deepEqual(
    answers.map(({ result }) => result[0]!.id),
    names.slice(0, 17).map((_, i) => i + 1),
  );
  assert.deepEqual(silent.map(({ host }) => host.id), names.slice(17));
  const reasons = [/^no answer within 0.6 s$/, /does not answer/, /takes no calls/];
  for (const [i, reason] of reasons.entries()) assert.match(silent[i]!.reason, reason);
});

test("what broken hosts say of themselves is passed over", async (bench) => {
  const { buckets, names } = await bench.connect();
  const bucket = await buckets.create(names.buckets.hosts);
  const long = JSON.stringify({ since: "x".repeat(20_000) });
  for (
    const [host, text] of Object.entries({
      "a-1": "no JSON",
      "b-1": "null",
      "c-1": '{"name":1,"addresses":[1,"[::1]:1"],"page":"javascript:1","isControlled":1}',
      "d-1": long,
      "no.host": "{}",
    })
  ) await bucket.put(host, text);
  const hosts = await (await bench.caller()).hosts();
  assert.deepEqual(hosts.map(({ beat: _, ...host }) => host), [
    { id: "a-1", since: "", addresses: [], isControlled: false },
    { id: "b-1", since: "", addresses: [], isControlled: false },
    { id: "c-1", since: "", addresses: ["[::1]:1"], isControlled: false },
  ]);
});
