/**
 * `fleet watch`: what happens at all listeners of a fleet, as it comes.
 *
 * @module
 */

import { Command } from "commander";
import type { FleetRecord, FleetState, StreamPlace } from "../fleet/mod.ts";
import { describeRecord } from "../handlers/mod.ts";
import { FLEET_RECORDS_AGE_MS } from "../limits.ts";
import type { Status } from "../mod.ts";
import { escapeControls } from "../log.ts";
import { parseName } from "../name.ts";
import { untilGone } from "./ctl_lines.ts";
import { readFleetOf } from "./fleet_connect.ts";
import { UsageError } from "./errors.ts";
import { PlaceFile } from "./fleet_place.ts";
import type { CliIo } from "./io.ts";
import { onStop } from "./signals.ts";
import { parseDuration } from "./values.ts";

interface WatchFlags {
  /** In milliseconds. */
  readonly since?: number;
  readonly name?: string;
  readonly kind?: string;
  readonly json?: boolean;
  readonly resume?: string;
}

const GAP = "warning: records that were not printed have left the stream\n";

export function watchCommand(io: CliIo): Command {
  return new Command("watch")
    .description("print the records and logins of all listeners, as they come")
    .option(
      "--since <time>",
      "begin with those of this long ago, such as 30m or 1h (default: only new ones)",
      (text) => parseDuration(text, FLEET_RECORDS_AGE_MS),
    )
    .option("--name <name>", "only those of listeners of this name", (text) => parseName(text))
    .option("--kind <kind>", "only those of this kind, such as login_refused", parseKind)
    .option(
      "--resume <file>",
      "keep in this file how far it has printed, and go on from there the next time",
    )
    .action((_flags: unknown, command: Command) => watch(command, io));
}

async function watch(command: Command, io: CliIo): Promise<void> {
  const place = await readFleetOf(command, io);
  const { since, name, kind, json, resume } = command.optsWithGlobals<WatchFlags>();
  const stop = new AbortController();
  const signal = AbortSignal.any([untilGone(io), stop.signal]);
  const { FleetConnection, watchRecords } = await import("../fleet/mod.ts");
  const connection = await FleetConnection.open(place, "net-listen fleet watch", "readers");
  // The file gets the last place.
  const endSignals = onStop(() => stop.abort());
  const endState = connection.onState((state) => io.err(STATES[state]));
  try {
    await using file = resume === undefined ? undefined : new PlaceFile(resume, () => stop.abort());
    const options = {
      since: since === undefined ? undefined : new Date(Date.now() - since),
      name,
      kind,
      after: await file?.read(),
      onPlace: file && ((place: StreamPlace) => file.keep(place)),
      onGap: () => io.err(GAP),
    };
    const records = watchRecords(connection, options, signal);
    for await (const record of records) {
      await io.out(json ? `${record.line}\n` : `${describe(record)}\n`);
    }
  } finally {
    endSignals();
    endState();
    await connection.close();
  }
}

const STATES: { readonly [S in FleetState]: string } = {
  away: "no server of the fleet can be reached; records are printed when one is back\n",
  connected: "a server of the fleet is back\n",
};

/** Logins are of the host itself, whose number is 0. */
function describe({ host, client, line }: FleetRecord): string {
  const { fleet: _, time, source, ...record } = JSON.parse(line);
  const role = client === 0 ? "listener" : "client";
  return escapeControls(`${time} ${host} ${describeRecord(role, source, record as Status)}`);
}

function parseKind(text: string): string {
  if (/^[a-z][a-z0-9_]*$/.test(text)) return text;
  throw new UsageError(`--kind ${text} is no kind of record, such as resized or login_refused`);
}
