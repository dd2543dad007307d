import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../../lib/errors.ts";
import { KeyDecoder } from "../../../../lib/handlers/view/keys.ts";
import { Viewer } from "../../../../lib/handlers/view/viewer.ts";
import { VIEW_SLOW_READ_MS, VIEW_WAITING_CALLS } from "../../../../lib/limits.ts";
import { AnsiScreen } from "../../../support/ansi_screen.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { FakeTimers } from "../../../support/fake_timers.ts";
import { pure } from "../../../support/pure.ts";

/** One read from a terminal. */
const PIECE_BYTES = 4_095;

/** A viewer with one client, which accepts input when the test lets it. */
class Bench {
  readonly viewer = new Viewer({ cols: 60, rows: 6 }, false);
  readonly client = new FakeClient(2);
  readonly #keys = new KeyDecoder();
  readonly #waiting: ((wasSent: boolean) => void)[] = [];
  /** Calls that may wait; further ones are refused. */
  limit = Infinity;
  typed = "";
  moves: number[][] = [];

  constructor() {
    this.viewer.add(this.client.source);
    Object.assign(this.client.source, {
      typeText: (text: string) => this.#call(() => this.typed += text),
      pressKey: () => this.#call(() => {}),
      moveMouse: (x: number, y: number) => this.#call(() => this.moves.push([x, y])),
    });
  }

  #call(take: () => unknown): Promise<boolean> {
    if (this.#waiting.length >= this.limit) {
      throw new ApiMisuseError("queue-full", "the queue is full");
    }
    take();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push(resolve);
    return promise;
  }

  /** Lets the client accept waiting calls. */
  async take(count = Infinity): Promise<void> {
    for (const resolve of this.#waiting.splice(0, count)) resolve(true);
    for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  type(text: string) {
    return this.viewer.take(this.#keys.push(new TextEncoder().encode(text)));
  }

  bar(): string {
    const screen = new AnsiScreen(60, 6);
    screen.write(this.viewer.render());
    return screen.line(5);
  }
}

pure("thousands of pasted lines are a few calls, and leaving works at once", () => {
  const bench = new Bench();
  const lines = Array.from({ length: 3_000 }, (_, i) => `line ${i}, which is not a short one\r`);
  const pasted = lines.join("");
  for (let at = 0; at < pasted.length; at += PIECE_BYTES) {
    assert.equal(bench.type(pasted.slice(at, at + PIECE_BYTES)), undefined);
    assert.equal(bench.viewer.slowDown(), undefined, "reading goes on");
  }
  assert.equal(bench.typed, pasted.replaceAll("\r", "\n"));
  assert.ok(bench.waiting < VIEW_WAITING_CALLS);
  assert.equal(bench.type("\x1dq"), "leave");
});

pure("the terminal is read slowly while much input waits", async () => {
  using timers = new FakeTimers();
  const bench = new Bench();
  for (let i = 1; i < VIEW_WAITING_CALLS; i++) bench.type("\x1b[A");
  assert.equal(bench.viewer.slowDown(), undefined);
  bench.type("\x1b[A");
  const slowed = bench.viewer.slowDown();
  assert.ok(slowed !== undefined);
  await bench.take(1);
  await slowed;
  assert.equal(bench.viewer.slowDown(), undefined);
  bench.type("\x1b[A");
  const late = bench.viewer.slowDown();
  timers.pass(VIEW_SLOW_READ_MS);
  await late;
  assert.equal(bench.type("\x1dq"), "leave", "the keys that leave are read in any case");
  await bench.take();
});

pure("dropped input is reported in the status bar", async () => {
  const bench = new Bench();
  bench.limit = 1;
  bench.type("one");
  bench.type("two");
  assert.match(bench.bar(), /client 2 takes nothing; what is typed now is not sent/);
  await bench.take();
  bench.type("three");
  assert.equal(bench.typed, "onethree");
  assert.doesNotMatch(bench.bar(), /takes nothing/);
});

pure("text and keys keep their order", () => {
  const bench = new Bench();
  const calls: unknown[] = [];
  Object.assign(bench.client.source, {
    typeText: (text: string) => !calls.push(text),
    pressKey: (key: unknown) => !calls.push(key),
  });
  bench.type("a\rb\x1b[Ac\t\x7f\x1b[B");
  assert.deepEqual(calls, ["a\nb", "up", "c\t\b", "down"]);
});

pure("of waiting mouse moves only the last one is sent", async () => {
  const bench = new Bench();
  void bench.client.showPixels(60, 10, new Uint8Array(60 * 10 * 4));
  const move = (col: number) => bench.type(`\x1b[<35;${col};1M`);
  for (let col = 1; col <= 20; col++) move(col);
  assert.equal(bench.moves.length, 1);
  await bench.take();
  assert.equal(bench.moves.length, 2);
  assert.ok(bench.moves[1]![0]! > bench.moves[0]![0]!);
  await bench.take();
  assert.equal(bench.moves.length, 2);
});
