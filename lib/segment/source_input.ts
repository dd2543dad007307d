/**
 * The verbs that give input to a client.
 *
 * @module
 */

import type { KeysymName } from "../wire/keysyms.ts";
import type { IoInput } from "./status_io_types.ts";
import type { InputCapabilities } from "./verbs/input_mask.ts";
import type { KeyModifier } from "./verbs/keyboard.ts";
import type { MouseButton } from "./verbs/mouse.ts";

/**
 * Input for a client. Each verb returns whether it was sent, or waits to be sent: `false` once the
 * segment has ended, for input that the client does not take (`mask_input`), and while it is paused.
 * Wrong arguments throw before anything is sent; so does each verb on a subsegment, whose input would
 * reach the primary segment (`unsafe-verb`).
 */
export interface SourceInput {
  /**
   * Sends one input event or a message (`target_input`).
   *
   * @param input A table as the kind `input` brings it, of which fields may be left out; or text as
   * for {@linkcode messageTarget}.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetInput(input: string | IoInput): boolean;

  /**
   * Sends a message (`message_target`), in as many parts as it takes.
   *
   * @param text At most 1024 bytes of UTF-8, without NUL.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  messageTarget(text: string): boolean;

  /** Which input the client takes (`input_capabilities`); all until it says `mask_input`. */
  inputCapabilities(): InputCapabilities;

  /**
   * Types a text, key by key. Not a verb of Lua.
   *
   * A long text takes its time, about 1600 keys a second: real sources throw away what does not fit
   * the queue of their client. What is sent after it comes after it.
   *
   * @param text Line ends become Return; Tab, Backspace and Escape their keys. At most 1 Mi units.
   * @returns Whether it was sent, or waits to be sent.
   * @throws {ApiMisuseError} `bad-argument` for other control characters, `unsafe-verb`.
   */
  typeText(text: string): boolean;

  /**
   * Types a text from somewhere else: as {@linkcode typeText}, with all control characters left out
   * but line ends and tabs, and twice as fast, as characters without keys. Real sources have no other
   * way to paste; each line end is a Return. Not a verb of Lua.
   *
   * @param text At most 1 Mi units.
   * @returns Whether it was sent, or waits to be sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  paste(text: string): boolean;

  /**
   * Presses and releases one key. Not a verb of Lua.
   *
   * @param key The name of an SDL 1.2 key symbol, such as `return`, `up`, `f1`, `c`, or its number.
   * @param modifiers What is held, such as `["ctrl", "shift"]`. With Shift letters become capitals;
   * what it makes of other keys is up to the keyboard, so {@linkcode typeText} is the way to them.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  pressKey(key: KeysymName | number, modifiers?: readonly KeyModifier[]): boolean;

  /**
   * Moves the mouse. Not a verb of Lua.
   *
   * @param x Pixels of the surface, from the left.
   * @param y Pixels of the surface, from the top.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  moveMouse(x: number, y: number): boolean;

  /**
   * Presses and releases a mouse button. Not a verb of Lua.
   *
   * @param button A name or a number from 1; `left` unless given.
   * @param x Where to move before, in pixels from the left; stays where it is unless given.
   * @param y Where to move before, in pixels from the top.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  clickMouse(button?: MouseButton | number, x?: number, y?: number): boolean;

  /**
   * Turns the mouse wheel. Not a verb of Lua.
   *
   * @param steps How far: above 0 down, below 0 up; at most 100.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  wheel(steps: number): boolean;
}
