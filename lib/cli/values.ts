/**
 * Values on the command line. Each function throws an {@linkcode InvalidArgumentError} whose sentence
 * follows "option '--port <port>' argument 'x' is invalid."
 *
 * @module
 */

import { InvalidArgumentError } from "commander";
import type { RetentionBounds } from "../handlers/mod.ts";
import { MAX_CLIENTS, MAX_DRAIN_SECONDS, MAX_SURFACE_SIDE_PX, MAX_WORKERS } from "../limits.ts";
import { MAX_PORT, parsePort, type SocketAddress } from "../address.ts";
import { type Network, parseNetwork } from "../networks.ts";
import { parseListenAddress } from "../listen_address.ts";

const BYTES_PER_UNIT: { readonly [unit: string]: number } = {
  "": 1,
  K: 1 << 10,
  M: 1 << 20,
  G: 1 << 30,
};
const MS_PER_UNIT: { readonly [unit: string]: number } = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** @returns 0 to 65535; 0 lets the system choose. */
export function parseListenPort(text: string): number {
  return parsePort(text) ?? refuse(`A port is a number from 0 to ${MAX_PORT}.`);
}

/** @returns 1 to 65535. */
export function parseDialPort(text: string): number {
  return parsePort(text) || refuse(`A port is a number from 1 to ${MAX_PORT}.`);
}

/** Parses `WIDTHxHEIGHT`. @returns A size in pixels. */
export function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const isSide = (side: number) => side >= 1 && side <= MAX_SURFACE_SIDE_PX;
  if (isSide(width) && isSide(height)) return { width, height };
  return refuse(`It must be a size such as 1280x720, each side 1 to ${MAX_SURFACE_SIDE_PX}.`);
}

/** Parses digits, with K, M or G for powers of 1024. @returns A number of bytes. */
export function parseByteCount(text: string): number {
  const match = /^([1-9]\d{0,11})([KMG]?)$/.exec(text);
  const bytes = Number(match?.[1]) * BYTES_PER_UNIT[match?.[2] ?? ""]!;
  return Number.isSafeInteger(bytes) ? bytes : refuse("It must be a size such as 500M or 2G.");
}

/** How many workers share the port. */
export interface WorkerCount {
  readonly first: number;
  /** Workers are added up to this number when they are needed. */
  readonly most: number;
}

/** Parses a number of workers, or `auto` for as many as the machine has cores. */
export function parseWorkers(text: string): WorkerCount {
  const cores = Math.min(navigator.hardwareConcurrency, MAX_WORKERS);
  if (text === "auto") return { first: 1, most: cores };
  const count = Number(text);
  if (/^\d{1,3}$/.test(text) && count >= 1 && count <= MAX_WORKERS) {
    return { first: count, most: count };
  }
  return refuse(`It must be "auto" or a number from 1 to ${MAX_WORKERS}.`);
}

/** @returns A whole number from 1. */
export function parsePositiveWhole(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : refuse("It must be a whole number from 1.");
}

/** @returns A number above 0, also with a fraction. */
export function parsePositive(text: string): number {
  const number = Number(text);
  return /^\d{1,9}(\.\d{1,6})?$/.test(text) && number > 0
    ? number
    : refuse("It must be a number above 0.");
}

/** Parses an address and a port of TCP. */
export function parseReady(text: string): SocketAddress {
  const address = parseListenAddress(text);
  return typeof address !== "string" && address.kind === "tcp"
    ? { hostname: address.hostname, port: address.port }
    : refuse("It must be an address and a port, such as 127.0.0.1:8080.");
}

/** @returns A number of seconds. */
export function parseDrain(text: string): number {
  const seconds = Number(text);
  return /^\d{1,5}$/.test(text) && seconds <= MAX_DRAIN_SECONDS
    ? seconds
    : refuse(`It must be a number of seconds from 0 to ${MAX_DRAIN_SECONDS}.`);
}

/**
 * Parses a size, an age in hours or days, or both: `10G`, `30d`, `10G,30d`.
 *
 * A unit is required and minutes are not known, so that a slip does not delete everything: `30` could
 * mean days, `10m` a size.
 */
export function parseKeep(text: string): RetentionBounds {
  const bounds: { maxBytes?: number; maxAgeMs?: number } = {};
  for (const part of text.split(",")) {
    const [, count, unit] = /^([1-9]\d{0,5})([hd])$/.exec(part) ?? [];
    if (unit !== undefined && bounds.maxAgeMs === undefined) {
      bounds.maxAgeMs = Number(count) * MS_PER_UNIT[unit]!;
    } else if (/[KMG]$/.test(part) && bounds.maxBytes === undefined) {
      bounds.maxBytes = parseByteCount(part);
    } else {
      refuse("It must be a size such as 10G, an age such as 30d or 12h, or both: 10G,30d.");
    }
  }
  return bounds;
}

/**
 * Parses a duration such as `90s`, `30m`, `1h` or `7d`.
 *
 * @param mostMs The longest.
 * @returns Milliseconds.
 */
export function parseDuration(text: string, mostMs: number): number {
  const [, count, unit = ""] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * MS_PER_UNIT[unit]!;
  const days = mostMs / MS_PER_UNIT["d"]!;
  return ms <= mostMs ? ms : refuse(`It must be a time such as 30m, 1h or 7d, at most ${days}d.`);
}

/**
 * Parses networks separated by commas and adds them to those of the same option before.
 *
 * @param previous Those before; anything else counts as none.
 */
export function parseNetworks(text: string, previous: unknown): Network[] {
  const networks: Network[] = Array.isArray(previous) ? [...previous] : [];
  for (const part of text.split(",")) {
    const network = parseNetwork(part);
    if (typeof network === "string") return refuse(`In ${JSON.stringify(part)}, ${network}.`);
    if (!networks.some(({ text }) => text === network.text)) networks.push(network);
  }
  return networks;
}

/** @returns A number of clients, from 1. */
export function parseClientCount(text: string): number {
  const count = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : NaN;
  return count <= MAX_CLIENTS ? count : refuse(`It must be a number from 1 to ${MAX_CLIENTS}.`);
}

/**
 * Parses a date such as `2026-12-31`, which is its first moment in UTC, a time such as
 * `2026-12-31T18:00:00+01:00`, or a duration from now such as `12h`, `30d` or `8w`.
 *
 * @param nowMs Milliseconds since 1970.
 * @returns Milliseconds since 1970.
 */
export function parseExpiry(text: string, nowMs: number = Date.now()): number {
  const [, count, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? [];
  if (unit !== undefined) return nowMs + Number(count) * MS_PER_UNIT[unit]!;
  const [, day] = /^\d{4}-\d\d-(\d\d)(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ??
    [];
  const ms = Date.parse(text);
  // JavaScript takes the 31st of February for the 3rd of March.
  const isDate = new Date(Date.parse(text.slice(0, 10))).getUTCDate() === Number(day);
  if (!isDate || Number.isNaN(ms)) {
    return refuse(
      "It must be a date such as 2026-12-31, a time such as 2026-12-31T18:00:00Z or " +
        "2026-12-31T18:00+01:00, or a time from now such as 12h, 30d or 8w.",
    );
  }
  return ms > nowMs
    ? ms
    : refuse('It is in the past; to end a key at once, use "keystore remove".');
}

function refuse(sentence: string): never {
  throw new InvalidArgumentError(sentence);
}
