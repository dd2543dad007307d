/**
 * `ctl`: looks at a running listener and steers it.
 *
 * @module
 */

import { Command } from "commander";
import { type CliIo, processIo } from "./io.ts";
import { callCommand, endCommand, snapshotCommand, typeCommand } from "./ctl_client.ts";
import { listenerReach } from "./ctl_connect.ts";
import { fetchCommand, filesCommand, sendCommand } from "./ctl_files.ts";
import { acceptCommand, ignoreCommand, keysCommand, knocksCommand } from "./ctl_keys.ts";
import { linkCommand, linksCommand, unlinkCommand } from "./ctl_links.ts";
import { addCommands, withoutControls } from "./ctl_reach.ts";
import { recordCommand, recordingCommand, recordingsCommand } from "./ctl_record.ts";
import { closeCommand, drainCommand, statsCommand } from "./ctl_listener.ts";
import { listCommand, showCommand } from "./ctl_list.ts";
import { logCommand, watchCommand } from "./ctl_watch.ts";
import { addFleetOptions } from "./fleet_options.ts";

export function ctlCommand(io: CliIo = processIo): Command {
  const command = addFleetOptions(
    new Command("ctl")
      .description("see the clients of a running listener, type into them, end them")
      .option(
        "--to <name:port>",
        "which listener, if several run here: NAME or :PORT is enough; with --fleet the host",
      )
      .option("--control <path>", "its socket, if it was started with --control PATH")
      .option("--json", "print JSON"),
  ).addHelpText("after", HELP);
  const commands = [
    listCommand,
    showCommand,
    snapshotCommand,
    watchCommand,
    typeCommand,
    callCommand,
    endCommand,
    sendCommand,
    filesCommand,
    fetchCommand,
    recordCommand,
    recordingsCommand,
    recordingCommand,
    knocksCommand,
    acceptCommand,
    ignoreCommand,
    keysCommand,
    logCommand,
    statsCommand,
    linkCommand,
    linksCommand,
    unlinkCommand,
    closeCommand,
    drainCommand,
  ];
  const quiet = withoutControls(io);
  const reach = listenerReach(quiet);
  return addCommands(command, commands.map((make) => make(quiet, reach)));
}

const HELP = `
CLIENT is the number that "list" shows, or the first four or more digits of the fingerprint of its key.

Every listener of this user opens a socket for this, unless it was started with --no-control. It speaks
HTTP with JSON, so that other programs can do the same; the README says how.

With --fleet it is a listener of the fleet, on any machine: "fleet hosts" shows its host. "fleet list" and
the other commands of "fleet" are for all of them.

Examples:
  ctl list
  ctl snapshot 2
  ctl type 2 ls --enter
  ctl send 2 ./notes.txt
  ctl call 2 pressKey c '["ctrl"]'
  ctl end 2 "see you tomorrow"
  ctl knocks
  ctl accept 3f2a-91bc --comment "Anna's laptop"
  ctl link --read-only --expires 1h
  ctl drain --seconds 600 --wait`;
