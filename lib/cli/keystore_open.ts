/**
 * Opens the keystore that the command line or the environment names.
 *
 * @module
 */

import type { Command } from "commander";
import {
  type CopyState,
  type KeyStorage,
  Keystore,
  keystoreRoot,
  type KeystoreWarning,
} from "../../keystore/mod.ts";
import type { FleetPlace } from "../fleet/mod.ts";
import { FLEET_STALE_MS } from "../limits.ts";
import { warningFields } from "../keystore_warning.ts";
import { escapeControls } from "../log.ts";
import { type FleetListenFlags, readFleet, requireConsistentFleet } from "./fleet_options.ts";
import type { CliIo } from "./io.ts";
import { programCall, quoteForShell } from "./program_call.ts";
import { type Message, type Report, reportAsText } from "./report.ts";

interface KeystoreFlags extends FleetListenFlags {
  readonly keystore?: string;
}

export function addKeystoreOption(command: Command): Command {
  return command.option(
    "--keystore <dir>",
    "the keystore directory (default: a12 in $ARCAN_STATEPATH or the XDG state directory)",
  );
}

/**
 * Opens the keystore with the keys that may log in: that of the fleet if there is one, else the
 * directory. Reports which it is, and its warnings.
 *
 * @param command The command that runs; its options or those of a command above it count.
 * @param fleet The fleet, if the caller has read it.
 * @throws {KeystoreError} `keystore-unreadable`, `keystore-unwritable`.
 * @throws {FleetError} `fleet-unreachable`, `fleet-refused`.
 * @throws {UsageError} As {@linkcode readFleet}.
 */
export async function openKeystore(
  command: Command,
  io: CliIo,
  report: Report = reportAsText(io),
  fleet?: FleetPlace,
): Promise<KeyStorage> {
  const flags = command.optsWithGlobals<KeystoreFlags>();
  const place = fleet ?? await requireFleet(flags, report);
  const own = await openDirectory(command, io, report);
  return place === undefined ? own : await openFleet(place, flags, own, report);
}

/**
 * Reads which fleet the options name.
 *
 * @returns `undefined` for none.
 * @throws {UsageError} As {@linkcode requireConsistentFleet} and {@linkcode readFleet}.
 */
export async function requireFleet(
  flags: FleetListenFlags,
  report: Report,
): Promise<FleetPlace | undefined> {
  requireConsistentFleet(flags);
  return await readFleet(flags, report);
}

/**
 * Opens the directory, which has our own keys, and without a fleet those that may log in.
 *
 * @throws {KeystoreError} `keystore-unreadable`, `keystore-unwritable`.
 */
export async function openDirectory(
  command: Command,
  io: CliIo,
  report: Report = reportAsText(io),
): Promise<Keystore> {
  const { keystore } = command.optsWithGlobals<KeystoreFlags>();
  const { path, from } = keystoreRoot({ keystore }, io.env);
  report({
    text: `keystore: ${escapeControls(path)} (from ${from})\n`,
    event: "keystore",
    fields: { path, from },
  });
  return await Keystore.open(path, { onWarning: (warning) => report(warn(warning)) });
}

/**
 * Opens the keystore of a fleet.
 *
 * @param own The store with our own keys.
 * @throws {FleetError} `fleet-unreachable`, `fleet-refused`.
 */
export async function openFleet(
  place: FleetPlace,
  { fleetStale = FLEET_STALE_MS }: FleetListenFlags,
  own: Keystore,
  report: Report,
): Promise<KeyStorage> {
  const { FleetKeystore } = await import("../fleet/mod.ts");
  const keystore = await FleetKeystore.open({
    ...place,
    own,
    staleMs: fleetStale,
    onWarning: (warning) => report(warn(warning)),
    onState: (state) => report(STATES[state](fleetStale)),
  });
  const { name } = place;
  const servers = place.servers.join(",");
  report({ text: `fleet: ${name} at ${servers}\n`, event: "fleet", fields: { name, servers } });
  return keystore;
}

/** What to type for another command on the keystore that {@linkcode openKeystore} opened. */
export function keystoreCall(command: Command): string {
  const flags = command.optsWithGlobals<KeystoreFlags>();
  const options: { readonly [option: string]: string | undefined } = {
    "--keystore": flags.keystore,
    "--fleet": flags.fleet?.map(({ url }) => url).join(","),
    "--fleet-name": flags.fleetName,
    "--fleet-creds": flags.fleetCreds,
    "--fleet-user-file": flags.fleetUserFile,
    "--fleet-ca": flags.fleetCa,
    "--fleet-cert": flags.fleetCert,
    "--fleet-key": flags.fleetKey,
  };
  const words = Object.entries(options)
    .flatMap(([option, value]) => value === undefined ? [] : [option, value]);
  if (flags.fleetInsecure) words.push("--fleet-insecure");
  const shown = words.map((word) => escapeControls(quoteForShell(word)));
  return [programCall(), "keystore", ...shown].join(" ");
}

const STATES: { readonly [S in CopyState]: (staleMs: number) => Message } = {
  current: () =>
    said(
      "info",
      "fleet-back",
      "the fleet can be reached again: known and unknown keys log in; changes of keys count; what " +
        "waited is sent; limits count at all hosts together",
    ),
  unconfirmed: (staleMs) =>
    said(
      "warn",
      "fleet-lost",
      `the fleet cannot be reached: known keys log in for ${staleMs / 1000} s, unknown ones do ` +
        "not; no change of a key counts; records, knocks and last logins wait; limits count at " +
        "this host alone",
    ),
  stale: (staleMs) =>
    said(
      "error",
      "fleet-stale",
      `the fleet could not be reached for ${staleMs / 1000} s: no key logs in`,
    ),
};

function said(level: "info" | "warn" | "error", event: string, detail: string): Message {
  return {
    text: `${level === "info" ? "" : "warning: "}${detail}\n`,
    level,
    event,
    fields: { detail },
  };
}

function warn(warning: KeystoreWarning): Message {
  return {
    text: formatWarning(warning),
    level: "warn",
    event: "keystore-warning",
    fields: warningFields(warning),
  };
}

/** @returns One line. */
function formatWarning({ path, line, message }: KeystoreWarning): string {
  const where = message.includes(path) ? "" : `${path}${line === undefined ? "" : `:${line}`}: `;
  return `warning: ${escapeControls(where + message)}\n`;
}
