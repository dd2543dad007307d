/**
 * Files with secrets that other users may read.
 *
 * @module
 */

import { escapeControls } from "../log.ts";
import type { Report } from "./report.ts";

/** Permissions of other users, which ssh refuses for private keys as well. */
const OTHERS = 0o077;

/** Warns when other users can use the secret in a file. */
export function warnOfMode(
  path: string,
  { isFile, mode }: Pick<Deno.FileInfo, "isFile" | "mode">,
  report: Report,
): void {
  if (!isFile || mode === null || (mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  const detail = `${path} has mode ${shown}: other users can use the secret in it; ` +
    `run chmod go-rwx ${path}`;
  report({
    text: escapeControls(`warning: ${detail}`) + "\n",
    level: "warn",
    event: "secret-file-mode",
    fields: { path, mode: shown, detail },
  });
}
