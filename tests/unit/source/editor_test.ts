import assert from "node:assert/strict";
import { Editor } from "../../../lib/source/editor.ts";
import type { EditKey } from "../../../lib/source/keys.ts";
import { keystrokeOf } from "../../../lib/source/keys.ts";
import { decodeEvent, encodeEvent } from "../../../lib/wire/event/event.ts";
import type { InputEventInput } from "../../../lib/wire/event/types.ts";
import { KEYSYMS } from "../../../lib/wire/keysyms.ts";

const NONE = { permissions: "none" } as const;

function typed(...strokes: (string | { key: EditKey })[]): [text: string, row: number, at: number] {
  const editor = new Editor();
  for (const stroke of strokes) editor.type(typeof stroke === "string" ? { text: stroke } : stroke);
  return [editor.lines.map((line) => line.join("")).join("\n"), editor.row, editor.column];
}

const key = (name: EditKey) => ({ key: name });
const CASES: readonly [name: string, result: ReturnType<typeof typed>, expected: unknown][] = [
  ["text", typed("a", "ö", "👍"), ["aö👍", 0, 3]],
  ["newline", typed("ab", key("left"), key("newline"), "c"), ["a\ncb", 1, 1]],
  ["backspace", typed("abc", key("left"), key("backspace")), ["ac", 0, 1]],
  ["backspace joins lines", typed("a", key("newline"), key("backspace"), "b"), ["ab", 0, 2]],
  ["backspace at the start", typed(key("backspace"), "a"), ["a", 0, 1]],
  ["delete", typed("abc", key("home"), key("delete")), ["bc", 0, 0]],
  [
    "delete joins lines",
    typed("a", key("newline"), "b", key("up"), key("delete"), key("delete")),
    ["a", 0, 1],
  ],
  ["delete at the end", typed("a", key("delete")), ["a", 0, 1]],
  ["tab", typed("a", key("tab"), "b"), ["a   b", 0, 5]],
  ["left over a line", typed("a", key("newline"), key("left"), "b"), ["ab\n", 0, 2]],
  [
    "right over a line",
    typed("a", key("newline"), "b", key("up"), key("right"), key("right"), "c"),
    ["a\nbc", 1, 2],
  ],
  ["right at the end", typed("a", key("right"), "b"), ["ab", 0, 2]],
  ["up to a shorter line", typed("a", key("newline"), "bcd", key("up"), "e"), ["ae\nbcd", 0, 2]],
  ["up and down at the edges", typed(key("up"), key("down"), "a"), ["a", 0, 1]],
  ["home and end", typed("bc", key("home"), "a", key("end"), "d"), ["abcd", 0, 4]],
];

for (const [name, result, expected] of CASES) {
  Deno.test(`editor: ${name}`, NONE, () => assert.deepEqual(result, expected));
}

Deno.test("editor: what is typed beyond its bounds costs no memory", NONE, () => {
  const editor = new Editor();
  for (let i = 0; i < 5_000; i++) editor.type({ text: "x" });
  assert.equal(editor.lines[0]!.length, 4_096);
  for (let i = 0; i < 1_500; i++) editor.type({ key: "newline" });
  assert.deepEqual([editor.lines.length, editor.row, editor.column], [1_000, 999, 0]);
  editor.clear();
  assert.deepEqual([editor.lines, editor.row, editor.column], [[[]], 0, 0]);
  for (const text of ["a".repeat(4_000), "b".repeat(4_000)]) {
    editor.type({ text });
    editor.type({ key: "newline" });
  }
  editor.type({ key: "up" });
  editor.type({ key: "backspace" });
  assert.equal(editor.lines.length, 3, "lines that would be too long are not joined");
});

function stroke(event: Omit<InputEventInput<"translated">, "category" | "kind">) {
  const bytes = new Uint8Array(128);
  encodeEvent({ category: "input", kind: "translated", active: true, ...event }, bytes);
  const decoded = decodeEvent(bytes);
  assert(decoded.category === "input" && decoded.kind === "translated");
  return keystrokeOf(decoded);
}

Deno.test("keys: text counts before the symbol, and a symbol alone makes no text", NONE, () => {
  assert.deepEqual(stroke({ utf8: "ä", keysym: KEYSYMS.a }), { text: "ä" });
  assert.deepEqual(stroke({ utf8: "b", keysym: KEYSYMS.return }), { text: "b" });
  assert.equal(stroke({ keysym: KEYSYMS.a }), undefined);
  assert.equal(stroke({ utf8: "a", active: false }), undefined);
  assert.equal(stroke({ utf8: "\x1b", keysym: KEYSYMS.escape }), undefined);
});

Deno.test("keys: the same key with and without its control character", NONE, () => {
  for (
    const [name, utf8] of [["return", "\r"], ["return", "\n"], ["backspace", "\b"], [
      "backspace",
      "\x7f",
    ], ["tab", "\t"]] as const
  ) {
    assert.deepEqual(stroke({ utf8 }), stroke({ keysym: KEYSYMS[name] }));
  }
  const names = ["left", "right", "up", "down", "home", "end", "delete"] as const;
  for (const name of names) assert.deepEqual(stroke({ keysym: KEYSYMS[name] }), { key: name });
  assert.deepEqual(stroke({ keysym: KEYSYMS.kp_enter }), { key: "newline" });
});
