/**
 * What fingers do: a tap is a click, a long tap a click of the right button, one finger drags, and two
 * fingers scroll.
 *
 * @module
 */

/** What to give to a client; positions as they came in. */
export type Gesture =
  | { readonly kind: "move"; readonly x: number; readonly y: number }
  | { readonly kind: "press" | "release"; readonly button: "left" | "right" }
  /** How far two fingers have moved. */
  | { readonly kind: "scroll"; readonly dx: number; readonly dy: number };

/** How long a finger rests for a long tap. */
export const LONG_TAP_MS = 500;
/** How far a finger trembles without moving. */
const SLOP_PX = 10;

interface Finger {
  readonly x: number;
  readonly y: number;
}

type State = "idle" | "resting" | "dragging" | "scrolling" | "done";

export class Gestures {
  readonly #fingers = new Map<number, Finger>();
  #state: State = "idle";
  #start: Finger = { x: 0, y: 0 };
  #deadlineMs: number | undefined;

  /** When {@linkcode tick} is to be called, on the clock of the calls. */
  get deadlineMs(): number | undefined {
    return this.#deadlineMs;
  }

  down(id: number, x: number, y: number, nowMs: number): Gesture[] {
    this.#fingers.set(id, { x, y });
    if (this.#state === "idle") {
      this.#state = "resting";
      this.#start = { x, y };
      this.#deadlineMs = nowMs + LONG_TAP_MS;
      return [];
    }
    if (this.#fingers.size !== 2 || this.#state === "done") return [];
    const released: Gesture[] = this.#state === "dragging" ? [left("release")] : [];
    this.#deadlineMs = undefined;
    this.#state = "scrolling";
    this.#start = this.#middle();
    return [...released, { kind: "move", ...this.#start }];
  }

  move(id: number, x: number, y: number): Gesture[] {
    if (!this.#fingers.has(id)) return [];
    this.#fingers.set(id, { x, y });
    switch (this.#state) {
      case "resting": {
        if (Math.hypot(x - this.#start.x, y - this.#start.y) <= SLOP_PX) return [];
        this.#deadlineMs = undefined;
        this.#state = "dragging";
        return [{ kind: "move", ...this.#start }, left("press"), { kind: "move", x, y }];
      }
      case "dragging":
        return [{ kind: "move", x, y }];
      case "scrolling": {
        const from = this.#start;
        this.#start = this.#middle();
        return [{ kind: "scroll", dx: this.#start.x - from.x, dy: this.#start.y - from.y }];
      }
      default:
        return [];
    }
  }

  up(id: number): Gesture[] {
    if (!this.#fingers.delete(id)) return [];
    const was = this.#state;
    this.#deadlineMs = undefined;
    this.#state = this.#fingers.size === 0 ? "idle" : "done";
    if (was === "resting") {
      return [{ kind: "move", ...this.#start }, left("press"), left("release")];
    }
    return was === "dragging" ? [left("release")] : [];
  }

  /** The browser takes the fingers for itself. */
  cancel(): Gesture[] {
    const released: Gesture[] = this.#state === "dragging" ? [left("release")] : [];
    this.#fingers.clear();
    this.#deadlineMs = undefined;
    this.#state = "idle";
    return released;
  }

  /** Time has passed. */
  tick(nowMs: number): Gesture[] {
    if (this.#deadlineMs === undefined || nowMs < this.#deadlineMs) return [];
    this.#deadlineMs = undefined;
    this.#state = "done";
    return [
      { kind: "move", ...this.#start },
      { kind: "press", button: "right" },
      { kind: "release", button: "right" },
    ];
  }

  #middle(): Finger {
    const fingers = [...this.#fingers.values()];
    const sum = (of: (finger: Finger) => number) =>
      fingers.reduce((total, finger) => total + of(finger), 0) / fingers.length;
    return { x: sum(({ x }) => x), y: sum(({ y }) => y) };
  }
}

function left(kind: "press" | "release"): Gesture {
  return { kind, button: "left" };
}
