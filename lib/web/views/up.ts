/**
 * Reads what a viewer sends, which may be anything.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import { MAX_SURFACE_SIDE_PX, MAX_VIEWER_MESSAGE } from "../../limits.ts";
import type { Up } from "./protocol.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The right that is needed besides that to look. */
export function needsDriving({ type }: Up): boolean {
  return type === "typed" || type === "call" || type === "size";
}

/** @throws {ApiMisuseError} `bad-argument`. */
export function readUp(message: string | Uint8Array): Up {
  if (typeof message !== "string") {
    return refuse(`it is binary, of ${message.length} bytes; messages are JSON in text`);
  }
  if (message.length > MAX_VIEWER_MESSAGE) {
    return refuse(`it has ${message.length} UTF-16 units, the limit is ${MAX_VIEWER_MESSAGE}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return refuse(`it is not JSON: ${JSON.stringify(message.slice(0, 60))}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse("it is not a JSON object");
  }
  return readFields(value as Fields);
}

function readFields(fields: Fields): Up {
  const { type } = fields;
  switch (type) {
    case "hello":
      return { type, h264: truth(fields, "h264") };
    case "ack":
      return { type, seq: whole(fields, "seq"), ms: duration(fields, "ms") };
    case "pause":
      return { type, on: truth(fields, "on") };
    case "typed":
      return { type, segment: whole(fields, "segment"), data: text(fields, "data") };
    case "call":
      return {
        type,
        segment: whole(fields, "segment"),
        verb: text(fields, "verb"),
        args: list(fields, "args"),
      };
    case "size":
      return { type, width: side(fields, "width"), height: side(fields, "height") };
    default:
      return refuse(`its type ${shown(type)} is unknown`);
  }
}

function truth(fields: Fields, name: string): boolean {
  const value = fields[name];
  return typeof value === "boolean" ? value : wrong(fields, name, "true or false");
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : wrong(fields, name, "a string");
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  return Array.isArray(value) ? value : wrong(fields, name, "an array");
}

function whole(fields: Fields, name: string, min = 0, max = 0xffff_ffff): number {
  const value = fields[name];
  const isWhole = Number.isInteger(value) && value as number >= min && value as number <= max;
  return isWhole ? value as number : wrong(fields, name, `a whole number from ${min} to ${max}`);
}

function duration(fields: Fields, name: string): number {
  const value = fields[name] ?? 0;
  return typeof value === "number" && value >= 0 ? value : wrong(fields, name, "a number from 0");
}

function side(fields: Fields, name: string): number {
  return whole(fields, name, 1, MAX_SURFACE_SIDE_PX);
}

function wrong(fields: Fields, name: string, must: string): never {
  return refuse(`the field ${JSON.stringify(name)} is ${shown(fields[name])}, must be ${must}`);
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 60);
}

function refuse(detail: string): never {
  throw new ApiMisuseError("bad-argument", `a message of the viewer is wrong: ${detail}`);
}
