/**
 * Chooses the directory of the keystore.
 *
 * @module
 */
import { type Environment, processEnv } from "../lib/env.ts";
import { KeystoreError } from "../lib/errors.ts";

/** The directory of a keystore, and the setting that chose it. */
export interface KeystoreRoot {
  /** The directory; it may not exist yet. */
  readonly path: string;
  /** The option or environment variable. */
  readonly from: "--keystore" | "ARCAN_STATEPATH" | "XDG_STATE_HOME" | "HOME";
}

/**
 * Chooses the keystore directory as arcan-net does.
 *
 * `--keystore DIR` is used as it is. `ARCAN_STATEPATH` is the keystore itself if it has `hostkeys`,
 * otherwise the keystore is its `a12`. Without both it is `a12` in the XDG state directory.
 *
 * DEVIATION: arcan-net refuses to run without `ARCAN_STATEPATH` (pinned by "without options and
 * ARCAN_STATEPATH" in tests/unit/keystore/root_test.ts).
 *
 * @param options `keystore`: the directory that the user named.
 * @param env The environment; that of the process unless given.
 * @throws {KeystoreError} `keystore-unreadable` when nothing names a directory.
 */
export function keystoreRoot(
  options: { readonly keystore?: string | undefined },
  env: Environment = processEnv,
): KeystoreRoot {
  if (options.keystore !== undefined) {
    if (options.keystore === "") {
      throw new KeystoreError("keystore-unreadable", "the name of the keystore directory is empty");
    }
    return { path: withoutEndSlash(options.keystore), from: "--keystore" };
  }
  const state = env.get("ARCAN_STATEPATH");
  if (state) {
    const base = withoutEndSlash(state);
    return { path: hasHostKeys(base) ? base : `${base}/a12`, from: "ARCAN_STATEPATH" };
  }
  const xdg = env.get("XDG_STATE_HOME");
  // The XDG specification says to ignore relative paths.
  if (xdg?.startsWith("/")) {
    return { path: `${withoutEndSlash(xdg)}/a12`, from: "XDG_STATE_HOME" };
  }
  const home = env.get("HOME");
  if (home) return { path: `${withoutEndSlash(home)}/.local/state/a12`, from: "HOME" };
  throw new KeystoreError(
    "keystore-unreadable",
    "no keystore directory: give --keystore DIR, or set ARCAN_STATEPATH, XDG_STATE_HOME or HOME",
  );
}

function withoutEndSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

function hasHostKeys(base: string): boolean {
  try {
    return Deno.statSync(`${base}/hostkeys`).isDirectory;
  } catch {
    return false;
  }
}
