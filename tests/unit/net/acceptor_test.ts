import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import {
  ACCEPT_FAILURES_IN_A_ROW,
  ACCEPT_PAUSE_MS,
  ACCEPTS_PER_TURN,
  REPORT_INTERVAL_MS,
} from "../../../lib/limits.ts";
import { Acceptor } from "../../../lib/net/acceptor.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

/** What an accept gives: a connection by its number, or an error by its code. */
type Outcome = number | string;
type Connection = Deno.TcpConn & { readonly id: number };

/** A listening socket whose queue the test fills. */
class Queue {
  readonly socket: Pick<Deno.TcpListener, "accept" | "close">;
  readonly addresses = [];
  readonly closed: number[] = [];
  readonly #outcomes: Outcome[] = [];
  #wake = Promise.withResolvers<void>();
  #isClosed = false;
  /** Fails each accept once the outcomes are used up. */
  endless: string | undefined;
  accepts = 0;

  constructor() {
    this.socket = {
      accept: () => this.#accept(),
      close: () => {
        this.#isClosed = true;
        this.#wake.resolve();
      },
    };
  }

  add(...outcomes: readonly Outcome[]): void {
    this.#outcomes.push(...outcomes);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  async #accept(): Promise<Connection> {
    this.accepts++;
    while (!this.#isClosed && this.#outcomes.length === 0 && this.endless === undefined) {
      await this.#wake.promise;
    }
    const outcome = this.#outcomes.shift() ?? this.endless;
    if (outcome === undefined) throw new Deno.errors.BadResource("closed");
    if (typeof outcome === "string") {
      throw Object.assign(new Error(`accept failed: ${outcome}`), { code: outcome });
    }
    return { id: outcome, close: () => void this.closed.push(outcome) } as unknown as Connection;
  }
}

/** An acceptor of one queue or more. */
class Rig {
  readonly log = new LogBook();
  readonly taken: number[] = [];
  readonly acceptor: Acceptor;
  lost = 0;
  roomsMade = 0;
  onTake: (id: number) => void = () => {};

  constructor(...queues: Queue[]) {
    this.acceptor = new Acceptor(queues, {
      log: this.log,
      take: (connection) => {
        const { id } = connection as Connection;
        this.onTake(id);
        this.taken.push(id);
      },
      lost: () => this.lost++,
      makeRoom: () => this.roomsMade++,
    });
  }
}

