/**
 * Events and commands of a sink as lines: their fields under the names of the wire's tables.
 *
 * @module
 */

import { KEYSYMS, segmentKindName, type SourceEvent } from "../mod.ts";
import { escapeControls } from "../log.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Fields that are of no use to a person. */
const DULL: ReadonlySet<string> = new Set(["kind", "devkind", "datatype", "fd"]);
const KEYSYM_NAMES = new Map<number, string>(
  Object.entries(KEYSYMS).map(([name, number]) => [number, name]),
);

/** A line for a person: the kind, and the fields that are not empty. */
export function describeEvent(event: SourceEvent): string {
  const flat = flatten(event);
  const fields = Object.entries(flat).filter(([name, value]) => !DULL.has(name) && !isEmpty(value))
    .map(([name, value]) => value === true ? ` ${name}` : ` ${name}=${show(name, value)}`);
  return flat.kind + fields.join("");
}

/** A line for a program: JSON with the time, the kind, the channel and every field. */
export function describeEventJson(time: Date, event: SourceEvent): string {
  return escapeControls(JSON.stringify({ time: time.toISOString(), ...flatten(event) }, toJson));
}

/** Kinds of input become the field `type`, as a key's kind `translated` means little by itself. */
function flatten(event: SourceEvent): { readonly kind: string; readonly [name: string]: unknown } {
  if (event.type === "control") {
    const { command, channel, ...fields } = event.control;
    return { kind: command, channel, ...fields };
  }
  const { channel } = event;
  const { category, kind, ...fields } = event.event;
  return category === "input"
    ? { kind: "input", channel, type: kind, ...fields }
    : { kind, channel, ...fields };
}

function toJson(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`;
  }
  return value instanceof Uint8Array ? decoder.decode(value) : value;
}

function isEmpty(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0);
  return !value;
}

function show(name: string, value: unknown): string {
  if (value instanceof Uint8Array) return quote(decoder.decode(value));
  if (typeof value === "string") return quote(value);
  if (typeof value !== "number") return `${value}`;
  const known = name === "keysym"
    ? KEYSYM_NAMES.get(value)
    : name === "segkind"
    ? segmentKindName(value)
    : "";
  // 32-bit floats have more digits than a person wants.
  return known || `${Math.round(value * 1_000) / 1_000}`;
}

function quote(text: string): string {
  return escapeControls(JSON.stringify(text));
}
