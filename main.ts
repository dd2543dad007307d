/**
 * The command line: `listen`, `connect`, `keystore`.
 *
 * @module
 */

import { Command } from "commander";
import config from "./deno.json" with { type: "json" };
import { connectCommand } from "./lib/cli/connect.ts";
import { keystoreCommand } from "./lib/cli/keystore.ts";
import { listenCommand } from "./lib/cli/listen.ts";
import { type CliIo, processIo } from "./lib/cli/io.ts";
import { runMain } from "./lib/cli/program.ts";
import { addVersion } from "./lib/cli/version.ts";

/**
 * Makes the program with all its commands.
 *
 * @param io Where text goes.
 */
export function makeProgram(io: CliIo = processIo): Command {
  const program = new Command("net-listen")
    .description("let remote graphical and text programs log in over A12 (Arcan's net_listen)")
    .addCommand(listenCommand(io))
    .addCommand(connectCommand(io))
    .addCommand(keystoreCommand(io));
  addVersion(program, config.version);
  return program;
}

if (import.meta.main) await runMain(makeProgram());
