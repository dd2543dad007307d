/**
 * What a host tells the others of its clients and its failed logins.
 *
 * @module
 */

import { MAX_CLIENTS, MAX_COUNTS_NETWORKS, TRUSTED_NETWORK_MS } from "../../limits.ts";
import type { NetworkNumber } from "../../net/address.ts";
import type { Penalty } from "../../net/gate.ts";

/** The length of a key in base64. */
const KEY_LENGTH = 44;

/** Failed logins of one network in one message. */
const MOST_FAILURES = 1 << 20;

/** A time further from now is none that a gate counts. */
const MOST_MS = 86_400_000;

/** The networks of IPv4, of IPv6, and the sites of IPv6. */
const BITS = [32, 64, 48];

/** What happened since the message before, or all that there is. */
export interface CountsMessage {
  /** Whether `clients` has all keys with clients. */
  readonly isAll: boolean;
  /** Whether the others should tell all. */
  readonly asks: boolean;
  /** Whether the host leaves the fleet. */
  readonly leaves: boolean;
  /** How many clients keys have now. */
  readonly clients: readonly (readonly [owner: string, count: number])[];
  /** Failed logins. */
  readonly failed: readonly { readonly network: NetworkNumber; readonly times: number }[];
  /** Networks that get no penalty, and for how many milliseconds. */
  readonly trusted: readonly { readonly network: NetworkNumber; readonly ms: number }[];
  readonly penalties: readonly Penalty[];
}

/** Writes a message; what says nothing is left out. */
export function formatCounts(
  { isAll, asks, leaves, clients, failed, trusted, penalties }: CountsMessage,
): string {
  return JSON.stringify({
    ...(isAll && { all: true }),
    ...(asks && { asks: true }),
    ...(leaves && { leaves: true }),
    ...(clients.length > 0 && { clients }),
    ...(failed.length > 0 && {
      failed: failed.map(({ network, times }) => [...words(network), times]),
    }),
    ...(trusted.length > 0 && {
      trusted: trusted.map(({ network, ms }) => [...words(network), ms]),
    }),
    ...(penalties.length > 0 && {
      penalties: penalties.map(({ network, failures, closedMs }) => [
        ...words(network),
        failures,
        closedMs,
      ]),
    }),
  });
}

/** @returns `undefined` for what no host writes. */
export function parseCounts(text: string): CountsMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { all, asks, leaves, clients = [], failed = [], trusted = [], penalties = [] } =
    value as Record<string, unknown>;
  const areRows = isRows(clients, MAX_CLIENTS, isClient) &&
    isRows(failed, MAX_COUNTS_NETWORKS, isFailed) &&
    isRows(trusted, MAX_COUNTS_NETWORKS, isTrusted) &&
    isRows(penalties, MAX_COUNTS_NETWORKS, isPenalty);
  if (!areRows) return undefined;
  return {
    isAll: all === true,
    asks: asks === true,
    leaves: leaves === true,
    clients,
    failed: failed.map(([bits, high, low, times]) => ({ network: { bits, high, low }, times })),
    trusted: trusted.map(([bits, high, low, ms]) => ({ network: { bits, high, low }, ms })),
    penalties: penalties.map(([bits, high, low, failures, closedMs]) => ({
      network: { bits, high, low },
      failures,
      closedMs,
    })),
  };
}

type NetworkRow = readonly [bits: number, high: number, low: number, value: number];
type PenaltyRow = readonly [...NetworkRow, closedMs: number];

function words({ bits, high, low }: NetworkNumber): readonly [number, number, number] {
  return [bits, high, low];
}

function isRows<R>(
  rows: unknown,
  most: number,
  isRow: (row: readonly unknown[]) => row is R & readonly unknown[],
): rows is readonly R[] {
  return Array.isArray(rows) && rows.length <= most &&
    rows.every((row) => Array.isArray(row) && isRow(row));
}

function isClient(row: readonly unknown[]): row is readonly [string, number] {
  const [owner, count] = row;
  return typeof owner === "string" && owner.length === KEY_LENGTH && isWhole(count, 0, MAX_CLIENTS);
}

function isFailed(row: readonly unknown[]): row is NetworkRow {
  return isNetwork(row) && isWhole(row[3], 1, MOST_FAILURES);
}

function isTrusted(row: readonly unknown[]): row is NetworkRow {
  return isNetwork(row) && isWhole(row[3], 1, TRUSTED_NETWORK_MS);
}

function isPenalty(row: readonly unknown[]): row is PenaltyRow {
  return isNetwork(row) && isWhole(row[3], 1, MOST_FAILURES) && isWhole(row[4], -MOST_MS, MOST_MS);
}

function isNetwork([bits, high, low]: readonly unknown[]): boolean {
  return BITS.includes(bits as number) && isWord(high) && isWord(low);
}

/** Whether it is a number of 32 bits. */
function isWord(value: unknown): boolean {
  return isWhole(value, -0x8000_0000, 0x7fff_ffff);
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
