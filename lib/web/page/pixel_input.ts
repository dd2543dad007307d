/**
 * Keyboard, mouse and fingers over a client of pixels.
 *
 * @module
 */

import type { ClientInput } from "./client_input.ts";
import { FingerSteps, watchFingers } from "./fingers.ts";
import { Keyboard, type KeyOutcome } from "./keyboard.ts";
import { buttonChanges, type Size, toPicture, WheelSteps } from "./pointer.ts";

const LEFT = 1;
const RIGHT = 2;

/** What the input needs of the place where the client is shown. */
export interface PixelPlace {
  /** The element that is as large as the picture is shown. */
  readonly surface: HTMLElement;
  /** Takes keys and what input methods make. */
  readonly keys: HTMLTextAreaElement;
  /** The size of the picture in pixels of the client. */
  size(): Size;
  /** Moves the picture where it is larger than the window. @returns Whether it could. */
  scroll(dx: number, dy: number): boolean;
  /** A key goes down; `true` when the page takes it for itself. */
  onKey(event: KeyboardEvent): boolean;
  /** Where the mouse is, in CSS pixels of the surface. */
  onPointer(x: number, y: number): void;
}

/** Connects a place to a client. @param signal Ends it. */
export function connectInput(
  place: PixelPlace,
  input: ClientInput,
  isRemote: boolean,
  signal: AbortSignal,
): void {
  const keyboard = new Keyboard(isRemote, /^Mac|^iP/.test(navigator.platform));
  connectKeys(place, input, keyboard, signal);
  connectMouse(place, input, signal);
  connectFingers(place, input, signal);
}

function connectKeys(
  { keys, onKey }: PixelPlace,
  input: ClientInput,
  keyboard: Keyboard,
  signal: AbortSignal,
): void {
  const take = (event: KeyboardEvent, { inputs, isTaken }: KeyOutcome) => {
    input.keys(inputs);
    if (isTaken) event.preventDefault();
  };
  const release = () => input.keys(keyboard.releaseAll());
  let isComposing = false;
  keys.addEventListener("keydown", (event) => {
    if (onKey(event)) return;
    take(event, keyboard.down(event));
  }, { signal });
  keys.addEventListener("keyup", (event) => take(event, keyboard.up(event)), { signal });
  keys.addEventListener("compositionstart", () => isComposing = true, { signal });
  keys.addEventListener("compositionend", ({ data }) => {
    isComposing = false;
    keys.value = "";
    input.text(data);
  }, { signal });
  // Keyboards on glass report no keys, only what they change.
  keys.addEventListener("input", (event) => {
    if (isComposing || !(event instanceof InputEvent) || event.isComposing) return;
    keys.value = "";
    if (event.inputType === "deleteContentBackward") input.press("backspace");
    else if (event.inputType === "insertLineBreak") input.press("return");
    else if (event.inputType === "insertText") input.text(event.data ?? "");
  }, { signal });
  keys.addEventListener("paste", (event) => {
    event.preventDefault();
    input.paste(event.clipboardData?.getData("text/plain") ?? "");
  }, { signal });
  keys.addEventListener("blur", release, { signal });
  globalThis.addEventListener("blur", release, { signal });
  document.addEventListener("visibilitychange", release, { signal });
  signal.addEventListener("abort", release);
}

function connectMouse(place: PixelPlace, input: ClientInput, signal: AbortSignal): void {
  const { surface, keys } = place;
  const steps = new WheelSteps();
  let pressed = 0;
  const isLocked = () => document.pointerLockElement === surface;
  const press = (buttons: number) => {
    for (const { button, active } of buttonChanges(pressed, buttons)) input.button(button, active);
    pressed = buttons;
  };
  // Positions of these events have fractions, those of a mouse have not: they miss pixels of a picture.
  const onPointer = (event: PointerEvent) => {
    if (event.pointerType === "touch") return;
    if (event.type === "pointerdown") {
      keys.focus({ preventScroll: true });
      // A drag goes on outside of the picture.
      surface.setPointerCapture(event.pointerId);
    }
    if (isLocked()) input.relative(event.movementX, event.movementY);
    else moveTo(place, input, event.clientX, event.clientY);
    // With one button down, others come and go with moves.
    press(event.buttons);
  };
  for (const type of ["pointerdown", "pointermove", "pointerup"] as const) {
    surface.addEventListener(type, onPointer, { signal });
  }
  surface.addEventListener("pointercancel", () => press(0), { signal });
  // No selection, no menu, and no way back to another page by the mouse.
  for (const type of ["mousedown", "mouseup", "contextmenu", "auxclick"] as const) {
    surface.addEventListener(type, (event) => event.preventDefault(), { signal });
  }
  surface.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (!isLocked()) moveTo(place, input, event.clientX, event.clientY);
    input.wheel(steps.add(event.deltaY || event.deltaX, event.deltaMode));
  }, { signal, passive: false });
  globalThis.addEventListener("blur", () => press(0), { signal });
  signal.addEventListener("abort", () => press(0));
}

function connectFingers(place: PixelPlace, input: ClientInput, signal: AbortSignal): void {
  const { surface, keys } = place;
  const steps = new FingerSteps();
  watchFingers(surface, signal, (gesture) => {
    switch (gesture.kind) {
      case "move":
        return moveTo(place, input, gesture.x, gesture.y);
      case "scroll":
        if (!place.scroll(-gesture.dx, -gesture.dy)) input.wheel(steps.add(gesture.dy));
        return;
      default:
        input.button(gesture.button === "left" ? LEFT : RIGHT, gesture.kind === "press");
    }
  });
  surface.addEventListener("touchend", (event) => {
    // A tap would make clicks of a mouse, and has to come from the user to open the keyboard.
    if (event.cancelable) event.preventDefault();
    if (keys.dataset["wanted"] === "true") keys.focus();
  }, { signal });
}

function moveTo(place: PixelPlace, input: ClientInput, x: number, y: number): void {
  const area = place.surface.getBoundingClientRect();
  place.onPointer(x - area.left, y - area.top);
  input.move(toPicture(x, y, area, place.size()));
}
