/**
 * Opens the keystore that the command line or the environment names.
 *
 * @module
 */

import type { Command } from "commander";
import { Keystore, keystoreRoot, type KeystoreWarning } from "../../keystore/mod.ts";
import { escapeControls, warningFields } from "../mod.ts";
import type { CliIo } from "./io.ts";
import { programCall, quoteForShell } from "./program_call.ts";
import { type Report, reportAsText } from "./report.ts";

export function addKeystoreOption(command: Command): Command {
  return command.option(
    "--keystore <dir>",
    "the keystore directory (default: a12 in $ARCAN_STATEPATH or the XDG state directory)",
  );
}

/**
 * Reports which keystore it is, and its warnings.
 *
 * @param command The command that runs; its `--keystore` or that of a command above it counts.
 * @throws {KeystoreError} `keystore-unreadable`, `keystore-unwritable`.
 */
export async function openKeystore(
  command: Command,
  io: CliIo,
  report: Report = reportAsText(io),
): Promise<Keystore> {
  const { keystore } = command.optsWithGlobals<{ keystore?: string }>();
  const { path, from } = keystoreRoot({ keystore }, io.env);
  report({
    text: `keystore: ${escapeControls(path)} (from ${from})\n`,
    event: "keystore",
    fields: { path, from },
  });
  return await Keystore.open(path, {
    onWarning: (warning) =>
      report({
        text: formatWarning(warning),
        level: "warn",
        event: "keystore-warning",
        fields: warningFields(warning),
      }),
  });
}

/** What to type for another command on the keystore that {@linkcode openKeystore} opened. */
export function keystoreCall(command: Command): string {
  const { keystore } = command.optsWithGlobals<{ keystore?: string }>();
  if (keystore === undefined) return `${programCall()} keystore`;
  return `${programCall()} keystore --keystore ${escapeControls(quoteForShell(keystore))}`;
}

/** @returns One line. */
function formatWarning({ path, line, message }: KeystoreWarning): string {
  const where = message.includes(path) ? "" : `${path}${line === undefined ? "" : `:${line}`}: `;
  return `warning: ${escapeControls(where + message)}\n`;
}
