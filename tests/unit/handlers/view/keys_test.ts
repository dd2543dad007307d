import assert from "node:assert/strict";
import { KeyDecoder, type Typed } from "../../../../lib/handlers/view/keys.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

function key(name: string | number, ...modifiers: string[]): Typed {
  return { kind: "key", key: name, modifiers } as Typed;
}

function mouse(action: string, button: number, col: number, row: number): Typed {
  return { kind: "mouse", action, button, col, row } as Typed;
}

const text = (typed: string): Typed => ({ kind: "text", text: typed });
const bytes = (typed: string) => new TextEncoder().encode(typed);

/** Decodes in one piece; nothing follows. */
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
  ["\x1b\r", key("return", "alt")],
  ["\x1b\x01", key(97, "ctrl", "alt")],
  ["\x1b[", key(91, "alt")],
  ["\x1b[?62;4c"],
  ["\x1b[<0;10;5M", mouse("press", 0, 9, 4)],
  ["\x1b[<2;1;1m", mouse("release", 2, 0, 0)],
  ["\x1b[<32;3;4M", mouse("move", 0, 2, 3)],
  ["\x1b[<65;3;4M", mouse("wheel", 1, 2, 3)],
  ["\x1b[<16;0;0M", mouse("press", 0, 0, 0)],
  ["\x1b[99~"],
  ["\x1b_Gi=31;OK\x1b\\", { kind: "answer", text: "Gi=31;OK" }],
  ["\x1b]11;rgb:0/0/0\x07"],
  ["a\x1b[Ab\x03c", text("a"), key("up"), text("b"), key(99, "ctrl"), text("c")],
  ["\x9b"],
];

for (const [typed, ...expected] of cases) {
  pure(`typed: ${JSON.stringify(typed)}`, () => {
    assert.deepEqual(decode(typed), expected);
  });
}

pure("any pieces give the same keys", () => {
  for (const [typed, ...expected] of cases) {
    const decoder = new KeyDecoder();
    const got: Typed[] = [];
    for (const byte of bytes(typed)) got.push(...decoder.push(Uint8Array.of(byte)));
    got.push(...decoder.flush());
    // Text comes as it arrives.
    assert.deepEqual(joinText(got), expected, JSON.stringify(typed));
  }
});

pure("an escape waits for what may follow, and for no longer", () => {
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.push(bytes("a\x1b")), [text("a")]);
  assert.equal(decoder.isUndecided, true);
  assert.deepEqual(decoder.push(bytes("[B")), [key("down")]);
  assert.equal(decoder.isUndecided, false);
  decoder.push(bytes("\x1b"));
  assert.deepEqual(decoder.flush(), [key("escape")]);
});

pure("a sequence without an end is given up", () => {
  const decoder = new KeyDecoder();
  const typed = decoder.push(bytes("\x1b_" + "x".repeat(300)));
  assert.equal(decoder.isUndecided, false);
  assert.deepEqual(typed[0], key(95, "alt"));
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
