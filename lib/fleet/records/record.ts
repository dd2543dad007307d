/**
 * A record of a fleet: a record of a listener as a line of JSON, with where it is from.
 *
 * @module
 */

import { escapeControls } from "../../log.ts";
import { nameProblem } from "../../name.ts";

/** What the record says of where it is from. */
export interface Origin {
  /** The id of the host; a listener that starts again is another host. */
  readonly host: string;
  /** The name of the listener, if it has one. */
  readonly name?: string | undefined;
  /** The number of the client, or of the listener for its own records. */
  readonly client: number;
  /** The place among the records of this client at this host, from 1. */
  readonly number: number;
}

export interface FleetRecord extends Origin {
  readonly kind: string;
  /** The whole record as JSON, without a line feed. */
  readonly line: string;
}

const HOST = /^[A-Za-z0-9-]{1,64}$/;
const KIND = /^[a-z][a-z0-9_]{0,39}$/;

/** Whether text can be the id of a host. */
export function isHostId(text: string): boolean {
  return HOST.test(text);
}

/** @param body The record as an object of JSON. */
export function makeRecord(origin: Origin, kind: string, body: string): FleetRecord {
  const { host, name, client, number } = origin;
  const from = JSON.stringify({ host, name, client, number });
  return { ...origin, kind, line: `{"fleet":${from},${body.slice(1)}` };
}

/**
 * Reads a record as it stands in a spool or in the stream.
 *
 * @returns `undefined` for what no listener writes.
 */
export function parseRecord(line: string): FleetRecord | undefined {
  let value;
  try {
    value = JSON.parse(line) as { fleet?: Partial<Origin>; kind?: unknown } | null;
  } catch {
    return undefined;
  }
  const { fleet, kind } = value ?? {};
  if (typeof fleet !== "object" || fleet === null || typeof kind !== "string") return undefined;
  const { host, name, client, number } = fleet;
  if (typeof host !== "string" || !isHostId(host) || !KIND.test(kind)) return undefined;
  if (name !== undefined && (typeof name !== "string" || nameProblem(name) !== undefined)) {
    return undefined;
  }
  if (!isCount(client) || !isCount(number)) return undefined;
  return { host, name, client, number, kind, line: escapeControls(line) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
