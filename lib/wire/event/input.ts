/**
 * The field tables of input events (category 2).
 *
 * Offsets are within the 128-byte event. All kinds have the same head; the rest depends on the kind
 * number at 0 and, for buttons, on the datatype at 8. Source: arcan `shmif_event.h`.
 *
 * @module
 */

import { bool8, f32, f32x3, i16, i16x4, string, text, u16, u32, u64, u8 } from "../fields.ts";

/** The bit of every device kind. */
export const DEVICE_KIND = {
  keyboard: 1,
  mouse: 2,
  game: 4,
  touch: 8,
  led: 16,
  eyes: 32,
  status: 64,
} as const;

/** The bit of every datatype. */
export const DATATYPE = { analog: 1, digital: 2, translated: 4, touch: 8, eyes: 16 } as const;

/** The flag bits of an input event. */
export const INPUT_FLAG = { gesture: 1, enter: 2, leave: 4 } as const;

/** `subid` of a mouse button. */
export const MOUSE_BUTTON = { left: 1, right: 2, middle: 3, wheelUp: 4, wheelDown: 5 } as const;

const HEAD = {
  devkind: u32(4),
  datatype: u32(8),
  label: text(12, 16),
  flags: u8(28),
  devid: u16(30),
  subid: u16(32),
  dst: u32(36),
  pts: u64(40),
};

/** The number and the fields of every input kind; `defaults` replace fields that are left out. */
export const INPUT_KINDS = {
  /** A key: its text, or its symbol and modifiers. */
  translated: {
    number: 0,
    layout: {
      ...HEAD,
      utf8: string(48, 5, "cut"),
      active: bool8(53),
      scancode: u8(54),
      keysym: u32(56),
      modifiers: u16(60),
    },
    defaults: { devkind: DEVICE_KIND.keyboard, datatype: DATATYPE.translated },
  },

  /** A button of a mouse or a game device. */
  digital: {
    number: 0,
    layout: { ...HEAD, active: bool8(48) },
    defaults: { devkind: DEVICE_KIND.mouse, datatype: DATATYPE.digital },
  },

  /**
   * Axes of a mouse or a game device; the first `count` values are valid. Of each pair the first value
   * is relative if `relative` is set, otherwise absolute, and the second is the other one. With `subid`
   * 2 the pairs are x and y.
   */
  analog: {
    number: 1,
    layout: {
      ...HEAD,
      relative: bool8(48),
      count: u8(49),
      values: i16x4(50),
      active: bool8(58),
    },
    defaults: { devkind: DEVICE_KIND.mouse, datatype: DATATYPE.analog },
  },

  /** One finger; positions in surface pixels. */
  touch: {
    number: 2,
    layout: {
      ...HEAD,
      active: bool8(48),
      x: i16(50),
      y: i16(52),
      pressure: f32(56),
      size: f32(60),
      tiltX: u16(64),
      tiltY: u16(66),
      tool: u8(68),
    },
    defaults: { devkind: DEVICE_KIND.touch, datatype: DATATYPE.touch },
  },

  /** A device was added (action 0), removed (1) or blocked (2). */
  status: {
    number: 3,
    layout: {
      ...HEAD,
      action: u8(48),
      statusDevkind: u8(49),
      devref: u16(50),
      domain: u8(52),
    },
    defaults: { devkind: DEVICE_KIND.status },
  },

  /** An eye tracker. */
  eyes: {
    number: 4,
    layout: {
      ...HEAD,
      headPosition: f32x3(48),
      headAngle: f32x3(60),
      x1: f32(72),
      y1: f32(76),
      x2: f32(80),
      y2: f32(84),
      blinkLeft: bool8(88),
      blinkRight: bool8(89),
      present: bool8(90),
    },
    defaults: { devkind: DEVICE_KIND.eyes, datatype: DATATYPE.eyes },
  },
} as const;
