/**
 * What a service that runs `listen` with the options given reads and writes.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { parseListenAddress } from "../listen_address.ts";

/** An option as it was given. */
export type Word = readonly [flag: string, value: string | undefined];

/** Absolute paths. */
export interface Access {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Directories that have to be there, and the user of the service writes there. */
  readonly directories: readonly string[];
}

/** Directories that systemd makes for the service, and lets it write to. */
const MADE = ["/var/lib/net-listen", "/var/log/net-listen", "/run/net-listen"];

/** Options whose value is a path: what is done with it. */
const PATHS: { readonly [flag: string]: "read" | "module" | "directory" | "file" } = {
  "--keystore": "directory",
  "--record": "directory",
  "--snapshot": "directory",
  "--log-file": "file",
  "--handler": "module",
  "--limits": "read",
  "--fleet-creds": "read",
  "--fleet-user-file": "read",
  "--fleet-ca": "read",
  "--fleet-cert": "read",
  "--fleet-key": "read",
  "--control": "file",
};

export function isPath(flag: string): boolean {
  return Object.hasOwn(PATHS, flag);
}

/** @param cwd Relative paths start there. */
export function accessOf(words: readonly Word[], cwd: string): Access {
  const read = new Set<string>();
  const write = new Set<string>();
  const directories = new Set<string>();
  const writes = (path: string, directory: string) => {
    read.add(path);
    write.add(path);
    if (!MADE.some((made) => `${directory}/`.startsWith(`${made}/`))) directories.add(directory);
  };
  for (const [flag, value] of words) {
    if (value === undefined) continue;
    const path = resolve(cwd, value);
    if (PATHS[flag] === "read") read.add(path);
    // A handler may import what is beside it.
    if (PATHS[flag] === "module") read.add(path).add(dirname(path));
    if (PATHS[flag] === "directory") writes(path, path);
    if (PATHS[flag] === "file") writes(path, dirname(path));
    // A socket is made beside its place.
    if (flag === "--control") writes(dirname(path), dirname(path));
    const address = flag === "--listen" ? parseListenAddress(value) : undefined;
    if (typeof address !== "object" || address.kind !== "unix") continue;
    writes(address.path, dirname(address.path));
    // It is locked while a dead socket is replaced.
    read.add(dirname(address.path));
  }
  return { read: [...read], write: [...write], directories: [...directories] };
}
