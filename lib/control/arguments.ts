/**
 * Reads the arguments of an operation.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import type { Operation, Param } from "./description.ts";

/** What a request gives, by where it stands there. */
export type Given = { readonly [At in Param["in"]]: Readonly<Record<string, unknown>> };

/**
 * Checks arguments by the description.
 *
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function readArguments({ params }: Operation, given: Given): Record<string, unknown> {
  for (const at of ["query", "body"] as const) {
    const known = Object.keys(params).filter((name) => params[name]!.in === at);
    const unknown = Object.keys(given[at]).find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    const rest = known.length === 0 ? `the ${at} takes none` : `known: ${known.join(", ")}`;
    refuse(`the ${at} has an unknown field ${quote(unknown)}; ${rest}`);
  }
  const args: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(params)) {
    const at = given[param.in];
    const value = Object.hasOwn(at, name) ? at[name] : undefined;
    if (value !== undefined) args[name] = readArgument(name, param, value);
    else if (!param.isOptional) refuse(`${name} is missing: ${param.doc}`);
  }
  return args;
}

function readArgument(name: string, { type, max, in: at }: Param, value: unknown): unknown {
  if (type === "bytes") return value;
  if (type === "boolean") {
    return typeof value === "boolean"
      ? value
      : refuse(`${name} is ${quote(value)}, must be true or false`);
  }
  if (type === "array") {
    if (!Array.isArray(value)) return refuse(`${name} is ${quote(value)}, must be an array`);
    if (value.length <= max) return value;
    return refuse(`${name} has ${value.length} elements, the most is ${max}`);
  }
  if (type === "string") {
    if (typeof value !== "string") return refuse(`${name} is not a string`);
    if (value.length <= max) return value;
    return refuse(`${name} has ${value.length} characters, the most is ${max}`);
  }
  const isText = typeof value === "string" && /^\d{1,16}$/.test(value);
  const number = at !== "body" && isText ? Number(value) : value;
  const isWhole = typeof number === "number" && Number.isSafeInteger(number);
  if (isWhole && number >= 1 && number <= max) return number;
  return refuse(`${name} is ${quote(value)}, must be a whole number from 1 to ${max}`);
}

/** A value in an error, cut where it is long. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}

function refuse(message: string): never {
  throw new ApiMisuseError("bad-argument", message);
}
