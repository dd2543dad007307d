/**
 * `--version`: the versions and the cryptography in use.
 *
 * @module
 */

import { type Command, CommanderError } from "commander";
import { cryptoName } from "../crypto/mod.ts";

export function addVersion(program: Command, version: string): void {
  program.option("-V, --version", "show the version and the cryptography in use");
  program.on("option:version", () => {
    const text =
      `${program.name()} ${version} (crypto ${cryptoName()}, deno ${Deno.version.deno})\n`;
    program.configureOutput().writeOut?.(text);
    throw new CommanderError(0, "commander.version", text);
  });
}
