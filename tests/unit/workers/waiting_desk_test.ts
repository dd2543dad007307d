import assert from "node:assert/strict";
import type { PeerError } from "../../../lib/errors.ts";
import { type Waiting, WaitingRoom } from "../../../lib/net/waiting_room.ts";
import { RemoteWaiting } from "../../../lib/workers/remote_waiting.ts";
import { WaitingDesk } from "../../../lib/workers/waiting_desk.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

class Guest implements Waiting {
  readonly hostname: string;
  hasVerified = false;
  isExempt = false;
  reason: string | undefined;
  readonly #room: WaitingRoom;

  constructor(room: WaitingRoom, hostname: string) {
    this.#room = room;
    this.hostname = hostname;
    room.enter(this);
  }

  end({ code }: PeerError): void {
    assert.equal(this.reason, undefined, "it is told once");
    this.reason = code;
    this.#room.leave(this);
  }
}

/** The rooms of some workers, with messages between threads that arrive at once. */
function makeRooms(count: number, all: number, perNetwork = all) {
  const reached: string[] = [];
  const log = { reached: (limit: string) => void reached.push(limit) };
  const limits = () => ({ all, perNetwork });
  const shared = new WaitingRoom(limits, log);
  const workers = Array.from({ length: count }, () => {
    const desk: WaitingDesk = new WaitingDesk(shared, (...args) => remote.evict(...args));
    const remote = new RemoteWaiting({
      tell: (name, ...args) => (desk[name as "waits"] as (...args: unknown[]) => void)(...args),
    });
    return { desk, room: new WaitingRoom(limits, log, remote) };
  });
  return { shared, workers, reached };
}

const EVICTED = "too-many-unauthenticated";
const reasons = (guests: readonly Guest[]) => guests.map(({ reason }) => reason);

test("one worker may have all connections that have not logged in, and all together no more", () => {
  const { shared, workers: [one, two], reached } = makeRooms(2, 4);
  const guests = ["a", "b", "c", "d"].map((hostname) => new Guest(one!.room, hostname));
  assert.deepEqual(reasons(guests), Array(4).fill(undefined));
  const late = ["e", "f"].map((hostname) => new Guest(two!.room, hostname));
  assert.deepEqual(reasons([...guests, ...late]), [EVICTED, EVICTED, ...Array(4).fill(undefined)]);
  assert.deepEqual([shared.size, one!.room.size, two!.room.size], [4, 2, 2]);
  assert.deepEqual(reached, ["max-unauthenticated", "max-unauthenticated"]);
});

test("the connections of one network are counted over all workers", () => {
  const { workers: [one, two], reached } = makeRooms(2, 100, 2);
  const [first, other, second] = [
    new Guest(one!.room, "192.0.2.1"),
    new Guest(one!.room, "198.51.100.1"),
    new Guest(two!.room, "192.0.2.1"),
  ];
  const third = new Guest(two!.room, "192.0.2.1");
  assert.deepEqual(reasons([first, other, second, third]), [
    EVICTED,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(reached, ["max-unauthenticated-per-network"]);
});

test("a worker that is full by itself ends one itself, and that is one end and one line", () => {
  const { shared, workers: [one], reached } = makeRooms(2, 2);
  const guests = ["a", "b", "c"].map((hostname) => new Guest(one!.room, hostname));
  assert.deepEqual(reasons(guests), [EVICTED, undefined, undefined]);
  assert.equal(shared.size, 2);
  assert.deepEqual(reached, ["max-unauthenticated"]);
});

test("silent connections of one worker never displace a login that is under way in another", () => {
  const { shared, workers: [one, two] } = makeRooms(2, 2);
  const login = new Guest(one!.room, "a");
  login.hasVerified = true;
  const silent = ["b", "c", "d", "e"].map((hostname) => new Guest(two!.room, hostname));
  assert.deepEqual(reasons([login, ...silent]), [
    undefined,
    EVICTED,
    EVICTED,
    undefined,
    undefined,
  ]);
  assert.deepEqual(shared.used, { all: 2, perNetwork: 1 });
  assert.equal(shared.size, 3);
});

test("what has left, and all connections of a worker that has ended, count no more", () => {
  const { shared, workers: [one, two] } = makeRooms(2, 3);
  const [a] = ["a", "b"].map((hostname) => new Guest(one!.room, hostname));
  const c = new Guest(two!.room, "c");
  one!.room.leave(a!);
  one!.room.leave(a!);
  assert.equal(shared.size, 2);
  one!.desk.close();
  assert.equal(shared.size, 1);
  const more = ["d", "e"].map((hostname) => new Guest(two!.room, hostname));
  assert.deepEqual(reasons([c, ...more]), [undefined, undefined, undefined]);
});
