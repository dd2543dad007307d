/**
 * Fingers on an element, as gestures.
 *
 * @module
 */

import { type Gesture, Gestures } from "./gestures.ts";

/** How far two fingers move for a step of the wheel. */
const PX_A_STEP = 24;
const EVENTS = ["pointerdown", "pointermove", "pointerup", "pointercancel"] as const;

/** Tells what fingers do on an element. @param signal Ends it, and what is pressed then. */
export function watchFingers(
  element: HTMLElement,
  signal: AbortSignal,
  onGesture: (gesture: Gesture) => void,
): void {
  const gestures = new Gestures();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const give = (made: readonly Gesture[]) => {
    made.forEach(onGesture);
    clearTimeout(timer);
    const { deadlineMs } = gestures;
    if (deadlineMs === undefined) return;
    timer = setTimeout(
      () => give(gestures.tick(performance.now())),
      deadlineMs - performance.now(),
    );
  };
  const onPointer = (event: PointerEvent) => {
    if (event.pointerType !== "touch") return;
    event.preventDefault();
    const { type, pointerId, clientX, clientY } = event;
    if (type === "pointerdown") {
      element.setPointerCapture(pointerId);
      give(gestures.down(pointerId, clientX, clientY, performance.now()));
    } else if (type === "pointermove") give(gestures.move(pointerId, clientX, clientY));
    else if (type === "pointerup") give(gestures.up(pointerId));
    else give(gestures.cancel());
  };
  for (const type of EVENTS) element.addEventListener(type, onPointer, { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    gestures.cancel().forEach(onGesture);
  });
}

/** Steps of the wheel from what two fingers move; content follows the fingers. */
export class FingerSteps {
  #rest = 0;

  /** @param dy CSS pixels, above 0 down. @returns Whole steps, above 0 down. */
  add(dy: number): number {
    this.#rest -= dy / PX_A_STEP;
    const whole = Math.trunc(this.#rest);
    this.#rest -= whole;
    return whole;
  }
}
