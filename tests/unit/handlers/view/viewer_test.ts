import assert from "node:assert/strict";
import { usableTerminal } from "../../../../lib/handlers/view/fit.ts";
import { KeyDecoder } from "../../../../lib/handlers/view/keys.ts";
import { Viewer } from "../../../../lib/handlers/view/viewer.ts";
import { MAX_TERMINAL_SIDE, VIEW_LOG_LINES } from "../../../../lib/limits.ts";
import { AnsiScreen } from "../../../support/ansi_screen.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { tpackFrame } from "../../decoders/frames.ts";
import { Fixture, TERMINAL } from "../../../support/segment_fixture.ts";
import { pure } from "../../../support/pure.ts";

const PREFIX = "\x1d";

/** A viewer and its terminal. */
class Bench {
  readonly viewer: Viewer;
  readonly screen: AnsiScreen;

  constructor(cols = 40, rows = 6, followsSize = true) {
    this.viewer = new Viewer({ cols, rows }, followsSize);
    this.screen = new AnsiScreen(cols, rows);
  }

  client(id: number, ...lines: string[]): FakeClient {
    const client = new FakeClient(id);
    client.title = `title ${id}`;
    this.viewer.add(client.source);
    if (lines.length > 0) {
      void client.showText({ lines: lines.map((cells, row) => ({ row, cells })) });
    }
    return client;
  }

  type(typed: string) {
    const decoder = new KeyDecoder();
    return this.viewer.take(decoder.push(new TextEncoder().encode(typed)));
  }

  /** The lines on the terminal, without blanks at their ends. */
  lines(): string[] {
    this.screen.write(this.viewer.render());
    return Array.from({ length: this.screen.rows }, (_, row) => this.screen.line(row).trimEnd());
  }
}

pure("without a client the log is shown", () => {
  const bench = new Bench();
  bench.viewer.note("listening on x\nour key\n");
  assert.deepEqual(bench.lines(), [
    "listening on x",
    "our key",
    "",
    "",
    "",
    " waiting for clients         ^] q leave",
  ]);
});

pure("text of a client is drawn above the status bar that describes the client", () => {
  const bench = new Bench(60, 4);
  const client = bench.client(2, "hello", "w\x1brld");
  const lines = bench.lines();
  assert.deepEqual(lines, [
    "hello",
    "w rld",
    "",
    " client 2 terminal 5x2 title 2        ^] ? keys  ^] q leave",
  ]);
  void client.showText({ flags: 2, lines: [{ row: 0, column: 1, cells: "a" }] });
  const output = bench.viewer.render();
  assert(output.length < 100, "only changed cells are drawn");
  bench.screen.write(output);
  assert.equal(bench.screen.line(0).trimEnd(), "hallo");
});

pure("text larger than the terminal is cut off", () => {
  const bench = new Bench(10, 3);
  bench.client(2, "0123456789abc", "two", "three");
  assert.deepEqual(bench.lines().slice(0, 2), ["0123456789", "two"]);
});

pure("pixels are drawn as half blocks", () => {
  const bench = new Bench();
  const client = bench.client(2);
  assert.equal(bench.lines()[0], "client 2 has not drawn yet");
  void client.showPixels(2, 2, new Uint8Array(16).fill(255));
  const lines = bench.lines();
  assert.equal(lines[0], "▀▀");
  assert.match(lines[5]!, /^ client 2 terminal 2x2 title 2/);
});

pure("a terminal with kitty graphics gets pixels", () => {
  const bench = new Bench();
  const client = bench.client(2);
  void client.showPixels(2, 2, new Uint8Array(16).fill(255));
  bench.type("\x1b_Gi=31;OK\x1b\\");
  bench.viewer.render();
  const { width, height, rgb } = bench.viewer.takePicture()!;
  assert.deepEqual([width, height, rgb], [2, 2, new Uint8Array(12).fill(255)]);
  assert.equal(bench.viewer.takePicture(), undefined);
  assert.equal(bench.viewer.render(), "");
  assert.equal(bench.viewer.takePicture(), undefined, "the same picture is sent once");
  void client.showPixels(2, 2, new Uint8Array(16).fill(7));
  bench.viewer.render();
  assert.equal(bench.viewer.takePicture()!.rgb[0], 7);
  void client.showPixels(2, 2, new Uint8Array(16).fill(8));
  bench.viewer.render();
  bench.viewer.remove(client.source);
  assert.match(bench.viewer.render(), /_Ga=d/, "the picture is removed");
  assert.equal(bench.viewer.takePicture(), undefined);
});

pure("typed text and keys go to the client", () => {
  const bench = new Bench();
  const client = bench.client(2);
  assert.equal(bench.type("ls\r\x1b[A\x03"), undefined);
  assert.deepEqual(client.calls, [
    ["typeText", "ls\n"],
    ["pressKey", "up", []],
    ["pressKey", 99, ["ctrl"]],
  ]);
});

