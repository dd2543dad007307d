/**
 * The shapes of input tables: what handlers get and what they give.
 *
 * @module
 */

/** A key: the text that it makes, or its symbol and modifiers. */
export interface IoKey {
  /** Tells it apart, with `translated`. */
  readonly kind: "digital";
  /** The input label that it is bound to. */
  readonly label?: string;
  /** Always set. */
  readonly digital: true;
  /** Tells it from a button. */
  readonly translated: true;
  /** Always set. */
  readonly keyboard: true;
  /** The scan code, low 8 bits. */
  readonly number: number;
  /** The key symbol, SDL 1.2 numbers. */
  readonly keysym: number;
  /** The bits of the modifiers held. */
  readonly modifiers: number;
  /** The device. */
  readonly devid: number;
  /** The platform's key code. */
  readonly subid: number;
  /** The text that it makes, one code point or none. */
  readonly utf8: string;
  /** Pressed, not released. */
  readonly active: boolean;
  /** Always the same. */
  readonly device: "translated";
}

/** A button of a mouse or a game device. */
export interface IoButton {
  /** Tells it apart, with `translated`. */
  readonly kind: "digital";
  /** The input label that it is bound to. */
  readonly label?: string;
  /** Always set. */
  readonly digital: true;
  /** Tells it from a key. */
  readonly translated: false;
  /** Set for a mouse. */
  readonly mouse?: true;
  /** Set for anything but a mouse. */
  readonly joystick?: true;
  /** Which device. */
  readonly source: "mouse" | "joystick";
  /** The device. */
  readonly devid: number;
  /** The button; 1 left, 2 right, 3 middle, 4 and 5 the wheel. */
  readonly subid: number;
  /** Pressed, not released. */
  readonly active: boolean;
}

/** Axes of a mouse or a game device. */
export interface IoAnalog {
  /** Tells it apart. */
  readonly kind: "analog";
  /** The input label that it is bound to. */
  readonly label?: string;
  /** Always set. */
  readonly analog: true;
  /** Set for a mouse. */
  readonly mouse?: true;
  /** Which device. */
  readonly source: "mouse" | "joystick";
  /** The device. */
  readonly devid: number;
  /** The axis; for a mouse 0 x, 1 y, 2 both. */
  readonly subid: number;
  /** Always set. */
  readonly active: true;
  /** Whether the first value of a pair is the relative one. */
  readonly relative: boolean;
  /** Up to four values; surface pixels for a mouse. */
  readonly samples: readonly number[];
}

/** One finger on a touch display. */
export interface IoTouch {
  /** Tells it apart. */
  readonly kind: "touch";
  /** The input label that it is bound to. */
  readonly label?: string;
  /** Always set. */
  readonly touch: true;
  /** The device. */
  readonly devid: number;
  /** The finger. */
  readonly subid: number;
  /** How hard, in the units of the device. */
  readonly pressure: number;
  /** Touching, not lifted. */
  readonly active: boolean;
  /** How large, in the units of the device. */
  readonly size: number;
  /** Surface pixels from the left. */
  readonly x: number;
  /** Surface pixels from the top. */
  readonly y: number;
}

/** What an eye tracker saw. */
export interface IoEyes {
  /** Tells it apart. */
  readonly kind: "eyes";
  /** The input label that it is bound to. */
  readonly label?: string;
  /** Always set. */
  readonly eyes: true;
  /** The device. */
  readonly devid: number;
  /** The eye tracker's part. */
  readonly subid: number;
  /** Position of the head from left to right, in the units of the device. */
  readonly head_x: number;
  /** Position of the head from top to bottom. */
  readonly head_y: number;
  /** Distance of the head. */
  readonly head_z: number;
  /** Angle of the head around the first axis, in the units of the device. */
  readonly head_rx: number;
  /** Angle of the head around the second axis. */
  readonly head_ry: number;
  /** Angle of the head around the third axis. */
  readonly head_rz: number;
  /** Where the first eye looks, from the left, in the units of the device. */
  readonly x1: number;
  /** Where the first eye looks, from the top. */
  readonly y1: number;
  /** Where the second eye looks, from the left. */
  readonly x2: number;
  /** Where the second eye looks, from the top. */
  readonly y2: number;
  /** Whether a person is there. */
  readonly present: boolean;
  /** Whether the left eye is closed. */
  readonly blink_left: boolean;
  /** Whether the right eye is closed. */
  readonly blink_right: boolean;
}

/** A device came or went. */
export interface IoStatus {
  /** Tells it apart. */
  readonly kind: "status";
  /** Always set. */
  readonly status: true;
  /** The device. */
  readonly devid: number;
  /** The part of the device. */
  readonly subid: number;
  /** The kind of device. */
  readonly devkind: "keyboard" | "mouse" | "game" | "touch" | "eyetracker" | "led" | "broken";
  /** Its name. */
  readonly label: string;
  /** Its number where it is attached. */
  readonly devref: number;
  /** Which part of the system reports it. */
  readonly domain: "platform" | "led" | "unknown-report";
  /** What happened. */
  readonly action: "added" | "removed" | "blocked";
}

/** Input as a handler gets it: the third argument of the kind `input`. */
export type IoTable = IoKey | IoButton | IoAnalog | IoTouch | IoEyes | IoStatus;

/** What every table that a handler gives may have. */
export interface IoInputHead {
  /** The input label; cut at 15 bytes. */
  readonly label?: string;
  /** Whether the label names a gesture. */
  readonly gesture?: boolean;
  /** When it happened, in milliseconds since the connection; 0 for now. */
  readonly pts?: number;
}

/** The fields of `T` that a handler may leave out. */
export type IoLoose<T, Needed extends keyof T> =
  & IoInputHead
  & Pick<T, Needed>
  & { readonly [K in Exclude<keyof T, Needed | keyof IoInputHead>]?: T[K] };

/** A button as a handler gives it; a game device unless `mouse` is set. */
export type IoButtonInput =
  & Omit<IoLoose<IoButton, "kind">, "mouse" | "joystick" | "source">
  & { readonly mouse?: boolean; readonly joystick?: boolean; readonly source?: string };

/** Axes as a handler gives them; a game device unless `mouse` is set. */
export type IoAnalogInput =
  & Omit<IoLoose<IoAnalog, "kind" | "samples">, "mouse" | "source">
  & {
    readonly mouse?: boolean;
    readonly source?: string;
    /** Whether the pointer left the surface. */
    readonly leave?: boolean;
  };

/** Input as a handler gives it: every {@linkcode IoTable}, and less. */
export type IoInput =
  | IoLoose<IoKey, "kind" | "translated">
  | IoButtonInput
  | IoAnalogInput
  | IoLoose<IoTouch, "kind">
  | IoLoose<IoEyes, "kind">
  | IoLoose<IoStatus, "kind" | "devkind" | "action" | "domain">;
