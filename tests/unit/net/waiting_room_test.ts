import assert from "node:assert/strict";
import type { PeerError } from "../../../lib/errors.ts";
import { LimitError } from "../../../lib/errors.ts";
import type { Waiting } from "../../../lib/net/waiting_room.ts";
import { WaitingRoom } from "../../../lib/net/waiting_room.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

class Guest implements Waiting {
  readonly hostname: string;
  hasVerified = false;
  isExempt = false;
  reason: string | undefined;

  constructor(hostname: string) {
    this.hostname = hostname;
  }

  end(reason: PeerError): void {
    assert.equal(this.reason, undefined, "it is told once");
    this.reason = reason.code;
  }
}

const reached: string[] = [];

function roomFor(all: number, perNetwork: number): WaitingRoom {
  reached.length = 0;
  return new WaitingRoom(() => ({ all, perNetwork }), {
    reached: (limit, hostname = "all") => void reached.push(`${limit} ${hostname}`),
  });
}

function enter(room: WaitingRoom, ...hostnames: string[]): Guest[] {
  return hostnames.map((hostname) => {
    const guest = new Guest(hostname);
    room.enter(guest);
    return guest;
  });
}

const EVICTED = "too-many-unauthenticated";
const reasons = (guests: readonly Guest[]) => guests.map(({ reason }) => reason);

test("the oldest has to leave when there are too many", () => {
  const room = roomFor(3, 3);
  const guests = enter(room, "a", "b", "c", "d", "e");
  assert.deepEqual(reasons(guests), [EVICTED, EVICTED, undefined, undefined, undefined]);
  assert.equal(room.size, 3);
});

test("an address with too many loses its own oldest, and nobody else's", () => {
  const room = roomFor(100, 2);
  const [good] = enter(room, "good");
  const bad = enter(room, ...Array<string>(50).fill("bad"));
  assert.equal(good!.reason, undefined);
  assert.equal(room.size, 3);
  assert.ok(bad.slice(0, 48).every(({ reason }) => reason === EVICTED));
  assert.ok(bad.slice(48).every(({ reason }) => reason === undefined));
});

test("in a full room the oldest of the most crowded address gives way to a quiet newcomer", () => {
  const room = roomFor(6, 4);
  const [early, ...crowd] = enter(room, "early", "bad", "bad", "worse", "worse", "worse");
  const late = enter(room, "late");
  assert.deepEqual(reasons(crowd), [undefined, undefined, EVICTED, undefined, undefined]);
  // Now both have two: the one whose connection has waited longer gives way, then the other.
  late.push(...enter(room, "later"));
  assert.deepEqual(reasons(crowd), [EVICTED, undefined, EVICTED, undefined, undefined]);
  late.push(...enter(room, "latest"));
  assert.deepEqual(reasons(crowd), [EVICTED, undefined, EVICTED, EVICTED, undefined]);
  assert.deepEqual(reasons([early!, ...late]), Array(4).fill(undefined));
  assert.equal(room.size, 6);
});

test("whoever has the most in a full room makes room for himself", () => {
  const room = roomFor(4, 4);
  const [first, ...others] = enter(room, "good", "bad", "bad", "bad", "bad", "bad", "bad");
  assert.equal(first!.reason, undefined);
  assert.deepEqual(reasons(others), [...Array(3).fill(EVICTED), ...Array(3).fill(undefined)]);
});

test("of equally crowded addresses the one that has waited the longest gives way", () => {
  const room = roomFor(4, 4);
  const [first, ...others] = enter(room, "a", "b", "b", "a");
  // The address a was there first, but those of it that wait now came last.
  room.leave(first!);
  others.push(...enter(room, "a", "c"));
  assert.deepEqual(reasons(others), [EVICTED, undefined, undefined, undefined, undefined]);
});

test("a network of IPv6 is one address in a full room, however many it uses", () => {
  const room = roomFor(6, 6);
  const [early] = enter(room, "2001:db8:1::1");
  const crowd = enter(room, ...Array.from({ length: 5 }, (_, i) => `2001:db8:2::${i + 1}`));
  const late = enter(room, "2001:db8:3::1", "192.0.2.1", "2001:db8:4::1");
  assert.deepEqual(reasons(crowd), [EVICTED, EVICTED, EVICTED, undefined, undefined]);
  assert.deepEqual(reasons([early!, ...late]), Array(4).fill(undefined));
});

test("a process at its limit closes half of the silent ones as if the room were full", () => {
  const room = roomFor(100, 100);
  const [good, ...bad] = enter(room, "good", "bad", "bad", "bad", "bad");
  room.makeRoom();
  assert.deepEqual(reasons(bad), [EVICTED, EVICTED, EVICTED, undefined]);
  assert.equal(good!.reason, undefined);
  room.makeRoom();
  room.makeRoom();
  assert.equal(room.size, 0);
  room.makeRoom();
});

test("a process at its limit closes no connection that has sent a valid packet", () => {
  const room = roomFor(100, 100);
  const guests = enter(room, "a", "a", "a", "a", "a");
  guests[0]!.hasVerified = guests[1]!.hasVerified = true;
  for (let count = 0; count < 5; count++) room.makeRoom();
  assert.deepEqual(reasons(guests), [undefined, undefined, EVICTED, EVICTED, EVICTED]);
  assert.equal(room.size, 2);
});

