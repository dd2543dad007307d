/**
 * The program and its commands.
 *
 * @module
 */

import { Command } from "commander";
import config from "./deno.json" with { type: "json" };
import { completionsCommand } from "./lib/cli/completions.ts";
import { type CliIo, processIo } from "./lib/cli/io.ts";
import { manualCommand } from "./lib/cli/manual.ts";
import { runMain } from "./lib/cli/program.ts";
import { addVersion } from "./lib/cli/version.ts";

/** Loads each command, in the order of the help. */
const COMMANDS: ReadonlyMap<string, (io: CliIo) => Promise<Command>> = new Map([
  ["listen", async (io) => (await import("./lib/cli/listen.ts")).listenCommand(io)],
  ["connect", async (io) => (await import("./lib/cli/connect.ts")).connectCommand(io)],
  ["keystore", async (io) => (await import("./lib/cli/keystore.ts")).keystoreCommand(io)],
  ["ctl", async (io) => (await import("./lib/cli/ctl.ts")).ctlCommand(io)],
  ["fleet", async (io) => (await import("./lib/cli/fleet.ts")).fleetCommand(io)],
  ["install", async (io) => (await import("./lib/cli/install.ts")).installCommand(io)],
]);

const HELP = `
Try it on one machine, with one keystore for both ends:
  keystore show > me.pub
  keystore add demo me.pub
  listen demo
  connect localhost --show text      (in another terminal)`;

/** @param name The command to load alone, for a fast start; all are loaded without one of its name. */
export async function makeProgram(io: CliIo = processIo, name = ""): Promise<Command> {
  const program = new Command("net-listen")
    .description("let remote graphical and text programs log in over A12 (Arcan's net_listen)")
    .addHelpText("after", HELP);
  const load = COMMANDS.get(name);
  const loads = load === undefined ? COMMANDS.values() : [load];
  // One after the other: Deno loads a module once for each import that is under way.
  for (const load of loads) program.addCommand(await load(io));
  program.addCommand(completionsCommand(program, io));
  program.addCommand(manualCommand(program, config.version, io));
  addVersion(program, config.version);
  return program;
}

if (import.meta.main) await runMain(() => makeProgram(processIo, Deno.args[0]));
