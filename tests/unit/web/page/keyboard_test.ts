import assert from "node:assert/strict";
import { Keyboard, type KeyReport } from "../../../../lib/web/page/keyboard.ts";
import { KEYSYMS, MODIFIERS } from "../../../../lib/wire/keysyms.ts";
import { pure } from "../../../support/pure.ts";

function report(key: string, code: string, more: Partial<KeyReport> = {}, states: string[] = []) {
  return {
    key,
    code,
    repeat: false,
    isComposing: false,
    keyCode: 0,
    ctrlKey: false,
    altKey: false,
    shiftKey: false,
    metaKey: false,
    states,
    // That of browsers needs its event, too.
    getModifierState(name: string) {
      return this.states.includes(name);
    },
    ...more,
  };
}

/** Symbol, modifiers, text, and whether it goes down. */
function brief(keyboard: Keyboard, ...reports: [method: "down" | "up", KeyReport][]) {
  return reports.flatMap(([method, each]) => keyboard[method](each).inputs).map(
    ({ keysym, modifiers, utf8, active }) => [keysym, modifiers, utf8, active],
  );
}

pure("a letter has its symbol, its text and the number of its place", () => {
  const keyboard = new Keyboard(false, false);
  const { inputs, isTaken } = keyboard.down(report("a", "KeyA"));
  assert.ok(isTaken);
  assert.deepEqual(inputs, [{
    kind: "digital",
    translated: true,
    keysym: KEYSYMS.a,
    modifiers: 0,
    subid: 30,
    number: 30,
    utf8: "a",
    active: true,
  }]);
  const [released] = keyboard.up(report("a", "KeyA")).inputs;
  assert.deepEqual([released?.keysym, released?.utf8, released?.active], [KEYSYMS.a, "", false]);
});

pure("what a layout makes of a key counts, not its place", () => {
  const keyboard = new Keyboard(false, false);
  assert.deepEqual(brief(keyboard, ["down", report("z", "KeyY")]), [[KEYSYMS.z, 0, "z", true]]);
  assert.deepEqual(brief(keyboard, ["down", report("ö", "Semicolon")]), [[0xf6, 0, "ö", true]]);
  // No symbol has this letter, so the place gives one.
  assert.deepEqual(brief(keyboard, ["down", report("с", "KeyC")]), [[KEYSYMS.c, 0, "с", true]]);
  assert.deepEqual(brief(keyboard, ["down", report("€", "KeyE")]), [[KEYSYMS.e, 0, "€", true]]);
});

pure("Ctrl with a letter has no text, in any script", () => {
  const keyboard = new Keyboard(false, false);
  const ctrl = { ctrlKey: true };
  assert.deepEqual(
    brief(
      keyboard,
      ["down", report("Control", "ControlLeft", ctrl)],
      ["down", report("с", "KeyC", ctrl)],
      ["up", report("с", "KeyC", ctrl)],
      ["up", report("Control", "ControlLeft")],
    ),
    [
      [KEYSYMS.lctrl, 0, "", true],
      [KEYSYMS.c, MODIFIERS.lctrl, "", true],
      [KEYSYMS.c, MODIFIERS.lctrl, "", false],
      [KEYSYMS.lctrl, 0, "", false],
    ],
  );
});

pure("right Alt that makes characters is no modifier, also where it comes as Ctrl and Alt", () => {
  const keyboard = new Keyboard(false, false);
  const both = { ctrlKey: true, altKey: true };
  assert.deepEqual(
    brief(
      keyboard,
      ["down", report("Control", "ControlLeft", { ctrlKey: true })],
      ["down", report("AltGraph", "AltRight", both, ["AltGraph"])],
      ["down", report("@", "KeyQ", both, ["AltGraph"])],
      ["up", report("@", "KeyQ", both, ["AltGraph"])],
    ),
    [
      [KEYSYMS.lctrl, 0, "", true],
      [KEYSYMS.lctrl, 0, "", false],
      [KEYSYMS.at, 0, "@", true],
      [KEYSYMS.at, 0, "", false],
    ],
  );
});

