/**
 * `install systemd`: a unit file for `listen`.
 *
 * @module
 */

import { Command } from "commander";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type Access, accessOf } from "./systemd_access.ts";
import { formatSocket, socketStreams } from "./systemd_socket.ts";
import { formatUnit, type UnitOptions } from "./systemd_unit.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { addListenOptions, type ListenFlags, requireConsistent } from "./listen_options.ts";
import { messageOf } from "../errors.ts";
import { parseName } from "../name.ts";
import { quoteForShell } from "./program_call.ts";
import { parseListenPort } from "./values.ts";

interface InstallFlags {
  readonly socket?: boolean;
  readonly print?: boolean;
  readonly user?: boolean;
  readonly force?: boolean;
}

/** What a service does not see under ProtectHome and PrivateTmp. */
const HIDDEN = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];
const ROOT = new URL("../../", import.meta.url);

export function installCommand(io: CliIo): Command {
  return new Command("install").description("install listen as a service").addCommand(systemd(io));
}

const HELP = `
The unit runs listen as the user net-listen (with --user: as you), with the permissions of Deno and the
access to files that the options need, and no more. It is written to /etc/systemd/system, with --user to
~/.config/systemd/user. A secret is read from --secret-file by systemd and is not in the unit.

With --socket systemd listens at the addresses, and starts listen with the first connection: a socket file
is written as well. Clients that connect while the service is restarted wait until it is there again.

Examples:
  install systemd demo --port 6680 --record /var/lib/net-listen/recordings --print
  install systemd demo --socket --listen 192.0.2.1:6680 --listen unix:/run/demo.sock`;

function systemd(io: CliIo): Command {
  const command = new Command("systemd")
    .description("write a unit file that runs listen with the options given")
    .argument("[name]", "the same as for listen")
    .argument("[interface]", "the same as for listen")
    .argument("[port]", "the same as for listen", parseListenPort);
  addListenOptions(command);
  const words: [flag: string, value: string | undefined][] = [];
  // The text of each option as it was given, before it is parsed.
  for (const option of command.options) {
    command.on(`option:${option.name()}`, (value: string | null | undefined) => {
      words.push([option.long!, value ?? undefined]);
    });
  }
  return command
    .option("--socket", "let systemd listen, with a socket file")
    .option("--print", "print the unit and write nothing")
    .option("--user", "for the service manager of this user")
    .option("--force", "replace a unit that is there")
    .addHelpText("after", HELP)
    .action((name, hostname, port, flags: ListenFlags & InstallFlags) => {
      if (name !== undefined) parseName(name);
      requireConsistent(flags);
      requireUnattended(flags);
      const streams = flags.socket ? socketStreams({ hostname, port }, flags) : undefined;
      const isUser = flags.user ?? false;
      const deno = Deno.execPath();
      const root = decodeURIComponent(ROOT.pathname).replace(/\/$/, "");
      const own = { deno, root, isUser, name, cwd: Deno.cwd(), port: port ?? flags.port, words };
      const place = [name, hostname, port].filter((word) => word !== undefined).map(String);
      const service = serviceOf({ ...own, place, socketFile: undefined }, streams !== undefined);
      const access = accessOf(service.words, service.cwd);
      requireNoComma([root, ...access.read]);
      const unseen = isUser ? undefined : findHidden([...access.read, deno, root]);
      if (unseen !== undefined && !flags.print) throw new UsageError(describeHidden(unseen));
      if (unseen !== undefined) io.err(`warning: ${describeHidden(unseen)}\n`);
      const files = makeFiles(service, streams);
      if (!flags.print) return write(unitDirectory(isUser, io), files, access, flags, io);
      for (const [file, text] of files) io.out(files.size === 1 ? text : `# ${file}\n${text}\n`);
    });
}

/** @param takesSockets Whether systemd listens in place of the service. */
function serviceOf(unit: UnitOptions, takesSockets: boolean): UnitOptions {
  if (!takesSockets) return unit;
  const { name, words } = unit;
  const others = words.filter(([flag]) => !["--listen", "--host", "--port"].includes(flag));
  return {
    ...unit,
    words: [...others, ["--listen", "systemd"]],
    place: name === undefined ? [] : [name],
    port: undefined,
    socketFile: `${fileName(name)}.socket`,
  };
}

