/**
 * Which input a client wants. Source: arcan `platform/posix/frameserver.c`, `arcan_lua.c`,
 * `inputcap`.
 *
 * @module
 */

import { DATATYPE, DEVICE_KIND, INPUT_KINDS } from "../../wire/event/input.ts";
import type { InputEventInput } from "../../wire/event/types.ts";

/** What a client does not want; bits of devices and of data, as INPUTMASK has them. */
export interface InputMask {
  /** A set of `DEVICE_KIND`. */
  readonly devices: number;
  /** A set of `DATATYPE`. */
  readonly types: number;
}

/** Which input a client takes. */
export interface InputCapabilities {
  /** Keyboards. */
  readonly keyboard: boolean;
  /** Game devices. */
  readonly game: boolean;
  /** Mice. */
  readonly mouse: boolean;
  /** Touch displays, and what they send. */
  readonly touch: boolean;
  /** Lights. */
  readonly led: boolean;
  /** Eye trackers. */
  readonly eyetracker: boolean;
  /** Axes. */
  readonly analog: boolean;
  /** Buttons. */
  readonly digital: boolean;
  /** Keys. */
  readonly translated: boolean;
  /** What eye trackers send. */
  readonly eyes: boolean;
}

/** Whether a client does not want an input event. */
export function isMasked(event: InputEventInput, mask: InputMask): boolean {
  const defaults: { readonly devkind: number; readonly datatype?: number } =
    INPUT_KINDS[event.kind].defaults;
  const device = event.devkind ?? defaults.devkind;
  const type = event.datatype ?? defaults.datatype ?? 0;
  return (device & mask.devices) !== 0 || (type & mask.types) !== 0;
}

/**
 * Which input a client takes.
 *
 * DEVIATION: upstream says the opposite of each, and shows game devices in the place of mice
 * (test "inputCapabilities: true is what the client takes").
 */
export function capabilitiesOf({ devices, types }: InputMask): InputCapabilities {
  return {
    keyboard: (devices & DEVICE_KIND.keyboard) === 0,
    game: (devices & DEVICE_KIND.game) === 0,
    mouse: (devices & DEVICE_KIND.mouse) === 0,
    touch: (devices & DEVICE_KIND.touch) === 0 && (types & DATATYPE.touch) === 0,
    led: (devices & DEVICE_KIND.led) === 0,
    eyetracker: (devices & DEVICE_KIND.eyes) === 0,
    analog: (types & DATATYPE.analog) === 0,
    digital: (types & DATATYPE.digital) === 0,
    translated: (types & DATATYPE.translated) === 0,
    eyes: (types & DATATYPE.eyes) === 0,
  };
}