pure("Alt with letters of any script reaches a client of text as its terminal sent it", () => {
  const fixture = new Fixture({ kind: TERMINAL });
  const bench = new Bench();
  bench.viewer.add(fixture.source);
  for (const letter of ["ł", "Ł", "б", "λ", "漢", "👍", "é", "x", "Q", "."]) {
    bench.type(`\x1b${letter}`);
    const texts = fixture.takeEvents().flatMap((event) =>
      event.kind === "translated" && event.active ? [event.utf8] : []
    );
    assert.equal(texts.join(""), `\x1b${letter}`);
  }
});

pure("an unknown sequence is shown and not sent", () => {
  const bench = new Bench(60, 3);
  const client = bench.client(2, "text");
  bench.type("\x1b[99~");
  assert.deepEqual(client.calls, []);
  assert.equal(bench.lines()[2], " no known key, not sent: ^[[99~");
  bench.type("\x9b");
  assert.equal(bench.lines()[2], " no known key, not sent: \\x9b");
  bench.type("a");
  assert.deepEqual(client.calls, [["typeText", "a"]]);
  assert.match(bench.lines()[2]!, /^ client 2/);
});

pure("the mouse works on pixels, not on text", () => {
  const bench = new Bench(40, 6);
  const client = bench.client(2, "text");
  bench.type("\x1b[<0;1;1M");
  assert.deepEqual(client.calls, []);
  assert.equal(bench.viewer.render().includes("\x1b[?1002h"), false);
  // 80 x 20 pixels on 40 x 5 cells are 40 x 10 half blocks.
  void client.showPixels(80, 20, new Uint8Array(80 * 20 * 4).fill(9));
  assert(bench.viewer.render().includes("\x1b[?1002h\x1b[?1006h"));
  bench.type("\x1b[<0;3;2M\x1b[<0;40;5m\x1b[<65;1;1M\x1b[<0;1;6M");
  const button = { kind: "digital", translated: false, mouse: true, subid: 1 };
  assert.deepEqual(client.calls, [
    ["moveMouse", 5, 6],
    ["targetInput", { ...button, active: true }],
    ["moveMouse", 79, 18],
    ["targetInput", { ...button, active: false }],
    ["moveMouse", 1, 2],
    ["wheel", 1],
  ]);
  bench.viewer.remove(client.source);
  assert(bench.viewer.render().includes("\x1b[?1006l\x1b[?1002l"), "the mouse is released");
});

pure("prefix and q leave, also in one piece of input", () => {
  const bench = new Bench();
  const client = bench.client(2);
  assert.equal(bench.type(PREFIX), undefined);
  assert.match(bench.lines()[5]!, /q leave/);
  assert.equal(bench.type("q"), "leave");
  assert.equal(bench.type(`${PREFIX}q`), "leave");
  assert.deepEqual(client.calls, []);
});

pure("the prefix twice, or with its letter, is sent", () => {
  const bench = new Bench();
  const client = bench.client(2);
  bench.type(PREFIX + PREFIX);
  bench.type(`${PREFIX}]`);
  bench.type(`${PREFIX}zabc`);
  assert.deepEqual(client.calls, [
    ["pressKey", 93, ["ctrl"]],
    ["pressKey", 93, ["ctrl"]],
    ["typeText", "abc"],
  ]);
});

pure("prefix keys switch between clients", () => {
  const bench = new Bench();
  const [one, two, three] = [
    bench.client(2, "one"),
    bench.client(3, "two"),
    bench.client(4, "3rd"),
  ];
  assert.equal(bench.lines()[0], "one");
  const steps: [string, string][] = [["n", "two"], ["n", "3rd"], ["n", "one"], ["p", "3rd"], [
    "2",
    "two",
  ], ["9", "two"]];
  for (const [letter, shown] of steps) {
    bench.type(PREFIX + letter);
    assert.equal(bench.lines()[0], shown, letter);
  }
  assert.match(bench.lines()[5]!, /^ \[2\/3\] client 3/);
  assert.deepEqual([one, two, three].map(({ source }) => bench.viewer.isShown(source)), [
    false,
    true,
    false,
  ]);
  bench.type("x");
  assert.deepEqual(two.calls, [["typeText", "x"]]);
  bench.viewer.remove(two.source);
  assert.equal(bench.lines()[0], "3rd", "the next client is shown");
  bench.viewer.remove(three.source);
  bench.viewer.remove(one.source);
  assert.match(bench.lines()[5]!, /waiting for clients/);
});

pure("the log keeps its last lines", () => {
  const { viewer } = new Bench();
  for (let line = 1; line <= VIEW_LOG_LINES + 1; line++) viewer.note(`line ${line}`);
  assert.equal(viewer.lines.length, VIEW_LOG_LINES);
  assert.equal(viewer.lines[0], "line 2");
});

pure("keys are ignored while the log is shown", () => {
  const bench = new Bench();
  const client = bench.client(2, "screen");
  bench.viewer.note("a line");
  bench.type(`${PREFIX}l`);
  assert.equal(bench.lines()[0], "a line");
  bench.type("x");
  assert.deepEqual(client.calls, []);
  bench.type(`${PREFIX}l`);
  assert.equal(bench.lines()[0], "screen");
});

