import assert from "node:assert/strict";
import { KeyDecoder, type Typed } from "../../../../lib/handlers/view/keys.ts";
import { MAX_KEY_SEQUENCE } from "../../../../lib/limits.ts";
import { pure } from "../../../support/pure.ts";

function key(name: string | number | object, ...modifiers: string[]): Typed {
  return { kind: "key", key: name, modifiers } as Typed;
}

function mouse(action: string, button: number, col: number, row: number): Typed {
  return { kind: "mouse", action, button, col, row } as Typed;
}

const unknown = (sequence: string): Typed => ({ kind: "unknown", sequence });
const text = (typed: string): Typed => ({ kind: "text", text: typed });
const bytes = (typed: string) => new TextEncoder().encode(typed);

/** Decodes complete input. */
function decode(typed: string): Typed[] {
  const decoder = new KeyDecoder();
  return [...decoder.push(bytes(typed)), ...decoder.flush()];
}

const cases: readonly [typed: string, ...expected: Typed[]][] = [
  ["abc", text("abc")],
  ["é漢👍", text("é漢👍")],
  ["\r", key("return")],
  ["\t", key("tab")],
  ["\x7f", key("backspace")],
  ["\x1b", key("escape")],
  ["\x1b\x1b", key("escape"), key("escape")],
  ["\x00", key("space", "ctrl")],
  ["\x01", key(97, "ctrl")],
  ["\x03", key(99, "ctrl")],
  ["\x1a", key(122, "ctrl")],
  ["\x1c", key(92, "ctrl")],
  ["\x1d", key(93, "ctrl")],
  ["\x1f", key(95, "ctrl")],
  ["\x1b[A", key("up")],
  ["\x1b[1;5D", key("left", "ctrl")],
  ["\x1b[1;8C", key("right", "shift", "alt", "ctrl")],
  ["\x1bOH", key("home")],
  ["\x1b[F", key("end")],
  ["\x1b[3~", key("delete")],
  ["\x1b[5;2~", key("pageup", "shift")],
  ["\x1bOP", key("f1")],
  ["\x1b[15~", key("f5")],
  ["\x1b[24;3~", key("f12", "alt")],
  ["\x1b[Z", key("tab", "shift")],
  ["\x1bOM", key("kp_enter")],
  ["\x1bx", key(120, "alt")],
  ["\x1bX", key(120, "shift", "alt")],
  ["\x1b.", key(46, "alt")],
  ["\x1bł", key({ character: "ł" }, "alt")],
  ["\x1bб", key({ character: "б" }, "alt")],
  ["\x1bλ", key({ character: "λ" }, "alt")],
  ["\x1b漢x", key({ character: "漢" }, "alt"), text("x")],
  ["\x1b👍", key({ character: "👍" }, "alt")],
  ["\x1bé", key(233, "alt")],
  ["\x1b\x9b", unknown("\x1b\x9b")],
  ["\x1b\r", key("return", "alt")],
  ["\x1b\x01", key(97, "ctrl", "alt")],
  ["\x1b[", key(91, "alt")],
  ["\x1b[[A", key("f1")],
  ["\x1b[[B", key("f2")],
  ["\x1b[[C", key("f3")],
  ["\x1b[[D", key("f4")],
  ["\x1b[[E", key("f5")],
  ["\x1b[[F", unknown("\x1b[[F")],
  ["\x1b[[", unknown("\x1b[[")],
  ["\x1b[?62;4c", unknown("\x1b[?62;4c")],
  ["\x1b[<0;10;5M", mouse("press", 0, 9, 4)],
  ["\x1b[<2;1;1m", mouse("release", 2, 0, 0)],
  ["\x1b[<32;3;4M", mouse("move", 0, 2, 3)],
  ["\x1b[<65;3;4M", mouse("wheel", 1, 2, 3)],
  ["\x1b[<16;0;0M", mouse("press", 0, 0, 0)],
  ["\x1b[99~", unknown("\x1b[99~")],
  ["\x1b_Gi=31;OK\x1b\\", { kind: "answer", text: "Gi=31;OK" }],
  ["\x1b]11;rgb:0/0/0\x07", unknown("\x1b]11;rgb:0/0/0\x07")],
  ["a\x1b[Ab\x03c", text("a"), key("up"), text("b"), key(99, "ctrl"), text("c")],
  ["\x9b", unknown("\x9b")],
];

/** Sequences that are no keys; text may follow each. */
const NO_KEYS: readonly string[] = [
  // Control sequences: reports, private marks, intermediate characters in and out of order.
  "\x1b[I",
  "\x1b[M a!",
  "\x1b[?A",
  "\x1b[>0;276;0c",
  "\x1b[<999999;1;1M",
  "\x1b[1 A",
  "\x1b[?1;2$y",
  "\x1b[ 1A",
  "\x1b[97;5u",
  "\x1b[27;5;13~",
  "\x1b[12345678901234567A",
  `\x1b[${"1".repeat(5_000)}A`,
  // Unknown forms of keypad keys and modifiers.
  "\x1bOz",
  "\x1bO5P",
  // Strings of each kind with each terminator.
  ..."P]^X".split("").flatMap((kind) =>
    ["", "1$r0m", "52;c;YWJj\r\n", "é漢", "b".repeat(5_000)].flatMap((body) => [
      `\x1b${kind}${body}\x1b\\`,
      `\x1b${kind}${body}\x07`,
    ])
  ),
];

