/**
 * Input on its way to a client: moves of the mouse are joined, everything else keeps its order.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { KeyInput } from "./keyboard.ts";
import { partsOf } from "./parts.ts";
import type { Position } from "./pointer.ts";
import type { ViewSocket } from "./view_socket.ts";

/** A long text goes in several messages, as there is a limit for each. */
const PASTE_UNITS = 100_000;

/** A modifier that is held for the next key. */
export type Sticky = "ctrl" | "alt" | "shift" | "meta";
/** A key by its name or its character. */
export type NamedKey = string | number | { readonly character: string };

export class ClientInput {
  /** The first segment of the client, which gets all input. */
  segment = 0;
  /** Whether the link allows input. */
  isAllowed = false;
  /** What the keys on the screen hold for the next key. */
  readonly held = signal<readonly Sticky[]>([]);
  readonly #socket: ViewSocket;
  #wanted: Position | undefined;
  #sent: Position = { x: 0, y: 0 };
  #frame = 0;

  constructor(socket: ViewSocket) {
    this.#socket = socket;
  }

  /** Holds a modifier for the next key, or no longer. */
  hold(modifier: Sticky): void {
    const held = this.held.value;
    this.held.value = held.includes(modifier)
      ? held.filter((each) => each !== modifier)
      : [...held, modifier];
  }

  /** What a terminal sends. */
  typed(data: string): void {
    if (this.#pressHeld(data)) return;
    if (this.isAllowed) this.#socket.send({ type: "typed", segment: this.segment, data });
  }

  /** Text of an input method. */
  text(text: string): void {
    if (text !== "" && !this.#pressHeld(text)) this.#call("typeText", text);
  }

  paste(text: string): void {
    for (const part of partsOf(text, PASTE_UNITS)) this.#call("paste", part);
  }

  /** Presses and releases a key. */
  press(key: NamedKey, modifiers: readonly Sticky[] = []): void {
    const held = this.held.value.filter((each) => !modifiers.includes(each));
    this.held.value = [];
    this.#call("pressKey", key, [...modifiers, ...held]);
  }

  keys(inputs: readonly KeyInput[]): void {
    for (const input of inputs) this.#call("targetInput", input);
  }

  /** Moves the mouse, at most once a picture of the screen. */
  move(position: Position): void {
    this.#wanted = position;
    this.#flushSoon();
  }

  /** @param button As clients number them. */
  button(button: number, active: boolean): void {
    this.#call("targetInput", {
      kind: "digital",
      translated: false,
      mouse: true,
      subid: button,
      active,
    });
  }

  wheel(steps: number): void {
    if (steps !== 0) this.#call("wheel", steps);
  }

  /** Moves the mouse by so much, from wherever it is; parts of a pixel add up. */
  relative(dx: number, dy: number): void {
    const from = this.#sent;
    const to = { x: from.x + dx, y: from.y + dy };
    this.#sent = to;
    const [byX, byY] = [
      Math.round(to.x) - Math.round(from.x),
      Math.round(to.y) - Math.round(from.y),
    ];
    if (byX !== 0) this.#axis(0, byX, Math.round(to.x));
    if (byY !== 0) this.#axis(1, byY, Math.round(to.y));
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
  }

  /** One character with what is held is a key. */
  #pressHeld(text: string): boolean {
    const [character, ...more] = text;
    if (this.held.value.length === 0 || character === undefined || more.length > 0) return false;
    if (character < " " || character === "\x7f") return false;
    this.press(character >= "a" && character <= "z" ? character : { character });
    return true;
  }

  #axis(subid: number, by: number, to: number): void {
    const samples = [by, Math.max(-0x7fff, Math.min(to, 0x7fff))];
    this.#call("targetInput", { kind: "analog", mouse: true, relative: true, subid, samples });
  }

  #call(verb: string, ...args: unknown[]): void {
    if (!this.isAllowed) return;
    this.#flush();
    this.#socket.send({ type: "call", segment: this.segment, verb, args });
  }

  #flushSoon(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#socket.isFast) this.#flush();
      else this.#flushSoon();
    });
  }

  /** What happens at a place happens after the mouse is there. */
  #flush(): void {
    const position = this.#wanted;
    if (position === undefined || !this.isAllowed) return;
    this.#wanted = undefined;
    this.#sent = position;
    const args = [position.x, position.y];
    this.#socket.send({ type: "call", segment: this.segment, verb: "moveMouse", args });
  }
}