test("silent newcomers of any address displace no connection that has sent a valid packet", () => {
  const room = roomFor(4, 2);
  const [own, ...others] = enter(room, "bad", "good", "better");
  for (const guest of [own!, ...others]) guest.hasVerified = true;
  const silent = enter(room, ...Array<string>(50).fill("bad"), ..."abcdefgh");
  assert.deepEqual(reasons([own!, ...others]), [undefined, undefined, undefined]);
  assert.equal(reasons(silent).filter((reason) => reason === undefined).length, 4);
});

test("those that have sent a valid packet are bounded as well, and the oldest of them is closed", () => {
  const room = roomFor(3, 2);
  const verified: Guest[] = [];
  for (const hostname of ["a", "a", "a", "b", "c"]) {
    verified.push(...enter(room, hostname));
    verified.at(-1)!.hasVerified = true;
  }
  enter(room, "d");
  assert.deepEqual(reasons(verified), [EVICTED, EVICTED, undefined, undefined, undefined]);
  assert.equal(room.size, 4);
});

test("those that have sent a valid packet leave, and are told when the room is cleared", () => {
  const room = roomFor(3, 3);
  const [first, second] = enter(room, "a", "a");
  first!.hasVerified = second!.hasVerified = true;
  enter(room, "a");
  room.leave(first!);
  room.clear(new LimitError("listener-closed", "closed"));
  assert.deepEqual(reasons([first!, second!]), [undefined, "listener-closed"]);
});

test("all networks of one site make room for others, however many they are", () => {
  const room = roomFor(6, 6);
  const [early] = enter(room, "2001:db8:1::1");
  const crowd = enter(room, ...Array.from({ length: 5 }, (_, i) => `2001:db8:2:${i + 1}::1`));
  const late = enter(room, "2001:db8:3::1", "192.0.2.1", "2001:db8:4::1");
  assert.deepEqual(reasons(crowd), [EVICTED, EVICTED, EVICTED, undefined, undefined]);
  assert.deepEqual(reasons([early!, ...late]), Array(4).fill(undefined));
});

test("of one site, the network that has the most makes room", () => {
  const room = roomFor(4, 4);
  const crowd = enter(room, "192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.3");
  enter(room, "198.51.100.1");
  assert.deepEqual(reasons(crowd), [undefined, EVICTED, undefined, undefined]);
});

test("a network that is exempt has no limit of its own, and makes room for others", () => {
  const room = roomFor(4, 2);
  const guests = Array.from({ length: 4 }, () => new Guest("192.0.2.1"));
  for (const guest of guests) {
    guest.isExempt = true;
    room.enter(guest);
  }
  assert.deepEqual(reasons(guests), Array(4).fill(undefined));
  assert.deepEqual(room.used, { all: 4, perNetwork: 4 });
  enter(room, "198.51.100.1");
  assert.deepEqual(reasons(guests), [EVICTED, undefined, undefined, undefined]);
  assert.deepEqual(reached, ["max-unauthenticated all"]);
});

test("each limit that is reached is reported by its name, and one of a network with the network", () => {
  const room = roomFor(3, 2);
  enter(room, "a", "a", "a", "b", "c");
  assert.deepEqual(reached, ["max-unauthenticated-per-network a", "max-unauthenticated all"]);
});

test("limits that become lower make room at the next connection", () => {
  let all = 5;
  const room = new WaitingRoom(() => ({ all, perNetwork: all }), { reached() {} });
  const guests = enter(room, "a", "a", "a", "a");
  all = 2;
  enter(room, "a");
  assert.deepEqual(reasons(guests), [EVICTED, EVICTED, EVICTED, undefined]);
});

test("one network of IPv6 is one address", () => {
  const room = roomFor(100, 2);
  const guests = enter(room, "2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1");
  assert.deepEqual(reasons(guests), [EVICTED, undefined, undefined, undefined]);
});

test("who has left makes room", () => {
  const room = roomFor(2, 2);
  const [first, second] = enter(room, "a", "a");
  room.leave(first!);
  room.leave(first!);
  const [third] = enter(room, "a");
  assert.deepEqual(reasons([first!, second!, third!]), [undefined, undefined, undefined]);
  assert.equal(room.size, 2);
});

test("with a limit of one the newcomer stays", () => {
  const room = roomFor(1, 1);
  const guests = enter(room, "a", "a", "b");
  assert.deepEqual(reasons(guests), [EVICTED, EVICTED, undefined]);
  assert.equal(room.size, 1);
});

test("all are told when the room is cleared, also those who leave while they are told", () => {
  const room = roomFor(10, 10);
  const guests = enter(room, "a", "b", "c");
  for (const guest of guests) {
    const end = guest.end.bind(guest);
    guest.end = (reason) => {
      room.leave(guest);
      end(reason);
    };
  }
  room.clear(new LimitError("listener-closed", "closed"));
  assert.deepEqual(reasons(guests), Array(3).fill("listener-closed"));
  assert.equal(room.size, 0);
});
