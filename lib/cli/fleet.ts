/**
 * `fleet`: looks at all listeners that share keys and records.
 *
 * @module
 */

import { Command } from "commander";
import { watchCommand } from "./fleet_watch.ts";
import { type CliIo, processIo } from "./io.ts";

export function fleetCommand(io: CliIo = processIo): Command {
  return new Command("fleet")
    .description("see what happens at all listeners of a fleet")
    .addCommand(watchCommand(io))
    .addHelpText("after", HELP);
}

const HELP = `
Examples:
  fleet watch --fleet tls://nats1.example.org,nats2.example.org,nats3.example.org --since 1h
  fleet watch --fleet nats://127.0.0.1 --kind login_refused --json`;
