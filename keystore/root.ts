/**
 * Which directory is the keystore.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";

/** A keystore directory and what pointed to it. */
export interface KeystoreRoot {
  /** The directory; it need not be there yet. */
  readonly path: string;
  /** What chose it. */
  readonly from: "--keystore" | "ARCAN_STATEPATH" | "XDG_STATE_HOME" | "HOME";
}

/** Reads environment variables; `Deno.env` is one. */
export interface Environment {
  /**
   * Reads one variable.
   *
   * @param name The variable.
   * @returns Its value, or `undefined` when it is not set.
   */
  get(name: string): string | undefined;
}

/**
 * Chooses the keystore directory as arcan-net does, with a default where that has none.
 *
 * `--keystore DIR` is used as it is. Under `ARCAN_STATEPATH` the directory itself is the keystore if
 * it has `hostkeys`, otherwise its `a12`. Without both it is `a12` in the XDG state directory.
 *
 * DEVIATION: arcan-net refuses to run without `ARCAN_STATEPATH` (pinned by "without options and
 * ARCAN_STATEPATH" in tests/unit/keystore/root_test.ts).
 *
 * @param options `keystore`: the directory that the user named.
 * @param env The environment.
 * @throws KeystoreError `keystore-unreadable` when nothing names a directory.
 */
export function keystoreRoot(
  options: { readonly keystore?: string | undefined },
  env: Environment,
): KeystoreRoot {
  if (options.keystore !== undefined) {
    if (options.keystore === "") {
      throw new KeystoreError("keystore-unreadable", "the keystore directory is an empty text");
    }
    return { path: withoutEnd(options.keystore), from: "--keystore" };
  }
  const state = env.get("ARCAN_STATEPATH");
  if (state) {
    const base = withoutEnd(state);
    return { path: hasHostKeys(base) ? base : `${base}/a12`, from: "ARCAN_STATEPATH" };
  }
  const xdg = env.get("XDG_STATE_HOME");
  // The XDG specification says to pass over relative paths.
  if (xdg?.startsWith("/")) {
    return { path: `${withoutEnd(xdg)}/a12`, from: "XDG_STATE_HOME" };
  }
  const home = env.get("HOME");
  if (home) return { path: `${withoutEnd(home)}/.local/state/a12`, from: "HOME" };
  throw new KeystoreError(
    "keystore-unreadable",
    "no keystore directory: give --keystore DIR, or set ARCAN_STATEPATH, XDG_STATE_HOME or HOME",
  );
}

function withoutEnd(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

function hasHostKeys(base: string): boolean {
  try {
    return Deno.statSync(`${base}/hostkeys`).isDirectory;
  } catch {
    return false;
  }
}