pure("Option of a Mac makes characters, Command none", () => {
  const keyboard = new Keyboard(false, true);
  assert.deepEqual(brief(keyboard, ["down", report("å", "KeyA", { altKey: true })]), [
    [0xe5, 0, "å", true],
  ]);
  const [, pressed] = brief(
    keyboard,
    ["down", report("Meta", "MetaLeft", { metaKey: true })],
    ["down", report("c", "KeyC", { metaKey: true })],
  );
  assert.deepEqual(pressed, [KEYSYMS.c, MODIFIERS.lmeta, "", true]);
  // No report says that C was released.
  assert.deepEqual(
    brief(keyboard, ["up", report("Meta", "MetaLeft")]).map(([keysym, , , active]) => [
      keysym,
      active,
    ]),
    [[KEYSYMS.c, false], [0xe5, false], [KEYSYMS.lmeta, false]],
  );
});

pure("dead keys and input methods are left to the browser", () => {
  const keyboard = new Keyboard(false, false);
  for (
    const each of [
      report("Dead", "Equal"),
      report("Process", "KeyA", { keyCode: 229 }),
      report("a", "KeyA", { isComposing: true }),
      report("Unidentified", ""),
    ]
  ) assert.deepEqual(keyboard.down(each), { inputs: [], isTaken: false });
  assert.deepEqual(brief(keyboard, ["down", report("é", "KeyE")]), [[0xe9, 0, "é", true]]);
});

pure("a key that repeats is pressed again with the mark of a repeat, and released once", () => {
  const keyboard = new Keyboard(false, false);
  const repeat = { repeat: true };
  assert.deepEqual(
    brief(
      keyboard,
      ["down", report("ArrowUp", "ArrowUp")],
      ["down", report("ArrowUp", "ArrowUp", repeat)],
      ["up", report("ArrowUp", "ArrowUp")],
      ["up", report("ArrowUp", "ArrowUp")],
    ),
    [
      [KEYSYMS.up, 0, "", true],
      [KEYSYMS.up, MODIFIERS.repeat, "", true],
      [KEYSYMS.up, 0, "", false],
    ],
  );
});

pure("what is held is released when the keyboard goes elsewhere, modifiers last", () => {
  const keyboard = new Keyboard(false, false);
  keyboard.down(report("Shift", "ShiftRight", { shiftKey: true }));
  keyboard.down(report("X", "KeyX", { shiftKey: true }));
  assert.deepEqual(
    keyboard.releaseAll().map(({ keysym, active }) => [keysym, active]),
    [[KEYSYMS.x, false], [KEYSYMS.rshift, false]],
  );
  assert.deepEqual(keyboard.releaseAll(), []);
});

pure("a modifier that was released elsewhere is released before the next key", () => {
  const keyboard = new Keyboard(false, false);
  assert.deepEqual(
    brief(
      keyboard,
      ["down", report("Alt", "AltLeft", { altKey: true })],
      ["down", report("a", "KeyA")],
    ),
    [[KEYSYMS.lalt, 0, "", true], [KEYSYMS.lalt, 0, "", false], [KEYSYMS.a, 0, "a", true]],
  );
});

pure("keys of the number pad are those or what they mean without Num Lock", () => {
  const keyboard = new Keyboard(false, false);
  const num = ["NumLock"];
  assert.deepEqual(
    brief(
      keyboard,
      ["down", report("7", "Numpad7", {}, num)],
      ["down", report("Home", "Numpad7")],
      ["down", report("Enter", "NumpadEnter")],
      ["down", report("+", "NumpadAdd")],
    ),
    [
      [KEYSYMS.kp7, MODIFIERS.num, "7", true],
      [KEYSYMS.home, 0, "", true],
      [KEYSYMS.kp_enter, 0, "\r", true],
      [KEYSYMS.kp_plus, 0, "+", true],
    ],
  );
});

pure("a remote desktop gets symbols of X for characters and names for the others", () => {
  const keyboard = new Keyboard(true, false);
  const taken = (each: KeyReport) =>
    keyboard.down(each).inputs.map(({ keysym, subid }) => [keysym, subid]);
  assert.deepEqual(taken(report("ß", "Minus")), [[0, 0xdf]]);
  assert.deepEqual(taken(report("A", "KeyA", { shiftKey: true })), [[0, 0x41]]);
  assert.deepEqual(taken(report("€", "KeyE")), [[0, 0x20ac]]);
  assert.deepEqual(taken(report("F5", "F5")), [[KEYSYMS.f5, 0]]);
  assert.deepEqual(taken(report("с", "KeyC", { ctrlKey: true })), [[0, KEYSYMS.c]]);
});
