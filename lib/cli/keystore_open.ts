/**
 * The keystore that a command works on.
 *
 * @module
 */
import type { Command } from "commander";
import { Keystore, keystoreRoot, type KeystoreWarning } from "../../keystore/mod.ts";
import { escapeControls } from "../log.ts";
import type { CliIo } from "./support.ts";

/**
 * Opens the keystore that the command line and the environment name; says on stderr which it is, and
 * what of it is passed over.
 *
 * @param command The command that runs; its `--keystore` or that of a command above it counts.
 * @param io Where text goes.
 * @throws KeystoreError `keystore-unreadable`, `keystore-unwritable`.
 */
export async function openKeystore(command: Command, io: CliIo): Promise<Keystore> {
  const { keystore } = command.optsWithGlobals<{ keystore?: string }>();
  const root = keystoreRoot({ keystore }, io.env);
  io.err(`keystore: ${escapeControls(root.path)} (from ${root.from})\n`);
  return await Keystore.open(root.path, {
    onWarning: (warning) => io.err(formatWarning(warning)),
  });
}

/**
 * Writes a warning of the keystore for people.
 *
 * @param warning What was passed over.
 * @returns One line with its newline.
 */
export function formatWarning(warning: KeystoreWarning): string {
  const { path, line, message } = warning;
  const where = message.includes(path) ? "" : `${path}${line === undefined ? "" : `:${line}`}: `;
  return `warning: ${escapeControls(where + message)}\n`;
}
