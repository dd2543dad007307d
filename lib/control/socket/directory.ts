/**
 * Where the control sockets of the listeners of a machine are.
 *
 * @module
 */

import type { Environment } from "../../env.ts";
import { ControlError, messageOf } from "../../errors.ts";

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
 * The directories to look for sockets in, existing or not. One that the environment names is the only
 * one.
 *
 * @param uid The user.
 */
export function socketDirectories(env: Environment, uid: number): readonly string[] {
  const [first] = places(env, uid);
  if (first?.isGiven) return [first.path];
  return [...new Set([...places(env, uid)].map(({ path }) => path).concat(SYSTEM))];
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
function tryPlace({ path, parent, isGiven = false }: Place, uid: number): string | undefined {
  try {
    // The variable may be that of another user, as with sudo.
    if (parent !== undefined && Deno.statSync(parent).uid !== uid) {
      return `${parent} belongs to another user`;
    }
    if (!isGiven) make(path);
    const info = isGiven ? Deno.statSync(path) : Deno.lstatSync(path);
    if (!info.isDirectory) return `${path} is not a directory`;
    if (info.uid !== uid) return `${path} belongs to another user`;
    if (((info.mode ?? 0) & OTHERS_WRITE) !== 0) return `${path} can be changed by other users`;
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function make(path: string): void {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
