/**
 * The program: `listen`, `connect` and `keystore`.
 *
 * @module
 */

import { Command } from "commander";
import config from "./deno.json" with { type: "json" };
import { completionsCommand } from "./lib/cli/completions.ts";
import { connectCommand } from "./lib/cli/connect.ts";
import { ctlCommand } from "./lib/cli/ctl.ts";
import { fleetCommand } from "./lib/cli/fleet.ts";
import { installCommand } from "./lib/cli/install.ts";
import { keystoreCommand } from "./lib/cli/keystore.ts";
import { listenCommand } from "./lib/cli/listen.ts";
import { type CliIo, processIo } from "./lib/cli/io.ts";
import { manualCommand } from "./lib/cli/manual.ts";
import { runMain } from "./lib/cli/program.ts";
import { addVersion } from "./lib/cli/version.ts";

const HELP = `
Try it on one machine, with one keystore for both ends:
  keystore show > me.pub
  keystore add demo me.pub
  listen demo
  connect localhost --show text      (in another terminal)`;

export function makeProgram(io: CliIo = processIo): Command {
  const program = new Command("net-listen")
    .description("let remote graphical and text programs log in over A12 (Arcan's net_listen)")
    .addCommand(listenCommand(io))
    .addCommand(connectCommand(io))
    .addCommand(keystoreCommand(io))
    .addCommand(ctlCommand(io))
    .addCommand(fleetCommand(io))
    .addCommand(installCommand(io))
    .addHelpText("after", HELP);
  program.addCommand(completionsCommand(program, io));
  program.addCommand(manualCommand(program, config.version, io));
  addVersion(program, config.version);
  return program;
}

if (import.meta.main) await runMain(makeProgram());
