/**
 * Asks all hosts of a fleet the same, for as long as a person waits.
 *
 * @module
 */

import type { Arguments, OperationName, Result } from "../../control/mod.ts";
import { FleetError, messageOf } from "../../errors.ts";
import { FLEET_LIST_MS, MAX_LISTED_CLIENTS } from "../../limits.ts";
import type { FleetHost } from "../host_list.ts";
import type { FleetCaller } from "./caller.ts";

/** What a host has answered. */
export interface Answer<T> {
  readonly host: FleetHost;
  readonly result: T;
}

/** A host without an answer, and why. */
export interface Silence {
  readonly host: FleetHost;
  readonly reason: string;
  /** Whether it may still answer, but not in time. */
  readonly isLate: boolean;
}

export interface Answers<T> {
  readonly answers: readonly Answer<T>[];
  readonly silent: readonly Silence[];
}

/** Asks hosts, and gives what has come within {@linkcode FLEET_LIST_MS}, in the order of the hosts. */
export async function askAll<K extends OperationName>(
  caller: Pick<FleetCaller, "call">,
  hosts: readonly FleetHost[],
  name: K,
  args: Arguments<K>,
): Promise<Answers<Result<K>>> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(late()), FLEET_LIST_MS);
  const results = await Promise.allSettled(
    hosts.map((host) => askOne(caller, host, name, args, stop.signal)),
  );
  clearTimeout(timer);
  const answers: Answer<Result<K>>[] = [];
  const silent: Silence[] = [];
  for (const [i, host] of hosts.entries()) {
    const result = results[i]!;
    if (result.status === "fulfilled") answers.push({ host, result: result.value });
    else silent.push(silenceOf(host, result.reason, stop.signal));
  }
  return { answers, silent };
}

/** Finds the first host that answers within {@linkcode FLEET_LIST_MS}; `silent` are all when none does. */
export async function askFirst(
  caller: Pick<FleetCaller, "call">,
  hosts: readonly FleetHost[],
): Promise<{ readonly first?: FleetHost; readonly silent: readonly Silence[] }> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(late()), FLEET_LIST_MS);
  try {
    const first = await Promise.any(hosts.map(async (host) => {
      await askOne(caller, host, "listener", {}, stop.signal);
      return host;
    }));
    return { first, silent: [] };
  } catch (error) {
    const { errors } = error as AggregateError;
    const silent = hosts.map((host, i) => silenceOf(host, errors[i], stop.signal));
    return { silent };
  } finally {
    clearTimeout(timer);
    stop.abort(new Error("another host has answered"));
  }
}

/** Asks a host, unless it takes no calls. */
export async function askOne<K extends OperationName>(
  caller: Pick<FleetCaller, "call">,
  { id, isControlled }: FleetHost,
  name: K,
  args: Arguments<K>,
  signal?: AbortSignal,
): Promise<Result<K>> {
  if (isControlled) return await caller.call(id, name, args, signal);
  throw new FleetError(
    "host-unreachable",
    `the host ${id} takes no calls: it has just begun, or runs with --no-control`,
  );
}

/** The error when no host has answered. */
export function silenceError(silent: readonly Silence[]): FleetError {
  return silent.length === 0
    ? new FleetError("no-such-host", "the fleet has no host")
    : new FleetError("host-unreachable", `no host of the fleet answers: ${listed(silent)}`);
}

/** Which hosts have not answered, and why. */
export function silenceText(silent: readonly Silence[]): string {
  return `there was no answer from ${listed(silent)}`;
}

function silenceOf(host: FleetHost, error: unknown, { reason }: AbortSignal): Silence {
  return { host, reason: messageOf(error), isLate: error === reason };
}

function listed(silent: readonly Silence[]): string {
  const reasons = silent.slice(0, MAX_LISTED_CLIENTS)
    .map(({ host, reason }) => `${host.id} (${reason})`);
  const more = silent.length - reasons.length;
  return `${reasons.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function late(): FleetError {
  return new FleetError("host-unreachable", `no answer within ${FLEET_LIST_MS / 1000} s`);
}
