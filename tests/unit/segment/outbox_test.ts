import assert from "node:assert/strict";
import {
  CLIENT_QUEUE_EVENTS,
  CLIENT_TICK_MS,
  EVENT_BURST,
  EVENT_PACE_MS,
  EVENT_PROBE_LOST_MS,
  EVENT_PROBE_REPEAT_MS,
  EVENT_TRICKLE_MS,
  EVENTS_PER_PROBE,
  MAX_EVENTS_UNCONFIRMED,
  MAX_EVENTS_UNDER_WAY,
  MAX_PROBES_IGNORED,
} from "../../../lib/limits.ts";
import type { WireEvent } from "../../../lib/wire/event/types.ts";
import { decodeEvent } from "../../../lib/wire/event/event.ts";
import { APPLICATION, Fixture, TERMINAL } from "../../support/segment_fixture.ts";

const pure = { permissions: "none" } as const;
/** What the queue between a source and its client holds; see `PP_QUEUE_SZ` of the reference. */
const QUEUE_EVENTS = 126;
const ONE_PIXEL = {
  command: "videoframe",
  stream: 1,
  format: 0,
  width: 1,
  height: 1,
  surfaceWidth: 1,
  surfaceHeight: 1,
  x: 0,
  y: 0,
  flags: 0,
  length: 4,
  expandedLength: 4,
  commit: true,
} as const;
const PROBE_REQUEST = { category: "external", kind: "segreq", segkind: 24, id: 0x2c0c0 } as const;

/** A client of libarcan_tui behind a source that throws away what does not fit its queue. */
class Terminal {
  readonly fixture = new Fixture({ kind: TERMINAL });
  readonly source = this.fixture.source;
  readonly taken: WireEvent[] = [];
  #queue: (WireEvent | "tick")[] = [];
  #tickedMs = 0;
  #isPaused = false;
  isStopped = false;
  /** How many events it takes in a millisecond. */
  speed = Infinity;
  /** Whether what it says reaches nobody for now. */
  isUnheard = false;
  readonly #unheard: (() => void)[] = [];
  /** Whether it answers the label that it has announced. */
  answers = true;
  thrownAway = 0;
  most = 0;

  constructor() {
    const label = "COPY_WINDOW";
    this.fixture.event({ category: "external", kind: "labelhint", label, datatype: 2 });
    this.fixture.deliver();
  }