pure("a sequence that is no key is unknown, and no text", () => {
  for (const sequence of NO_KEYS) {
    for (const before of ["", "a"]) {
      const typed = decode(`${before}${sequence}x`);
      const what = JSON.stringify(sequence.slice(0, 40));
      assert.deepEqual(typed.map(({ kind }) => kind), [
        ...(before === "" ? [] : ["text"]),
        "unknown",
        "text",
      ], what);
      assert.deepEqual(typed.at(-1), text("x"), what);
      const [found] = typed.filter((one) => one.kind === "unknown");
      assert.ok(sequence.startsWith(found!.sequence.slice(0, 200)), what);
    }
  }
});

pure("a sequence without its end is unknown, and no text", () => {
  const unfinished = [
    "\x1b[1",
    "\x1b[1;",
    "\x1b[?25",
    "\x1b[ ",
    "\x1b[M",
    "\x1b[Mab",
    "\x1bO5",
    "\x1b]0;title",
    "\x1bPabc",
    "\x1b_G",
    `\x1b]${"x".repeat(10_000)}`,
  ];
  for (const sequence of unfinished) {
    const decoder = new KeyDecoder();
    const what = JSON.stringify(sequence.slice(0, 40));
    assert.deepEqual(decoder.push(bytes(sequence)), [], what);
    assert.equal(decoder.isUndecided, true, what);
    assert.deepEqual(decoder.flush().map(({ kind }) => kind), ["unknown"], what);
    assert.deepEqual(decoder.push(bytes("x")), [text("x")], "later input is text");
  }
});

pure("a sequence cut off by something else is unknown", () => {
  const cut = ["\x1b[1;", "\x1b[?25", "\x1b[ ", "\x1bO5", "\x1b]0;title", "\x1bPabc"];
  for (const sequence of cut) {
    assert.deepEqual(decode(`${sequence}\x1b[A`), [unknown(sequence), key("up")], sequence);
  }
  for (const sequence of cut.slice(0, 4)) {
    assert.deepEqual(decode(`${sequence}\ré`), [unknown(sequence), key("return"), text("é")]);
  }
});

for (const [typed, ...expected] of cases) {
  pure(`typed: ${JSON.stringify(typed)}`, () => {
    assert.deepEqual(decode(typed), expected);
  });
}

pure("input in any pieces gives the same keys", () => {
  for (const [typed, ...expected] of cases) {
    const decoder = new KeyDecoder();
    const got: Typed[] = [];
    for (const byte of bytes(typed)) got.push(...decoder.push(Uint8Array.of(byte)));
    got.push(...decoder.flush());
    // Text may arrive in several pieces.
    assert.deepEqual(joinText(got), expected, JSON.stringify(typed));
  }
});

pure("an escape waits for the rest of a sequence until flush", () => {
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.push(bytes("a\x1b")), [text("a")]);
  assert.equal(decoder.isUndecided, true);
  assert.deepEqual(decoder.push(bytes("[B")), [key("down")]);
  assert.equal(decoder.isUndecided, false);
  decoder.push(bytes("\x1b"));
  assert.deepEqual(decoder.flush(), [key("escape")]);
});

pure("an endless sequence takes bounded memory", () => {
  const decoder = new KeyDecoder();
  for (let i = 0; i < 100; i++) {
    assert.deepEqual(decoder.push(bytes((i === 0 ? "\x1b_" : "") + "x".repeat(10_000))), []);
  }
  const [given, ...rest] = decoder.flush();
  assert.ok(given?.kind === "unknown" && given.sequence.length <= MAX_KEY_SEQUENCE);
  assert.deepEqual([rest, decoder.isUndecided], [[], false]);
});

pure("the end of a long string is found wherever the input is cut", () => {
  for (const parts of [["\x1b", "\\x"], ["", "\x1b\\x"], ["\x1b\\", "x"], ["\x07", "x"]]) {
    const decoder = new KeyDecoder();
    const [first, second] = parts;
    const typed = [
      ...decoder.push(bytes(`\x1b]${"b".repeat(1_000)}${first}`)),
      ...decoder.push(bytes(second!)),
    ];
    assert.deepEqual(typed.map(({ kind }) => kind), ["unknown", "text"]);
  }
});

function joinText(typed: Typed[]): Typed[] {
  const joined: Typed[] = [];
  for (const one of typed) {
    const last = joined.at(-1);
    if (last?.kind === "text" && one.kind === "text") {
      joined[joined.length - 1] = text(last.text + one.text);
    } else joined.push(one);
  }
  return joined;
}
