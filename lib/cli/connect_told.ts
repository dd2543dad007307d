/**
 * What a sink tells a source, as lines for people and for programs.
 *
 * @module
 */

import { decodeUtf8Lenient } from "../bytes/text.ts";
import { escapeControls } from "../log.ts";
import type { SourceEvent } from "../source/endpoint.ts";
import { DISPLAY_HINT, segmentKindName } from "../wire/constants.ts";
import type { Control } from "../wire/control.ts";
import type { InputEvent, TargetEvent, WireEvent } from "../wire/event/types.ts";
import { KEYSYMS } from "../wire/keysyms.ts";

const KEYSYM_NAMES = new Map<number, string>(
  Object.entries(KEYSYMS).map(([name, number]) => [number, name]),
);

/**
 * A line for a person: what it is and the fields that say something.
 *
 * @param told What the sink told.
 */
export function describeTold(told: SourceEvent): string {
  const channel = told.type === "control" ? told.control.channel : told.channel;
  const text = told.type === "control" ? describeControl(told.control) : describeEvent(told.event);
  return channel === 0 ? text : `channel ${channel} ${text}`;
}

/**
 * A line for a program: JSON with the time, the kind, the channel, and every field of the event.
 *
 * @param time When it came.
 * @param told What the sink told.
 */
export function describeToldJson(time: Date, told: SourceEvent): string {
  const head = { time: time.toISOString() };
  if (told.type === "control") {
    const { command, channel, ...fields } = told.control;
    return jsonLine({ ...head, kind: command, channel, ...fields });
  }
  const { category, kind, ...fields } = told.event;
  const shown = category === "input" ? { kind: "input", type: kind } : { kind };
  return jsonLine({ ...head, ...shown, channel: told.channel, ...fields });
}

function jsonLine(fields: object): string {
  return escapeControls(JSON.stringify(fields, toJson));
}

function toJson(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`;
  }
  return value instanceof Uint8Array ? decodeUtf8Lenient(value) : value;
}

function describeControl(control: Control): string {
  switch (control.command) {
    case "newch":
      return `newch ${control.newChannel} ${kindName(control.segkind)} for ${control.cookie}`;
    case "shutdown":
      return `shutdown${control.lastWords === "" ? "" : ` ${quote(control.lastWords)}`}`;
    default: {
      const { command, channel: _channel, ...fields } = control;
      return withFields(command, fields);
    }
  }
}

function describeEvent(event: WireEvent): string {
  if (event.kind === "unknown") return `unknown ${event.category} kind ${event.kindNumber}`;
  if (event.category === "target") return describeTarget(event);
  if (event.category === "input") return `input ${describeInput(event)}`;
  const { category: _category, kind, ...fields } = event;
  return withFields(kind, fields);
}

function describeTarget(event: TargetEvent): string {
  switch (event.kind) {
    case "displayhint": {
      const { width, height, cellWidth, cellHeight, flags } = event;
      const size = width > 0 || height > 0 ? ` ${width}x${height}` : "";
      const cells = cellWidth > 0 || cellHeight > 0 ? ` cells ${cellWidth}x${cellHeight}` : "";
      const names = Object.entries(DISPLAY_HINT).filter(([, bit]) => (flags & bit) !== 0);
      return `displayhint${size}${cells}${names.map(([name]) => ` ${name}`).join("")}`;
    }
    case "outputhint":
      return `outputhint ${event.maxWidth}x${event.maxHeight} at ${event.rate} Hz`;
    case "fonthint":
      return `fonthint${event.sizeMm > 0 ? ` ${round(event.sizeMm)} mm` : ""}`;
    case "message":
      return `message ${quote(decodeUtf8Lenient(event.message))}${
        event.multipart ? " and more" : ""
      }`;
    case "activate":
      return "activate: draw";
    case "exit":
      return "exit: leave";
    default: {
      const { category: _category, kind, ...fields } = event;
      return withFields(kind, fields);
    }
  }
}

function describeInput(event: InputEvent): string {
  switch (event.kind) {
    case "translated": {
      const name = KEYSYM_NAMES.get(event.keysym) ?? `${event.keysym}`;
      // deno-lint-ignore no-control-regex -- the text of Return, Tab and Escape says less than a name
      const what = /^[\0-\x1f]?$/.test(event.utf8) ? name : quote(event.utf8);
      return `key ${what} ${event.active ? "pressed" : "released"}`;
    }
    case "digital":
      return `button ${event.subid} ${event.active ? "pressed" : "released"}`;
    case "analog": {
      const values = event.values.slice(0, event.count).join(",");
      return `axis ${event.subid} ${event.relative ? "relative" : "absolute"} ${values}`;
    }
    case "touch":
      return `touch ${event.subid} ${
        event.active ? "pressed" : "released"
      } at ${event.x},${event.y}`;
    default: {
      const { category: _category, kind, ...fields } = event;
      return withFields(kind, fields);
    }
  }
}

function withFields(kind: string, fields: object): string {
  const shown = Object.entries(fields).filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => ` ${name}=${show(value)}`);
  return kind + shown.join("");
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "bigint") return value === 0n;
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0);
  return value === 0 || value === false || value === "";
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return quote(decodeUtf8Lenient(value));
  if (typeof value === "string") return quote(value);
  return typeof value === "number" ? `${round(value)}` : `${value}`;
}

/** Floats of 32 bits have more digits than a person wants. */
function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function kindName(number: number): string {
  return segmentKindName(number) || `kind ${number}`;
}

function quote(text: string): string {
  return escapeControls(JSON.stringify(text));
}
