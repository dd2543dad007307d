/**
 * Finds the listeners of this machine by their control sockets.
 *
 * @module
 */

import type { Environment } from "../../env.ts";
import { ControlError } from "../../errors.ts";
import { CONTROL_HELLO_TIMEOUT_MS } from "../../limits.ts";
import { removeDead, socketState } from "../../net/unix_socket.ts";
import type { Result } from "../operations.ts";
import { ControlClient } from "./client.ts";
import { socketDirectories, SUFFIX } from "./directory.ts";

/** A listener that has answered. */
export interface FoundListener {
  /** Its socket. */
  readonly path: string;
  readonly listener: Result<"listener">;
}

/** The listeners of this machine. */
export interface FoundListeners {
  readonly answered: readonly FoundListener[];
  /** The sockets whose listeners do not answer. */
  readonly silent: readonly string[];
}

/** Asks all sockets; those that nothing listens on are removed. */
export async function findListeners(env: Environment, uid: number): Promise<FoundListeners> {
  const paths = socketDirectories(env, uid).flatMap(socketsIn);
  const answered: FoundListener[] = [];
  const silent: string[] = [];
  await Promise.all(paths.map(async (path) => {
    if (await isLive(path)) {
      const listener = await hello(path);
      if (listener === undefined) silent.push(path);
      else answered.push({ path, listener });
    }
  }));
  return { answered, silent };
}

/**
 * Chooses one of them.
 *
 * @param to `NAME`, `NAME:PORT` or `:PORT`; any when absent.
 * @throws {ControlError} `no-listener`, `several-listeners`.
 */
export function chooseListener(
  { answered, silent }: FoundListeners,
  to?: string,
): FoundListener {
  const fitting = to === undefined
    ? answered
    : answered.filter(({ listener }) => isMeant(listener, to));
  const [one, ...more] = fitting;
  if (one !== undefined && more.length === 0) return one;
  if (one !== undefined) {
    const areAlike = fitting.every(({ listener }) => labelOf(listener) === labelOf(one.listener));
    const way = areAlike
      ? `--control PATH: ${fitting.map(({ path }) => path).join(", ")}`
      : "--to NAME:PORT";
    throw new ControlError(
      "several-listeners",
      `several listeners run here: ${listed(fitting)}; choose one by ${way}`,
    );
  }
  const rest = answered.length > 0
    ? `there is no listener ${JSON.stringify(to)}; there are ${listed(answered)}`
    : silent.length > 0
    ? "no listener answers"
    : "no listener of this user runs here, or it was started with --no-control or --control PATH";
  const stuck = silent.length === 0
    ? ""
    : `; these sockets are open without an answer: ${silent.join(", ")}`;
  throw new ControlError("no-listener", rest + stuck);
}

function isMeant({ name, addresses }: Result<"listener">, to: string): boolean {
  const [, wantedName, port] = /^([^:]*)(?::(\d+))?$/.exec(to) ?? [];
  if (wantedName === undefined || wantedName !== "" && wantedName !== name) return false;
  return port === undefined ||
    addresses.some((address) => !address.startsWith("unix:") && address.endsWith(`:${port}`));
}

function listed(found: readonly FoundListener[]): string {
  return found.map(({ listener }) => `${labelOf(listener)} (${listener.addresses.join(", ")})`)
    .join(", ");
}

/** What `--to` takes. */
function labelOf({ name = "", addresses }: Result<"listener">): string {
  const port = addresses.map((address) => /(?<!^unix:.*):\d+$/.exec(address)?.[0]).find(Boolean);
  return `${name}${port ?? ""}`;
}

function socketsIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)]
      .filter(({ name }) => name.endsWith(SUFFIX))
      .map(({ name }) => `${directory}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // It is not there, or belongs to another user.
    return [];
  }
}

/** Whether a program listens; a socket of none is removed. */
async function isLive(path: string): Promise<boolean> {
  try {
    const state = await socketState(path);
    if (state === "dead") await removeDead(path);
    return state === "live";
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // It belongs to another user.
    return false;
  }
}

/** @returns `undefined` when no answer comes in time. */
async function hello(path: string): Promise<Result<"listener"> | undefined> {
  using client = new ControlClient(path);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), CONTROL_HELLO_TIMEOUT_MS);
  try {
    return await client.call("listener", {}, stop.signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
