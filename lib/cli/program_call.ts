/**
 * What to type to run this program again, for hints.
 *
 * A process cannot know how it was called: the script that `deno install` writes runs Deno with the URL
 * of `main.ts`, in place of itself and without a trace. But it can be found on the `PATH`.
 *
 * @module
 */

import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { escapeControls } from "../log.ts";

/** The name of the installed command. */
const COMMAND = "net-listen";
const MAIN = import.meta.resolve("../../main.ts");
const EXECUTABLE = 0o111;
/** A script of `deno install` has a few hundred bytes. */
const MAX_SCRIPT_BYTES = 4_096;

let call: string | undefined;

/** @returns The command of `deno install` when it is on the `PATH`; otherwise what runs `main.ts` here. */
export function programCall(): string {
  return call ??= describeCall(mayRead("PATH") ? Deno.env.get("PATH") ?? "" : "", MAIN, Deno.cwd());
}

/**
 * @param path As the environment variable.
 * @param main The URL of `main.ts`.
 * @param cwd The current directory.
 */
export function describeCall(path: string, main: string, cwd: string): string {
  for (const directory of path.split(delimiter)) {
    const script = readCommand(join(directory, COMMAND));
    // The shell takes the first one, whatever it is.
    if (script !== undefined) return script.includes(`'${main}'`) ? COMMAND : byDeno(main, cwd);
  }
  return byDeno(main, cwd);
}

/** Quotes a word of a command line for the shell, where it needs it. */
export function quoteForShell(word: string): string {
  return /^[\w./+:@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function byDeno(main: string, cwd: string): string {
  const file = fileURLToPath(main);
  return `deno run -A ${dirname(file) === cwd ? "main.ts" : escapeControls(quoteForShell(file))}`;
}

/** @returns The start of a command; `undefined` when there is none that may be read. */
function readCommand(file: string): string | undefined {
  // Without this Deno would ask for the permission.
  if (Deno.permissions.querySync({ name: "read", path: file }).state !== "granted") {
    return undefined;
  }
  try {
    const { isFile, mode } = Deno.statSync(file);
    if (!isFile || ((mode ?? EXECUTABLE) & EXECUTABLE) === 0) return undefined;
    using opened = Deno.openSync(file);
    const bytes = new Uint8Array(MAX_SCRIPT_BYTES);
    return new TextDecoder().decode(bytes.subarray(0, opened.readSync(bytes) ?? 0));
  } catch {
    return undefined;
  }
}

function mayRead(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
