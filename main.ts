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
import { runCli } from "./lib/cli/support.ts";
import { addVersion } from "./lib/cli/version.ts";

const program = new Command("net-listen")
  .description("let remote graphical and text programs log in over A12 (Arcan's net_listen)")
  .addCommand(listenCommand())
  .addCommand(connectCommand())
  .addCommand(keystoreCommand());
addVersion(program, config.version);

if (import.meta.main) Deno.exitCode = await runCli(program, Deno.args);
