/**
 * The options of the fleet that a command belongs to.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "commander";
import type { FleetPlace } from "../fleet/mod.ts";
import { MAX_FLEET_FILE_BYTES, MAX_FLEET_SERVERS, MAX_FLEET_STALE_MS } from "../limits.ts";
import { escapeControls } from "../log.ts";
import { isLoopback, parsePort } from "../address.ts";
import { messageOf } from "../errors.ts";
import { parseName } from "../name.ts";
import { UsageError } from "./errors.ts";
import type { Report } from "./report.ts";
import { warnOfMode } from "./secret_file.ts";
import { parseDuration } from "./values.ts";

/** A server of a fleet. */
export interface FleetServer {
  /** Such as `tls://nats1.example.org:4222`. */
  readonly url: string;
  readonly hostname: string;
  readonly isEncrypted: boolean;
}

export interface FleetFlags {
  readonly fleet?: readonly FleetServer[];
  readonly fleetName?: string;
  readonly fleetCreds?: string;
  readonly fleetUserFile?: string;
  readonly fleetCa?: string;
  readonly fleetCert?: string;
  readonly fleetKey?: string;
  readonly fleetInsecure?: boolean;
}

export interface FleetListenFlags extends FleetFlags {
  /** In milliseconds. */
  readonly fleetStale?: number;
}

const DEFAULT_NAME = "fleet";
const DEFAULT_PORT = 4222;
const SCHEMES = ["nats", "tls"];

/** Adds the options of all commands that use a fleet. */
export function addFleetOptions(command: Command): Command {
  return command
    .option(
      "--fleet <urls>",
      "the NATS servers that the listeners of a fleet share: nats://host[:port][,host...] or tls://...",
      parseServers,
    )
    .option(
      "--fleet-name <name>",
      `the name of the fleet, if several share servers (default: ${DEFAULT_NAME})`,
      parseFleetName,
    )
    .option("--fleet-creds <file>", "log in to the servers with this credentials file of NATS")
    .option(
      "--fleet-user-file <file>",
      "log in to the servers with the line USER:PASSWORD of a file",
    )
    .option("--fleet-ca <file>", "the authorities of the servers' certificates, in PEM")
    .option("--fleet-cert <file>", "the certificate for the servers, in PEM")
    .option("--fleet-key <file>", "the private key of that certificate, in PEM")
    .option(
      "--fleet-insecure",
      "use nats:// also with other machines, so that others can read and change what is sent",
    );
}

/** Adds the options of commands that also work for a while when the servers cannot be reached. */
export function addFleetListenOptions(command: Command): Command {
  return addFleetOptions(command)
    .option(
      "--fleet-stale <time>",
      "how long known keys may log in while no server can be reached, such as 30m (default: 1h)",
      (text) => parseDuration(text, MAX_FLEET_STALE_MS),
    );
}

/** @throws {UsageError} For options that would show what is sent to others, or make no sense. */
export function requireConsistentFleet(flags: FleetListenFlags): void {
  const { fleet, fleetCert, fleetKey, fleetCreds, fleetUserFile, fleetInsecure } = flags;
  if (fleet === undefined) {
    const others = { ...flags } as { readonly [name: string]: unknown };
    const other = Object.keys(others)
      .find((name) => name.startsWith("fleet") && others[name] !== undefined);
    if (other === undefined) return;
    throw new UsageError(`${optionOf(other)} needs --fleet URL`);
  }
  if (fleetCreds !== undefined && fleetUserFile !== undefined) {
    throw new UsageError("--fleet-creds and --fleet-user-file exclude each other");
  }
  if ((fleetCert === undefined) !== (fleetKey === undefined)) {
    throw new UsageError("--fleet-cert FILE and --fleet-key FILE need each other");
  }
  const open = fleet.find(({ isEncrypted }) => !isEncrypted);
  if (open === undefined) return;
  const tls = Object.entries({ "--fleet-ca": flags.fleetCa, "--fleet-cert": fleetCert })
    .find(([, file]) => file !== undefined);
  if (tls !== undefined) throw new UsageError(`${tls[0]} needs --fleet tls://…`);
  const far = fleet.find(({ hostname }) => !isLoopback(hostname));
  if (far !== undefined && !fleetInsecure) {
    throw new UsageError(
      `others can read and change what goes to ${far.url}: use tls://${far.hostname}, or ` +
        "--fleet-insecure in a network that you trust",
    );
  }
}

/**
 * Reads the files that the options name.
 *
 * @param flags Consistent ones.
 * @param report Gets warnings.
 * @returns `undefined` without `--fleet`.
 * @throws {UsageError} When a file cannot be used; never has what stands in it.
 */
