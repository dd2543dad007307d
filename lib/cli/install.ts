/**
 * `install systemd`: a unit file for `listen`.
 *
 * @module
 */

import { Command } from "commander";
import { dirname } from "node:path";
import { formatSocket, socketStreams } from "./systemd_socket.ts";
import { formatUnit, type UnitOptions } from "./systemd_unit.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { addListenOptions, type ListenFlags, requireConsistent } from "./listen_options.ts";
import { messageOf, parseName } from "../mod.ts";
import { parseListenPort } from "./values.ts";

interface InstallFlags {
  readonly socket?: boolean;
  readonly print?: boolean;
  readonly user?: boolean;
  readonly force?: boolean;
}

/** Where a service without access to home directories and private files cannot have its program. */
const HIDDEN = /^\/(home|root|run\/user|tmp|var\/tmp)\//;
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
      const unseen = isUser ? undefined : [deno, `${root}/`].find((path) => HIDDEN.test(path));
      if (unseen !== undefined && !flags.print) throw new UsageError(describeHidden(unseen));
      if (unseen !== undefined) io.err(`warning: ${describeHidden(unseen)}\n`);
      const own = { deno, root, isUser, name, cwd: Deno.cwd(), port: port ?? flags.port, words };
      const place = [name, hostname, port].filter((word) => word !== undefined).map(String);
      const files = makeFiles({ ...own, place, socketFile: undefined }, streams);
      if (!flags.print) return write(unitDirectory(isUser, io), files, flags, io);
      for (const [file, text] of files) io.out(files.size === 1 ? text : `# ${file}\n${text}\n`);
    });
}

/**
 * @param streams The addresses of a socket file; none when the service listens by itself.
 * @returns The texts of the files by name, the one to enable first.
 */
function makeFiles(unit: UnitOptions, streams: string[] | undefined): Map<string, string> {
  const { name, isUser, words } = unit;
  const file = name === undefined ? "net-listen" : `net-listen-${name}`;
  if (streams === undefined) return new Map([[`${file}.service`, formatUnit(unit)]]);
  const socketFile = `${file}.socket`;
  const others = words.filter(([flag]) => !["--listen", "--host", "--port"].includes(flag));
  const service = formatUnit({
    ...unit,
    words: [...others, ["--listen", "systemd"]],
    place: name === undefined ? [] : [name],
    port: undefined,
    socketFile,
  });
  return new Map([
    [socketFile, formatSocket({ name, isUser, streams })],
    [`${file}.service`, service],
  ]);
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
      throw new UsageError(`${name} needs a terminal or an input, which a service has not`);
    }
  }
}

function describeHidden(path: string): string {
  return `${path} cannot be seen by the service, which has no access to home directories and /tmp; ` +
    `move it to /usr/local/bin or /opt, or give --user`;
}

function unitDirectory(isUser: boolean, io: CliIo): string {
  if (!isUser) return "/etc/systemd/system";
  return `${io.env.get("XDG_CONFIG_HOME") || `${io.env.get("HOME")}/.config`}/systemd/user`;
}

/** @param files Their texts by name; the first is the one to enable. */
function write(
  directory: string,
  files: ReadonlyMap<string, string>,
  { user, force }: InstallFlags,
  io: CliIo,
): void {
  for (const [file, text] of files) writeFile(`${directory}/${file}`, text, force ?? false);
  const systemctl = user ? "systemctl --user" : "systemctl";
  io.out(`wrote ${[...files.keys()].map((file) => `${directory}/${file}`).join(", ")}; now run:\n`);
  if (!user) {
    io.out(
      "  useradd --system --home-dir /var/lib/net-listen --shell /usr/sbin/nologin net-listen\n",
    );
  }
  const [first] = files.keys();
  io.out(`  ${systemctl} daemon-reload\n  ${systemctl} enable --now ${first}\n`);
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