/** Lets everything run that waits for no timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

for (const code of ["ECONNABORTED", "ECONNRESET", "ENOTCONN", "EINVAL", "EPROTO", "EPERM"]) {
  test(`a connection that fails with ${code} delays no other`, async () => {
    using timers = new FakeTimers();
    const queue = new Queue();
    const rig = new Rig(queue);
    const running = rig.acceptor.run();
    for (let round = 0; round < 10; round++) {
      queue.add(...Array<string>(ACCEPT_FAILURES_IN_A_ROW - 1).fill(code), round);
    }
    await settle();
    assert.deepEqual(rig.taken, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(timers.size, 0, "no pause");
    assert.equal(rig.lost, 10 * (ACCEPT_FAILURES_IN_A_ROW - 1));
    assert.equal(rig.roomsMade, 0);
    assert.deepEqual(rig.log.lines, []);
    rig.acceptor.close();
    await running;
  });
}

test("300 resets in a row delay a login by a few milliseconds, and nobody is closed", async () => {
  using timers = new FakeTimers();
  const queue = new Queue();
  const rig = new Rig(queue);
  const running = rig.acceptor.run();
  queue.add(...Array<string>(300).fill("ENOTCONN"), 1);
  let waitedMs = 0;
  for (await settle(); rig.taken.length === 0; await settle()) {
    timers.pass(1);
    waitedMs++;
  }
  assert.ok(waitedMs <= 10, `${waitedMs} ms`);
  assert.equal(rig.roomsMade, 0);
  assert.deepEqual(rig.log.lines, []);
  rig.acceptor.close();
  await running;
});

test("an error that repeats for ever takes little of the processor, and is reported", async () => {
  using timers = new FakeTimers();
  const queue = new Queue();
  const rig = new Rig(queue);
  queue.endless = "EBADF";
  const running = rig.acceptor.run();
  for (let ms = 0; ms < 400; ms++) {
    await settle();
    timers.pass(1);
  }
  const before = queue.accepts;
  for (let ms = 0; ms < 10 * ACCEPT_PAUSE_MS; ms++) {
    await settle();
    timers.pass(1);
  }
  assert.equal(queue.accepts - before, 10 * ACCEPT_FAILURES_IN_A_ROW);
  assert.equal(rig.roomsMade, 0, "closing connections does not help");
  assert.equal(rig.log.of("accept-failed").length, 1);
  queue.endless = undefined;
  queue.add(1);
  timers.pass(ACCEPT_PAUSE_MS);
  await settle();
  assert.deepEqual(rig.taken, [1], "it goes on when the error is gone");
  rig.acceptor.close();
  await running;
});

for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]) {
  test(`${code} makes room and pauses all sockets`, async () => {
    using timers = new FakeTimers();
    const [first, second] = [new Queue(), new Queue()];
    const rig = new Rig(first, second);
    const running = rig.acceptor.run();
    first.add(code, 1);
    await settle();
    assert.equal(rig.roomsMade, 1);
    assert.deepEqual(rig.taken, []);
    // The other socket fails for the same cause, which is known by now.
    second.add(code, 2);
    await settle();
    assert.equal(rig.roomsMade, 1);
    timers.pass(ACCEPT_PAUSE_MS - 1);
    await settle();
    assert.deepEqual(rig.taken, []);
    timers.pass(1);
    await settle();
    assert.deepEqual(rig.taken.toSorted(), [1, 2]);
    assert.equal(rig.lost, 0);
    rig.acceptor.close();
    await running;
  });
}

test("a process that stays at its limit is reported once a minute", async () => {
  using clock = new FakeClock();
  using timers = new FakeTimers();
  const queue = new Queue();
  queue.endless = "EMFILE";
  const rig = new Rig(queue);
  const running = rig.acceptor.run();
  for (let pause = 0; pause < 100; pause++) {
    await settle();
    timers.pass(ACCEPT_PAUSE_MS);
  }
  const [line, ...others] = rig.log.of("accept-failed");
  assert.deepEqual(others, []);
  assert.deepEqual([line!.level, line!.fields["detail"]], ["warn", "accept failed: EMFILE"]);
  clock.nowMs += REPORT_INTERVAL_MS;
  await settle();
  timers.pass(ACCEPT_PAUSE_MS);
  await settle();
  assert.equal(rig.log.of("accept-failed").length, 2);
  rig.acceptor.close();
  timers.pass(ACCEPT_PAUSE_MS);
  await running;
});

test("a queue that never runs dry leaves others their turn", async () => {
  const queue = new Queue();
  const rig = new Rig(queue);
  let atTurn: number | undefined;
  queue.add(...Array.from({ length: 10 * ACCEPTS_PER_TURN }, (_, index) => index));
  const running = rig.acceptor.run();
  setImmediate(() => atTurn = rig.taken.length);
  await settle();
  assert.equal(rig.taken.length, 10 * ACCEPTS_PER_TURN);
  assert.ok(atTurn! <= ACCEPTS_PER_TURN, `${atTurn} before the first turn`);
  rig.acceptor.close();
  await running;
});

test("a connection that is accepted while the acceptor is closed is closed as well", async () => {
  const queue = new Queue();
  const rig = new Rig(queue);
  const running = rig.acceptor.run();
  await settle();
  queue.add(1);
  rig.acceptor.close();
  await running;
  assert.deepEqual([rig.taken, queue.closed], [[], [1]]);
});

test("a connection that cannot be taken is closed, and the next one is taken", async () => {
  const queue = new Queue();
  const rig = new Rig(queue);
  rig.onTake = (id) => {
    if (id === 1) throw new TypeError("a fault of ours");
  };
  const running = rig.acceptor.run();
  queue.add(1, 2);
  await settle();
  assert.deepEqual(queue.closed, [1]);
  assert.deepEqual(rig.taken, [2]);
  assert.deepEqual(rig.log.lines.map(({ event, fields }) => [event, fields["detail"]]), [
    ["internal-error", "a fault of ours"],
  ]);
  rig.acceptor.close();
  rig.acceptor.close();
  await running;
});
