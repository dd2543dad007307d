/**
 * The text of a unit file of systemd that runs `listen`.
 *
 * @module
 */

import { resolve } from "node:path";
import { parseListenAddress } from "../listen_address.ts";
import { EXIT } from "./program.ts";
import { accessOf, isPath, type Word } from "./systemd_access.ts";

/** What a unit is made from. */
export interface UnitOptions {
  /** The program of Deno. */
  readonly deno: string;
  /** The directory of our code. */
  readonly root: string;
  /** Whether the unit is for the service manager of a user. */
  readonly isUser: boolean;
  readonly name: string | undefined;
  /** The arguments of `listen`: name, interface, port. */
  readonly place: readonly string[];
  readonly port: number | undefined;
  /** The options of `listen`. */
  readonly words: readonly Word[];
  /** The socket file whose sockets the service takes, if there is one. */
  readonly socketFile: string | undefined;
  /** Relative paths start there. */
  readonly cwd: string;
}

/** Options whose file root alone may read: systemd reads it, and hands it over by this name. */
const CREDENTIALS: { readonly [flag: string]: string } = {
  "--secret-file": "secret",
  "--web-cert": "web-cert",
  "--web-key": "web-key",
};
/** The directory of control sockets. */
const RUNTIME = "%t/net-listen";
/** Options that have addresses at which the service listens. */
const PORT_FLAGS = ["--listen", "--web", "--ready"];
const MAX_PRIVILEGED_PORT = 1_023;
/** How long systemd waits beyond `--drain` before it kills. */
const STOP_SECONDS = 30;

export function formatUnit(options: UnitOptions): string {
  const { deno, root, isUser, name, place, words, socketFile, cwd } = options;
  const access = accessOf(words, cwd);
  const read = [root, ...access.read].map(escape);
  const write = [isUser ? "%t/systemd/notify" : "/run/systemd/notify", ...access.write.map(escape)];
  const args: string[] = [];
  const service: string[] = [];
  for (const [flag, value] of words) {
    const credential = CREDENTIALS[flag];
    if (value === undefined) args.push(flag);
    else if (credential !== undefined) {
      service.push(`LoadCredential=${credential}:${escapeSpecifiers(resolve(cwd, value))}`);
      args.push(`${flag}=%d/${credential}`);
      read.push(`%d/${credential}`);
    } else args.push(`${flag}=${escape(isPath(flag) ? resolve(cwd, value) : value)}`);
  }
  const has = (flag: string) => words.some(([given]) => given === flag);
  if (!has("--keystore")) {
    const keystore = isUser ? "%h/.local/state/a12" : "%S/net-listen";
    args.push(`--keystore=${keystore}`);
    read.push(keystore);
    write.push(keystore);
  }
  if (!has("--control") && !has("--no-control")) {
    read.push(RUNTIME);
    write.push(RUNTIME);
  }
  if (!has("--no-control")) {
    // For the files that clients offer.
    read.push("%T");
    write.push("%T");
  }
  const run = has("--pipe") ? ["--allow-run=sh"] : [];
  const command = [
    ...[escape(deno), "run", "--no-prompt", `--config=${escape(root)}/deno.json`],
    "--allow-env=A12_SECRET,NOTIFY_SOCKET,WATCHDOG_USEC,WATCHDOG_PID,RUNTIME_DIRECTORY," +
    "LISTEN_PID,LISTEN_FDS,LISTEN_FDNAMES,JOURNAL_STREAM",
    ...["--allow-net", "--allow-sys=osUptime,uid"],
    ...[`--allow-read=${read.join(",")}`, `--allow-write=${write.join(",")}`, ...run],
    ...[`${escape(root)}/main.ts`, "listen", ...place.map(escape), ...args],
  ];
  const needsPrivilege = portsOf(options).some((port) => port > 0 && port <= MAX_PRIVILEGED_PORT);
  const drain = Number(words.findLast(([flag]) => flag === "--drain")?.[1] ?? 0);
  return [
    "[Unit]",
    `Description=A12 listener${name === undefined ? "" : ` ${name}`}`,
    "Documentation=https://github.com/letoram/arcan",
    ...isUser ? [] : ["Wants=network-online.target", "After=network-online.target"],
    ...socketFile === undefined ? [] : [`Requires=${socketFile}`, `After=${socketFile}`],
    "",
    "[Service]",
    "Type=notify",
    `ExecStart=${command.map(quote).join(" \\\n  ")}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    // SIGTERM goes to the listener alone: programs of --pipe go on during --drain.
    "KillMode=mixed",
    "Restart=on-failure",
    // After five starts in ten seconds systemd would give up.
    "RestartSec=3",
    `RestartPreventExitStatus=${EXIT.usage}`,
    "WatchdogSec=30",
    `TimeoutStopSec=${drain + STOP_SECONDS}`,
    "CacheDirectory=net-listen",
    "Environment=DENO_DIR=%C/net-listen NO_COLOR=1",
    "RuntimeDirectory=net-listen",
    "RuntimeDirectoryMode=0700",
    // Other services have their sockets there.
    "RuntimeDirectoryPreserve=yes",
    "SyslogIdentifier=%N",
    "UMask=0077",
    ...service,
    ...HARDENING,
    ...isUser ? [] : [
      ...SYSTEM_HARDENING,
      ...access.directories.map((path) => `ReadWritePaths=${quote(escapeSpecifiers(path))}`),
      `CapabilityBoundingSet=${needsPrivilege ? "CAP_NET_BIND_SERVICE" : ""}`,
      ...needsPrivilege ? ["AmbientCapabilities=CAP_NET_BIND_SERVICE"] : [],
    ],
    "",
    "[Install]",
    `WantedBy=${isUser ? "default.target" : "multi-user.target"}`,
    ...socketFile === undefined ? [] : [`Also=${socketFile}`],
    "",
  ].join("\n");
}

const HARDENING = [
  "NoNewPrivileges=yes",
  "LockPersonality=yes",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
  // V8 makes machine code as it runs: MemoryDenyWriteExecute cannot be set.
] as const;

/** What the service manager of a user cannot do. */
const SYSTEM_HARDENING = [
  "User=net-listen",
  "StateDirectory=net-listen",
  "StateDirectoryMode=0700",
  "LogsDirectory=net-listen",
  "LogsDirectoryMode=0700",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "ProtectClock=yes",
  "ProtectControlGroups=yes",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectProc=invisible",
  "RemoveIPC=yes",
  // V8 protects its machine code with memory protection keys.
  "SystemCallFilter=@system-service @pkey",
  "SystemCallErrorNumber=EPERM",
] as const;

/** The TCP ports that the service binds. */
function portsOf({ port, words }: UnitOptions): number[] {
  const ports = port === undefined ? [] : [port];
  for (const [flag, value] of words) {
    if (value === undefined || !PORT_FLAGS.includes(flag)) continue;
    const address = parseListenAddress(value);
    if (typeof address === "object" && address.kind === "tcp") ports.push(address.port);
  }
  return ports;
}

/** Keeps systemd from replacing specifiers and, in commands, variables. */
function escape(word: string): string {
  return escapeSpecifiers(word).replaceAll("$", "$$$$");
}

/** Keeps systemd from replacing specifiers, as it does in all settings. */
export function escapeSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}

function quote(word: string): string {
  if (/^[\w%@$:=,.\/\[\]*+-]+$/.test(word)) return word;
  return `"${word.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
