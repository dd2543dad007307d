/**
 * `--version`: what runs, and on which cryptography.
 *
 * @module
 */
import { type Command, CommanderError } from "commander";
import { defaultProvider } from "../crypto/mod.ts";

/**
 * Adds `--version` to the root command.
 *
 * @param program The root command.
 * @param version The version of the program.
 */
export function addVersion(program: Command, version: string): void {
  program.option("-V, --version", "show the version and the cryptography that runs here");
  program.on("option:version", () => {
    const text =
      `${program.name()} ${version} (crypto ${defaultProvider().name}, deno ${Deno.version.deno})\n`;
    program.configureOutput().writeOut?.(text);
    throw new CommanderError(0, "commander.version", text);
  });
}