pure("a warning is shown until a key is pressed", () => {
  const bench = new Bench();
  bench.client(2, "screen");
  bench.viewer.note("disk full\n", true);
  assert.equal(bench.lines()[5], " disk full");
  bench.type("a");
  assert.match(bench.lines()[5]!, /^ client 2/);
});

pure("a client can be ended", () => {
  const bench = new Bench();
  const client = bench.client(2);
  bench.type(`${PREFIX}x`);
  assert.deepEqual(client.calls, [["deleteImage"]]);
});

pure("a client is asked for the size of the terminal once it is shown", () => {
  const bench = new Bench(40, 6);
  assert.deepEqual(bench.viewer.clientSize, { width: 320, height: 80 });
  const [one, two] = [bench.client(2), bench.client(3)];
  bench.viewer.resize({ cols: 50, rows: 11 });
  assert.deepEqual([one.calls, two.calls], [[["targetDisplayhint", 400, 160]], []]);
  bench.type(`${PREFIX}n`);
  bench.type(`${PREFIX}n`);
  assert.deepEqual([one.calls.length, two.calls], [1, [["targetDisplayhint", 400, 160]]]);
});

pure("a size is whole cells of the client", () => {
  const bench = new Bench(40, 6);
  // 320 x 160 pixels in 20 x 10 cells.
  const client = bench.client(2, ...Array.from({ length: 10 }, () => "x".repeat(20)));
  bench.viewer.resize({ cols: 30, rows: 11 });
  assert.deepEqual(client.calls, [["targetDisplayhint", 480, 160]]);
});

pure("clients with cells of any size are asked for a valid size", () => {
  const fixture = new Fixture({ kind: TERMINAL });
  const bench = new Bench(80, 24);
  bench.viewer.add(fixture.source);
  const sizes = [[8_192, 8_192], [1, 8_192], [8_192, 1], [7_000, 5_000], [640, 400]] as const;
  const grids = [[1, 1], [3, 1], [1, 3], [80, 23]] as const;
  for (const [width, height] of sizes) {
    for (const [cols, rows] of grids) {
      const lines = Array.from({ length: rows }, (_, row) => ({ row, cells: "x".repeat(cols) }));
      const fields = { surfaceWidth: width, surfaceHeight: height, width, height };
      const { header, payload } = tpackFrame({ lines }, fields);
      const { commit, ...frame } = header;
      fixture.control({ command: "videoframe", channel: 0, commit: Boolean(commit), ...frame });
      fixture.data("video", 0, payload);
      fixture.deliver();
      fixture.take();
      for (
        const size of [{ cols: 81, rows: 24 }, { cols: 1_024, rows: 40 }, { cols: 40, rows: 1_024 }]
      ) {
        bench.viewer.resize(size);
        const [hint] = fixture.takeEvents();
        assert.ok(hint?.category === "target" && hint.kind === "displayhint");
        assert.ok(hint.width >= 1 && hint.width <= 8_192, `${hint.width}`);
        assert.ok(hint.height >= 1 && hint.height <= 8_192, `${hint.height}`);
        assert.equal(typeof bench.viewer.render(), "string");
      }
    }
  }
  assert.deepEqual(fixture.faults, []);
});

pure("a terminal larger than a surface asks for the largest surface", () => {
  const bench = new Bench(1_024, 1_024);
  assert.deepEqual(bench.viewer.clientSize, { width: 8_192, height: 8_192 });
  const client = bench.client(2);
  bench.viewer.resize({ cols: 1_024, rows: 600 });
  assert.deepEqual(client.calls, [["targetDisplayhint", 8_192, 8_192]]);
});

pure("a terminal without a size counts as 80 x 24, and no terminal exceeds the limit", () => {
  const cases = [
    [0, 0, 80, 24],
    [0, 50, 80, 50],
    [100, 0, 100, 24],
    [1, 1, 1, 2],
    [65_535, 65_535, MAX_TERMINAL_SIDE, MAX_TERMINAL_SIDE],
  ] as const;
  for (const [saysCols, saysRows, cols, rows] of cases) {
    assert.deepEqual(usableTerminal({ cols: saysCols, rows: saysRows }), { cols, rows });
  }
});

pure("clients with a fixed size are asked for no other", () => {
  const bench = new Bench(40, 6, false);
  const client = bench.client(2);
  bench.viewer.resize({ cols: 50, rows: 11 });
  assert.deepEqual(client.calls, []);
});

pure("a resize draws everything again", () => {
  const bench = new Bench();
  bench.client(2, "screen");
  bench.lines();
  bench.viewer.resize({ cols: 20, rows: 3 });
  bench.screen.resize(20, 3);
  assert.deepEqual(bench.lines(), ["screen", "", " client 2 terminal 6"]);
});

pure("the cursor is where the client has it", () => {
  const bench = new Bench();
  const client = bench.client(2, "abc");
  const cell = (codePoint: number, attr = 0) => ({ codePoint, attr });
  void client.showText({ lines: [{ row: 0, cells: [cell(97), cell(98, 32), cell(99)] }] });
  bench.lines();
  assert.deepEqual(
    [bench.screen.cursor.x, bench.screen.cursor.y, bench.screen.cursor.isVisible],
    [1, 0, true],
  );
});
