/**
 * Where the control sockets of the listeners of a machine are, and their names.
 *
 * @module
 */

import { type SocketAddress, UNIX_HOSTNAME } from "../../address.ts";
import type { Environment } from "../../env.ts";
import { ControlError, messageOf } from "../../errors.ts";

/** Ends the file name of a socket. */
export const SUFFIX = ".sock";
const FOLDER = "net-listen";
/** The folder of services and of root. */
const SYSTEM = `/run/${FOLDER}`;
const ROOT_USER = 0;
/** Others may not create or replace anything there. */
const OTHERS_WRITE = 0o022;

/** A directory that may hold sockets. */
interface Place {
  readonly path: string;
  /** A directory that must be there and ours; the place is a folder in it. */
  readonly parent?: string;
  /** Whether something else has made it, which may be a link. */
  readonly isGiven?: boolean;
}

/**
 * The file name of a listener's socket.
 *
 * @param addresses Where it listens; the first port becomes a part of the name.
 * @param attempt From 1; tells apart those with equal names and ports.
 */
export function socketName(
  name: string | undefined,
  addresses: readonly SocketAddress[],
  attempt: number,
): string {
  const port = addresses.find(({ path }) => path === undefined)?.port ?? UNIX_HOSTNAME;
  const prefix = name === undefined ? "" : `${name}-`;
  return `${prefix}${port}${attempt === 1 ? "" : `.${attempt}`}${SUFFIX}`;
}

/**
 * The directories to look for sockets in. One that the environment names is the only one. Otherwise
 * those that other users can change are left out, because their sockets could pretend to be listeners
 * of this user; only root can make that of services.
 *
 * @param uid The user.
 */
export function socketDirectories(env: Environment, uid: number): readonly string[] {
  const all = [...places(env, uid)];
  const [first] = all;
  if (first?.isGiven) return [first.path];
  const own = all.filter((place) => isOurs(place, uid)).map(({ path }) => path);
  return [...new Set([...own, SYSTEM])];
}

/**
 * Makes the directory for the socket of a listener, for its user alone.
 *
 * @throws {ControlError} `control-failed` when there is none that only this user can change.
 */
export function makeSocketDirectory(env: Environment, uid: number): string {
  const problems: string[] = [];
  for (const place of places(env, uid)) {
    const problem = tryPlace(place, uid);
    if (problem === undefined) return place.path;
    problems.push(problem);
  }
  throw new ControlError(
    "control-failed",
    `there is no directory for the control socket: ${problems.join("; ")}; ` +
      "give a path by --control PATH, or --no-control",
  );
}

/** The best first. Reads no more of the environment than it needs: a service may read only a part. */
function* places(env: Environment, uid: number): Generator<Place> {
  // systemd separates several by colons.
  const [given] = (env.get("RUNTIME_DIRECTORY") ?? "").split(":");
  if (given) yield { path: given, isGiven: true };
  const ofUser = env.get("XDG_RUNTIME_DIR");
  if (ofUser) yield { path: `${ofUser}/${FOLDER}`, parent: ofUser };
  if (uid === ROOT_USER) yield { path: SYSTEM };
  yield { path: `${env.get("TMPDIR") || "/tmp"}/${FOLDER}-${uid}` };
}

/** @returns Why it cannot be used; `undefined` when it can. */
function tryPlace(place: Place, uid: number): string | undefined {
  try {
    const problem = problemOfParent(place, uid);
    if (problem !== undefined) return problem;
    if (!place.isGiven) make(place.path);
    return problemOf(place, uid);
  } catch (error) {
    return messageOf(error);
  }
}

function isOurs(place: Place, uid: number): boolean {
  try {
    return (problemOfParent(place, uid) ?? problemOf(place, uid)) === undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // It is not there, or belongs to another user.
    return false;
  }
}

function problemOfParent({ parent }: Place, uid: number): string | undefined {
  // The variable may be that of another user, as with sudo.
  if (parent === undefined || Deno.statSync(parent).uid === uid) return undefined;
  return `${parent} belongs to another user`;
}

function problemOf({ path, isGiven = false }: Place, uid: number): string | undefined {
  const info = isGiven ? Deno.statSync(path) : Deno.lstatSync(path);
  if (!info.isDirectory) return `${path} is not a directory`;
  if (info.uid !== uid) return `${path} belongs to another user`;
  if (((info.mode ?? 0) & OTHERS_WRITE) !== 0) return `${path} can be changed by other users`;
  return undefined;
}

function make(path: string): void {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