export async function readFleet(
  flags: FleetFlags,
  report: Report,
): Promise<FleetPlace | undefined> {
  const { fleet, fleetName = DEFAULT_NAME } = flags;
  if (fleet === undefined) return undefined;
  const text = async (path: string | undefined, isSecret: boolean) =>
    path === undefined ? undefined : decode(await readFile(path, isSecret, report), path);
  const { fleetCreds, fleetUserFile } = flags;
  return {
    servers: fleet.map(({ url }) => url),
    name: fleetName,
    tls: fleet.every(({ isEncrypted }) => isEncrypted)
      ? {
        ca: requirePem(await text(flags.fleetCa, false), flags.fleetCa, "CERTIFICATE"),
        cert: requirePem(await text(flags.fleetCert, false), flags.fleetCert, "CERTIFICATE"),
        key: requirePem(await text(flags.fleetKey, true), flags.fleetKey, "PRIVATE KEY"),
      }
      : undefined,
    credentials: fleetCreds === undefined
      ? undefined
      : requireCredentials(await readFile(fleetCreds, true, report), fleetCreds),
    user: fleetUserFile === undefined
      ? undefined
      : parseUser((await text(fleetUserFile, true))!, fleetUserFile),
  };
}

function parseServers(text: string): FleetServer[] {
  // An InvalidArgumentError would be shown with the text, and what stands before an "@" is a password.
  if (text.includes("@")) {
    throw new UsageError("--fleet takes no user or password: they go into a --fleet-user-file");
  }
  const [, scheme, hosts] = /^([a-z]+):\/\/(.+)$/.exec(text) ?? [];
  if (scheme === undefined || hosts === undefined || !SCHEMES.includes(scheme)) {
    throw new InvalidArgumentError("It must be nats:// or tls:// and a host.");
  }
  const parts = hosts.split(",");
  if (parts.length > MAX_FLEET_SERVERS) {
    throw new InvalidArgumentError(`It has ${parts.length} servers; use ${MAX_FLEET_SERVERS}.`);
  }
  return parts.map((part) => parseServer(part, scheme));
}

/** The first scheme holds for all servers: a connection has TLS with all of them or with none. */
function parseServer(text: string, scheme: string): FleetServer {
  const host = text.startsWith(`${scheme}://`) ? text.slice(scheme.length + 3) : text;
  // Of an address alone the parser for the web's URLs would take the port 80 away.
  const [, name, port = `${DEFAULT_PORT}`] =
    /^(\[[\da-fA-F:.]+\]|[\w.-]+)(?::(\d+))?$/.exec(host) ??
      [];
  if (name === undefined || !parsePort(port)) {
    throw new InvalidArgumentError(
      `Each must be host or host:port (1 to 65535), with commas between, all ${scheme}://.`,
    );
  }
  return {
    url: `${scheme}://${name}:${port}`,
    hostname: name.replace(/^\[|\]$/g, ""),
    isEncrypted: scheme === "tls",
  };
}

function parseFleetName(text: string): string {
  try {
    return parseName(text);
  } catch (error) {
    throw new InvalidArgumentError(`In it, ${messageOf(error)}.`);
  }
}

/** The option whose attribute commander calls so. */
function optionOf(attribute: string): string {
  return `--${attribute.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

async function readFile(path: string, isSecret: boolean, report: Report): Promise<Uint8Array> {
  try {
    using file = await Deno.open(path);
    const stat = await file.stat();
    if (isSecret) warnOfMode(path, stat, report);
    const bytes = new Uint8Array(MAX_FLEET_FILE_BYTES + 1);
    let length = 0;
    while (length < bytes.length) {
      const count = await file.read(bytes.subarray(length));
      if (count === null) return bytes.slice(0, length);
      length += count;
    }
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${messageOf(error)}`);
  }
  throw new UsageError(`${path} has more than ${MAX_FLEET_FILE_BYTES} bytes, too many for --fleet`);
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${escapeControls(path)} is not UTF-8; convert it to UTF-8`);
  }
}

/** @throws {UsageError} Where TLS would fail without a word of it. */
function requirePem(
  text: string | undefined,
  path: string | undefined,
  what: "CERTIFICATE" | "PRIVATE KEY",
): string | undefined {
  if (text === undefined || new RegExp(`^-----BEGIN (?:[A-Z]+ )?${what}-----`, "m").test(text)) {
    return text;
  }
  throw new UsageError(`${path} has no ${what.toLowerCase()} in PEM (-----BEGIN ${what}-----)`);
}

/** @throws {UsageError} Where the client of NATS would find nothing in it, at each attempt. */
function requireCredentials(bytes: Uint8Array, path: string): Uint8Array {
  const parts = decode(bytes, path).match(/^-{3,}BEGIN [A-Z ]+-{3,}\s*\n\s*\S+\s*\n-{3,}END /gm);
  if ((parts?.length ?? 0) >= 2) return bytes;
  throw new UsageError(`${path} is no credentials file of NATS: it lacks a token or a seed`);
}

function parseUser(text: string, path: string): { name: string; password: string } {
  const [, name, password] = /^([^:\n]+):([^\n]+)/.exec(text.replace(/\r/g, "")) ?? [];
  if (name !== undefined && password !== undefined) return { name, password };
  throw new UsageError(`the first line of ${path} is not USER:PASSWORD`);
}
