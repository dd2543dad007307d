import assert from "node:assert/strict";
import type { PeerError } from "../../../lib/errors.ts";
import { LimitError } from "../../../lib/errors.ts";
import type { Waiting } from "../../../lib/net/waiting_room.ts";
import { WaitingRoom } from "../../../lib/net/waiting_room.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

class Guest implements Waiting {
  readonly hostname: string;
  reason: string | undefined;

  constructor(hostname: string) {
    this.hostname = hostname;
  }

  end(reason: PeerError): void {
    assert.equal(this.reason, undefined, "it is told once");
    this.reason = reason.code;
  }
}

function enter(room: WaitingRoom, ...hostnames: string[]): Guest[] {
  return hostnames.map((hostname) => {
    const guest = new Guest(hostname);
    room.enter(guest);
    return guest;
  });
}

const reasons = (guests: readonly Guest[]) => guests.map(({ reason }) => reason);

test("the oldest has to leave when there are too many", () => {
  const room = new WaitingRoom(3, 3);
  const guests = enter(room, "a", "b", "c", "d", "e");
  const evicted = "too-many-unauthenticated";
  assert.deepEqual(reasons(guests), [evicted, evicted, undefined, undefined, undefined]);
  assert.equal(room.size, 3);
});

test("an address with too many loses its own oldest, and nobody else's", () => {
  const room = new WaitingRoom(100, 2);
  const [good] = enter(room, "good");
  const bad = enter(room, ...Array<string>(50).fill("bad"));
  assert.equal(good!.reason, undefined);
  assert.equal(room.size, 3);
  assert.ok(bad.slice(0, 48).every(({ reason }) => reason === "too-many-unauthenticated"));
  assert.ok(bad.slice(48).every(({ reason }) => reason === undefined));
});

test("one network of IPv6 is one address", () => {
  const room = new WaitingRoom(100, 2);
  const guests = enter(room, "2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1");
  assert.deepEqual(reasons(guests), ["too-many-unauthenticated", undefined, undefined, undefined]);
});

test("who has left makes room", () => {
  const room = new WaitingRoom(2, 2);
  const [first, second] = enter(room, "a", "a");
  room.leave(first!);
  room.leave(first!);
  const [third] = enter(room, "a");
  assert.deepEqual(reasons([first!, second!, third!]), [undefined, undefined, undefined]);
  assert.equal(room.size, 2);
});

test("with a limit of one the newcomer stays", () => {
  const room = new WaitingRoom(1, 1);
  const guests = enter(room, "a", "a", "b");
  const evicted = "too-many-unauthenticated";
  assert.deepEqual(reasons(guests), [evicted, evicted, undefined]);
  assert.equal(room.size, 1);
});

test("all are told when the room is cleared, also those who leave while they are told", () => {
  const room = new WaitingRoom(10, 10);
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
