/**
 * `fleet`: looks at all listeners that share keys and records, and steers them.
 *
 * @module
 */

import { Command } from "commander";
import { callCommand, endCommand, snapshotCommand, typeCommand } from "./ctl_client.ts";
import { fetchCommand, filesCommand, sendCommand } from "./ctl_files.ts";
import { acceptCommand, ignoreCommand, keysCommand, knocksCommand } from "./ctl_keys.ts";
import { linkCommand } from "./ctl_links.ts";
import { showCommand } from "./ctl_list.ts";
import { addCommands, withoutControls } from "./ctl_reach.ts";
import { recordCommand } from "./ctl_record.ts";
import { linksCommand, unlinkCommand } from "./fleet_links.ts";
import { hostsCommand, listCommand } from "./fleet_list.ts";
import { addFleetOptions } from "./fleet_options.ts";
import { fleetReach } from "./fleet_reach.ts";
import { watchCommand } from "./fleet_watch.ts";
import { type CliIo, processIo } from "./io.ts";

export function fleetCommand(io: CliIo = processIo): Command {
  const quiet = withoutControls(io);
  const reach = fleetReach(quiet);
  const command = addFleetOptions(
    new Command("fleet")
      .description("see the clients of all listeners of a fleet, type into them, end them"),
  ).option("--json", "print JSON").addHelpText("after", HELP);
  return addCommands(command, [
    hostsCommand(quiet),
    listCommand(quiet),
    showCommand(quiet, reach),
    snapshotCommand(quiet, reach),
    watchCommand(quiet),
    typeCommand(quiet, reach),
    callCommand(quiet, reach),
    endCommand(quiet, reach),
    sendCommand(quiet, reach),
    filesCommand(quiet, reach),
    fetchCommand(quiet, reach),
    recordCommand(quiet, reach),
    knocksCommand(quiet, reach),
    acceptCommand(quiet, reach),
    ignoreCommand(quiet, reach),
    keysCommand(quiet, reach),
    linkCommand(quiet, reach),
    linksCommand(quiet),
    unlinkCommand(quiet),
  ]);
}

const HELP = `
CLIENT is HOST/NUMBER as "fleet list --ids" prints it, or the first four or more digits of the
fingerprint of its key. HOST may be the beginning of an id that fits one host alone.

"fleet hosts", "list", "knocks", "keys" and "links" give what has come after 0.6 s, and name the hosts
that have not answered on standard error. The exit code is 0 if one of them has answered.

What concerns one listener is done by "ctl --fleet URL --to HOST", with one of: log, stats, close, drain,
recordings, recording.

Examples:
  fleet list --fleet nats://127.0.0.1
  fleet type --fleet nats://127.0.0.1 host-1/2 ls --enter
  fleet end --fleet nats://127.0.0.1 3f2a-91bc "see you tomorrow"
  fleet accept --fleet nats://127.0.0.1 3f2a-91bc demo --comment "Anna's laptop"
  fleet watch --fleet tls://nats1.example.org,nats2.example.org,nats3.example.org --since 1h
  fleet watch --fleet nats://127.0.0.1 --kind login_refused --json`;