/**
 * @param streams The addresses of a socket file; none when the service listens by itself.
 * @returns The texts of the files by name, the one to enable first.
 */
function makeFiles(service: UnitOptions, streams: string[] | undefined): Map<string, string> {
  const { name, isUser, socketFile } = service;
  const files = new Map<string, string>();
  if (socketFile !== undefined && streams !== undefined) {
    files.set(socketFile, formatSocket({ name, isUser, streams }));
  }
  return files.set(`${fileName(name)}.service`, formatUnit(service));
}

function fileName(name: string | undefined): string {
  return name === undefined ? "net-listen" : `net-listen-${name}`;
}

/** @throws {UsageError} For options that need a person, or that would put a secret into the unit. */
function requireUnattended(flags: ListenFlags): void {
  if (flags.secret !== undefined) {
    throw new UsageError("a secret in a unit can be read by all users; give --secret-file FILE");
  }
  for (
    const [name, value] of Object.entries({
      "--ask-secret": flags.askSecret,
      "--secret-stdin": flags.secretStdin,
      "--view": flags.view,
    })
  ) {
    if (value) {
      throw new UsageError(`${name} needs a terminal or an input, and a service has none`);
    }
  }
}

/** @throws {UsageError} For a path that cannot be in a list of permissions. */
function requireNoComma(paths: readonly string[]): void {
  const path = paths.find((path) => path.includes(","));
  if (path === undefined) return;
  throw new UsageError(`${path} has a comma, at which Deno divides the paths of a permission`);
}

function findHidden(paths: readonly string[]): string | undefined {
  return paths.find((path) => HIDDEN.some((hidden) => `${path}/`.startsWith(`${hidden}/`)));
}

function describeHidden(path: string): string {
  return `${path} cannot be seen by the service, which has no access to home directories and /tmp; ` +
    `choose a place such as /usr/local, /opt or /var/lib/net-listen, or give --user`;
}

function unitDirectory(isUser: boolean, io: CliIo): string {
  if (!isUser) return "/etc/systemd/system";
  return `${io.env.get("XDG_CONFIG_HOME") || `${io.env.get("HOME")}/.config`}/systemd/user`;
}

/** @param files Their texts by name; the first is the one to enable. */
function write(
  directory: string,
  files: ReadonlyMap<string, string>,
  { directories }: Access,
  { user, force }: InstallFlags,
  io: CliIo,
): void {
  for (const [file, text] of files) writeFile(`${directory}/${file}`, text, force ?? false);
  const names = [...files.keys()];
  io.out(`wrote ${names.map((file) => `${directory}/${file}`).join(", ")}; now run:\n`);
  const missing = directories.filter((path) => !existsSync(path));
  for (const step of nextSteps(names[0]!, user ?? false, missing)) io.out(`  ${step}\n`);
}

/**
 * The commands that start a service.
 *
 * @param file The file to enable.
 * @param missing Directories that the service needs, and that are not there.
 */
export function nextSteps(file: string, isUser: boolean, missing: readonly string[]): string[] {
  const systemctl = isUser ? "systemctl --user" : "systemctl";
  const start = [`${systemctl} daemon-reload`, `${systemctl} enable --now ${file}`];
  if (isUser) return start;
  const user = "useradd --system --home-dir /var/lib/net-listen --shell /usr/sbin/nologin";
  return [
    `${user} net-listen`,
    ...missing.map((path) => `install -d -o net-listen -m 700 ${quoteForShell(path)}`),
    ...start,
  ];
}

function writeFile(path: string, text: string, replaces: boolean): void {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
    if (replaces) Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw failed(path, error);
  }
  try {
    Deno.writeTextFileSync(path, text, { createNew: true, mode: 0o644 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new UsageError(`${path} exists already; --force replaces it`);
    }
    throw failed(path, error);
  }
}

function failed(path: string, error: unknown): UsageError {
  return new UsageError(`cannot write ${path}: ${messageOf(error)}`);
}
