/**
 * Keyboard, mouse and fingers over a client of pixels.
 *
 * @module
 */

import type { ClientInput } from "./client_input.ts";
import { type Gesture, Gestures } from "./gestures.ts";
import { Keyboard, type KeyOutcome } from "./keyboard.ts";
import { buttonNumber, type Size, toPicture, WheelSteps } from "./pointer.ts";

/** How far two fingers move for a step of the wheel. */
const PX_A_STEP = 24;
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
  const pressed = new Set<number>();
  const steps = new WheelSteps();
  const isLocked = () => document.pointerLockElement === surface;
  const release = () => {
    for (const button of pressed) input.button(button, false);
    pressed.clear();
  };
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    if (isLocked()) return input.relative(Math.round(event.movementX), Math.round(event.movementY));
    moveTo(place, input, event.clientX, event.clientY);
  }, { signal });
  // Pointer events tell of the first button alone; those of the mouse of each.
  surface.addEventListener("mousedown", (event) => {
    event.preventDefault();
    keys.focus({ preventScroll: true });
    const button = buttonNumber(event.button);
    if (button === undefined) return;
    if (!isLocked()) moveTo(place, input, event.clientX, event.clientY);
    pressed.add(button);
    input.button(button, true);
  }, { signal });
  globalThis.addEventListener("mouseup", (event) => {
    const button = buttonNumber(event.button);
    if (button === undefined || !pressed.delete(button)) return;
    event.preventDefault();
    if (!isLocked()) moveTo(place, input, event.clientX, event.clientY);
    input.button(button, false);
  }, { signal });
  // A drag goes on outside of the picture.
  globalThis.addEventListener("mousemove", (event) => {
    if (pressed.size === 0 || isLocked() || surface.contains(event.target as Node)) return;
    moveTo(place, input, event.clientX, event.clientY);
  }, { signal });
  surface.addEventListener("wheel", (event) => {
    if (event.ctrlKey && !keys.matches(":focus")) return;
    event.preventDefault();
    if (!isLocked()) moveTo(place, input, event.clientX, event.clientY);
    input.wheel(steps.add(event.deltaY || event.deltaX, event.deltaMode));
  }, { signal, passive: false });
  surface.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  globalThis.addEventListener("blur", release, { signal });
  signal.addEventListener("abort", release);
}

function connectFingers(place: PixelPlace, input: ClientInput, signal: AbortSignal): void {
  const { surface, keys } = place;
  const gestures = new Gestures();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let rest = 0;
  const give = (made: readonly Gesture[]) => {
    for (const gesture of made) {
      switch (gesture.kind) {
        case "move":
          moveTo(place, input, gesture.x, gesture.y);
          break;
        case "scroll": {
          if (place.scroll(-gesture.dx, -gesture.dy)) break;
          rest -= gesture.dy / PX_A_STEP;
          const whole = Math.trunc(rest);
          rest -= whole;
          input.wheel(whole);
          break;
        }
        default:
          input.button(gesture.button === "left" ? LEFT : RIGHT, gesture.kind === "press");
      }
    }
    clearTimeout(timer);
    const { deadlineMs } = gestures;
    if (deadlineMs === undefined) return;
    timer = setTimeout(
      () => give(gestures.tick(performance.now())),
      deadlineMs - performance.now(),
    );
  };
  const on = (type: "pointerdown" | "pointermove" | "pointerup" | "pointercancel") =>
    surface.addEventListener(type, (event) => {
      if (event.pointerType !== "touch") return;
      event.preventDefault();
      const { pointerId, clientX, clientY } = event;
      if (type === "pointerdown") {
        surface.setPointerCapture(pointerId);
        give(gestures.down(pointerId, clientX, clientY, performance.now()));
      } else if (type === "pointermove") give(gestures.move(pointerId, clientX, clientY));
      else if (type === "pointerup") give(gestures.up(pointerId));
      else give(gestures.cancel());
    }, { signal });
  on("pointerdown");
  on("pointermove");
  on("pointerup");
  on("pointercancel");
  surface.addEventListener("touchend", (event) => {
    // A tap would make clicks of a mouse, and has to come from the user to open the keyboard.
    if (event.cancelable) event.preventDefault();
    if (matchMedia("(pointer: coarse)").matches && keys.dataset["wanted"] === "true") keys.focus();
  }, { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    give(gestures.cancel());
  });
}

function moveTo(place: PixelPlace, input: ClientInput, x: number, y: number): void {
  const area = place.surface.getBoundingClientRect();
  place.onPointer(x - area.left, y - area.top);
  input.move(toPicture(x, y, area, place.size()));
}
