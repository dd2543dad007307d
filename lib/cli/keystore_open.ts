/**
 * The keystore that a command works on.
 *
 * @module
 */
import type { Command } from "commander";
import { Keystore, keystoreRoot, type KeystoreWarning } from "../../keystore/mod.ts";
import { escapeControls } from "../log.ts";
import { warningFields } from "../net_listen.ts";
import type { CliIo } from "./io.ts";
import type { Tell } from "./tell.ts";
import { tellText } from "./tell.ts";

/**
 * Opens the keystore that the command line and the environment name; says on stderr which it is, and
 * what of it is passed over.
 *
 * @param command The command that runs; its `--keystore` or that of a command above it counts.
 * @param io Where text goes, and the environment.
 * @param tell Says it; as text unless given.
 * @throws KeystoreError `keystore-unreadable`, `keystore-unwritable`.
 */
export async function openKeystore(
  command: Command,
  io: CliIo,
  tell: Tell = tellText(io),
): Promise<Keystore> {
  const { keystore } = command.optsWithGlobals<{ keystore?: string }>();
  const { path, from } = keystoreRoot({ keystore }, io.env);
  tell({
    text: `keystore: ${escapeControls(path)} (from ${from})\n`,
    event: "keystore",
    fields: { path, from },
  });
  return await Keystore.open(path, {
    onWarning: (warning) =>
      tell({
        text: formatWarning(warning),
        level: "warn",
        event: "keystore-warning",
        fields: warningFields(warning),
      }),
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
