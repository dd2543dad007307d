/**
 * Unix sockets to listen on.
 *
 * @module
 */

import { dirname } from "node:path";
import { unixAddress } from "../address.ts";
import { messageOf, TransportError } from "../errors.ts";
import type { BoundSocket } from "./bind.ts";

const OWNER_ALONE = 0o600;
const ALL_OTHERS = 0o177;

/**
 * Listens on a Unix socket that only this user may connect to. The socket of a program that has ended is
 * replaced; that of one that runs is not. The file is removed when the socket is closed.
 *
 * @param path An absolute path.
 * @throws {TransportError} `port-in-use`, `permission-denied`, `listen-failed`.
 */
export async function bindUnix(path: string): Promise<BoundSocket> {
  const address = unixAddress(path);
  try {
    using _lock = await lockSockets(dirname(path));
    await removeStale(path);
    return { socket: listenPrivately(path), addresses: [address] };
  } catch (cause) {
    throw cause instanceof TransportError ? cause : describe(path, cause);
  }
}

/** What a path is to those that want to listen there: `dead` is a socket that no program listens on. */
export type SocketState = "absent" | "dead" | "live" | "other";

/** @throws What keeps us from finding out. */
export async function socketState(path: string): Promise<SocketState> {
  try {
    if (!(await Deno.lstat(path)).isSocket) return "other";
    (await Deno.connect({ transport: "unix", path })).close();
    return "live";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    if (error instanceof Deno.errors.ConnectionRefused) return "dead";
    throw error;
  }
}

/**
 * Waits until no other listener replaces or removes a dead socket in a directory: of two that find the
 * same one, the later would remove the new socket of the earlier.
 *
 * @returns Lets others go on when it is disposed; `undefined` when the directory may not be read.
 */
export async function lockSockets(directory: string): Promise<Disposable | undefined> {
  try {
    const file = await Deno.open(directory);
    // Closing it unlocks it.
    await file.lock(true);
    return file;
  } catch (error) {
    const { NotCapable, PermissionDenied } = Deno.errors;
    if (error instanceof NotCapable || error instanceof PermissionDenied) return undefined;
    throw error;
  }
}

/** Removes a socket that no program listens on. */
export async function removeDead(path: string): Promise<void> {
  using _lock = await lockSockets(dirname(path));
  if (await socketState(path) === "dead") await Deno.remove(path);
}

async function removeStale(path: string): Promise<void> {
  const state = await socketState(path);
  if (state === "live") throw inUse(path);
  if (state === "dead") await Deno.remove(path);
  if (state !== "other") return;
  throw new TransportError(
    "listen-failed",
    `cannot listen on unix:${path}: there is a file that is no socket`,
  );
}

function listenPrivately(path: string): Deno.UnixListener {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "umask" });
  const before = state === "granted" ? Deno.umask(ALL_OTHERS) : undefined;
  try {
    const socket = Deno.listen({ transport: "unix", path });
    if (before === undefined) Deno.chmodSync(path, OWNER_ALONE);
    return socket;
  } finally {
    if (before !== undefined) Deno.umask(before);
  }
}

function describe(path: string, cause: unknown): TransportError {
  if (cause instanceof Deno.errors.AddrInUse) return inUse(path, cause);
  const isDenied = cause instanceof Deno.errors.PermissionDenied ||
    cause instanceof Deno.errors.NotCapable;
  return isDenied
    ? new TransportError(
      "permission-denied",
      `no permission to listen on unix:${path}: ${messageOf(cause)}`,
      { cause },
    )
    : new TransportError(
      "listen-failed",
      `cannot listen on unix:${path}: ${messageOf(cause)}`,
      { cause },
    );
}

function inUse(path: string, cause?: unknown): TransportError {
  return new TransportError("port-in-use", `unix:${path} is in use by another program`, { cause });
}