  /** Time passes in steps of a millisecond; the source reads all the time, the client if it runs. */
  pass(durationMs: number): void {
    for (let ms = 0; ms < durationMs; ms++) {
      this.fixture.pass(1);
      this.#receive();
      for (
        ;
        this.#tickedMs + CLIENT_TICK_MS <= this.fixture.nowMs;
        this.#tickedMs += CLIENT_TICK_MS
      ) {
        if (this.#queue.length < QUEUE_EVENTS) this.#queue.push("tick");
      }
      if (!this.isStopped) this.#run();
    }
  }

  /** Something that it shows is seen. */
  draw(): void {
    this.fixture.tree.output.alive();
    this.fixture.fill();
  }

  #receive(): void {
    this.fixture.session.outputBytes = 0;
    for (const sent of this.fixture.session.sent.splice(0)) {
      if (sent.type !== "event") continue;
      if (this.#queue.length >= QUEUE_EVENTS) this.thrownAway++;
      else this.#queue.push(decodeEvent(sent.event));
    }
    this.most = Math.max(this.most, this.#queue.length);
  }

  #run(): void {
    for (const event of this.#queue.splice(0, this.speed)) {
      if (event === "tick") continue;
      if (event.category === "target" && event.kind === "pause") this.#isPaused = true;
      if (event.category === "target" && event.kind === "unpause") this.#isPaused = false;
      if (this.#isPaused) continue;
      const isProbe = event.category === "input" && event.kind === "translated" &&
        new TextDecoder().decode(event.label) === "COPY_WINDOW";
      if (!isProbe) this.taken.push(event);
      else if (this.answers) this.#unheard.push(() => this.fixture.event(PROBE_REQUEST));
    }
    if (this.isUnheard) return;
    for (const say of this.#unheard.splice(0)) say();
    this.fixture.deliver();
    this.fixture.fill();
  }

  /** The text of the keys that it has taken. */
  get typed(): string {
    return this.taken.map((event) =>
      event.category === "input" && event.kind === "translated" && event.active ? event.utf8 : ""
    ).join("");
  }
}

function text(length: number): string {
  return Array.from({ length }, (_, i) => String(i % 10)).join("");
}

for (const stopMs of [300, 1_000, 3_000, 20_000]) {
  Deno.test(
    `input: a terminal that stands still for ${stopMs} ms loses none of it`,
    pure,
    async () => {
      const terminal = new Terminal();
      const typed = terminal.source.typeText(text(4_000));
      const pasted = terminal.source.paste(text(8_000));
      for (const beforeMs of [700, 2_500]) {
        terminal.pass(beforeMs);
        terminal.isStopped = true;
        terminal.pass(stopMs);
        terminal.isStopped = false;
      }
      terminal.pass(10_000);
      assert.equal(terminal.typed, text(4_000) + text(8_000));

      assert.deepEqual([await typed, await pasted], [true, true]);
      const requests = terminal.fixture.statuses.filter(({ kind }) => kind === "segment_request");
      assert.deepEqual(requests, [], "answers to questions are no requests");
    },
  );
}

Deno.test(
  "input: a terminal that has stood still for long gets what was typed meanwhile",
  pure,
  () => {
    const terminal = new Terminal();
    terminal.pass(100);
    terminal.isStopped = true;
    terminal.pass(10_000);
    for (const word of ["one ", "two ", "three"]) {
      assert.ok(terminal.source.typeText(word) instanceof Promise);
      terminal.pass(5_000);
    }
    assert.equal(terminal.typed, "");
    terminal.isStopped = false;
    terminal.pass(2 * EVENT_PROBE_REPEAT_MS + 100);
    assert.equal(terminal.typed, "one two three");
  },
);

Deno.test("input: a slow terminal that stops again and again loses nothing", pure, () => {
  // In a run that follows a stop of over a second it gets at least through its queue.
  for (
    const [stopMs, leastMs] of [[50, 5], [300, 5], [800, 5], [1_100, 130], [2_200, 130]] as const
  ) {
    const terminal = new Terminal();
    terminal.speed = 1;
    void terminal.source.paste(text(4_000));
    for (let runMs: number = leastMs; runMs < leastMs + 200; runMs += 15) {
      terminal.isStopped = true;
      terminal.pass(stopMs);
      terminal.isStopped = false;
      terminal.pass(runMs);
    }
    terminal.pass(10_000);
    assert.equal(terminal.typed, text(4_000), `${stopMs} ms`);
  }
});

Deno.test("input: answers that are heard a second late do no harm", pure, () => {
  const terminal = new Terminal();
  void terminal.source.paste(text(4_000));
  for (let round = 0; round < 5; round++) {
    terminal.pass(53);
    terminal.isUnheard = true;
    terminal.pass(17);
    terminal.isStopped = true;
    terminal.pass(1_000);
    terminal.isUnheard = false;
    terminal.isStopped = false;
    terminal.pass(1);
    terminal.isStopped = true;
    terminal.pass(3_000);
    terminal.isStopped = false;
  }
  terminal.pass(10_000);
  assert.equal(terminal.typed, text(4_000));
});

Deno.test("input: a single key is sent at once, also after a pause", pure, () => {
  const terminal = new Terminal();
  for (const pauseMs of [0, 1, 500, 2_000]) {
    terminal.pass(pauseMs);
    assert.equal(terminal.source.pressKey("a"), true);
    terminal.pass(1);
    terminal.draw();
  }
  assert.equal(terminal.typed, "aaaa");
});

Deno.test("input: a terminal gets no fewer events than one burst a pace", pure, () => {
  const terminal = new Terminal();
  void terminal.source.paste(text(100 * EVENT_BURST));
  terminal.pass(100 * EVENT_PACE_MS);
  const share = terminal.typed.length / (100 * EVENT_BURST);
  assert.ok(share >= EVENTS_PER_PROBE / (EVENTS_PER_PROBE + 1) - 0.01, `${share} of the speed`);
});

Deno.test(
  "input: events under way, and the clock of a silent client, stay below its queue",
  pure,
  () => {
    const terminal = new Terminal();
    terminal.isStopped = true;
    void terminal.source.paste(text(1_000));
    terminal.pass(900);
    assert.ok(terminal.most >= MAX_EVENTS_UNDER_WAY);
    assert.equal(terminal.thrownAway, 0);
    // What came late finds less room.
    const late = new Terminal();
    late.pass(1);
    late.isStopped = true;
    late.pass(1_000);
    void late.source.paste(text(1_000));
    late.pass(10);
    const ticks = 1_000 / CLIENT_TICK_MS;
    assert.ok(late.most <= CLIENT_QUEUE_EVENTS + 2 && late.most > ticks, `${late.most}`);
  },
);

Deno.test("input: an answer that is lost holds up for a while, not for ever", pure, () => {
  const terminal = new Terminal();
  void terminal.source.paste(text(500));
  terminal.answers = false;
  terminal.pass(100);
  terminal.answers = true;
  const typed = terminal.typed.length;
  terminal.pass(EVENT_PROBE_LOST_MS - 200);
  assert.equal(terminal.typed.length, typed);
  terminal.pass(3 * EVENT_PROBE_REPEAT_MS + 200);
  assert.equal(terminal.typed, text(500));
});

Deno.test(
  "input: a terminal that does not answer, but draws, is typed into all the same",
  pure,
  () => {
    const terminal = new Terminal();
    terminal.answers = false;
    void terminal.source.paste(text(500));
    for (let ms = 0; ms < (MAX_PROBES_IGNORED + 4) * EVENT_PROBE_REPEAT_MS; ms += 100) {
      terminal.pass(100);
      terminal.draw();
    }
    assert.equal(terminal.typed, text(500));
  },
);

Deno.test("input: what a paused terminal does not answer holds up nothing", pure, () => {
  const terminal = new Terminal();
  void terminal.source.suspendTarget();
  for (let i = 0; i < 100; i++) void terminal.source.targetSeek(1);
  terminal.pass(5_000);
  assert.equal(terminal.source.resumeTarget(), true);
  void terminal.source.typeText("on");
  terminal.pass(10);
  assert.equal(terminal.typed, "on");
});

Deno.test("input: the label of a handler is answered to the handler", pure, () => {
  const terminal = new Terminal();
  const requests = () =>
    terminal.fixture.statuses.filter(({ kind }) => kind === "segment_request").length;
  void terminal.source.paste(text(100));
  terminal.source.targetInput({
    kind: "digital",
    translated: true,
    label: "COPY_WINDOW",
    active: true,
  });
  void terminal.source.paste(text(100));
  terminal.pass(1_000);
  assert.equal(terminal.typed, text(100).repeat(2));
  assert.equal(requests(), 1);
  terminal.fixture.event(PROBE_REQUEST);
  terminal.fixture.deliver();
  assert.equal(requests(), 2, "one that answers nothing is a request");
});

Deno.test("input: a terminal that takes no keys is asked nothing", pure, () => {
  const terminal = new Terminal();
  terminal.fixture.event({ category: "external", kind: "inputmask", device: 1, types: 0 });
  for (let i = 0; i < 200; i++) void terminal.source.targetSeek(1);
  terminal.fixture.drain();
  const events = terminal.fixture.takeEvents();
  assert.ok(events.every(({ category }) => category === "target"));
});

Deno.test(
  "input: other clients get a burst for each sign of life, and a trickle without",
  pure,
  () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const { session, tree } = fixture;
    fixture.pass(1_000);
    session.sent.length = 0;
    void fixture.source.paste(text(1_000));
    assert.equal(session.sent.length, MAX_EVENTS_UNCONFIRMED);
    fixture.pass(3_000);
    const trickled = 3_000 / EVENT_TRICKLE_MS;
    assert.equal(session.sent.length, MAX_EVENTS_UNCONFIRMED + trickled);
    assert.ok(2 * MAX_EVENTS_UNCONFIRMED + trickled <= QUEUE_EVENTS);
    tree.output.alive();
    fixture.fill();
    assert.equal(session.sent.length, 2 * MAX_EVENTS_UNCONFIRMED + trickled);
    for (let i = 0; i < 5; i++) {
      tree.output.alive();
      fixture.fill();
    }
    assert.equal(session.sent.length, 2 * MAX_EVENTS_UNCONFIRMED + trickled, "not more a pace");
    fixture.pass(EVENT_PACE_MS);
    assert.equal(session.sent.length, 3 * MAX_EVENTS_UNCONFIRMED + trickled);
  },
);

Deno.test("input: a video frame is a sign of life, a packet of the source is none", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.pass(1_000);
  fixture.session.sent.length = 0;
  void fixture.source.paste(text(1_000));
  fixture.pass(EVENT_PACE_MS);
  fixture.control({ command: "ping", stream: 0 });
  fixture.fill();
  assert.equal(fixture.session.sent.length, MAX_EVENTS_UNCONFIRMED);
  fixture.control(ONE_PIXEL);
  fixture.fill();
  assert.ok(fixture.session.sent.length >= 2 * MAX_EVENTS_UNCONFIRMED);
});

Deno.test("input: it waits for the socket as well", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const { session } = fixture;
  session.outputBytes = 65_536;
  const sent = fixture.source.pressKey("a");
  assert.ok(sent instanceof Promise);
  fixture.pass(60_000);
  assert.deepEqual(session.sent, [], "a client that does not read gets no more");
  fixture.drain();
  assert.equal(session.sent.length, 2);
});
