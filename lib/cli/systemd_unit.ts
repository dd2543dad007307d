/**
 * The text of a unit file of systemd that runs `listen`.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { parseListenAddress } from "../mod.ts";

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
  readonly words: readonly (readonly [flag: string, value: string | undefined])[];
  /** The socket file whose sockets the service takes, if there is one. */
  readonly socketFile: string | undefined;
  /** Relative paths start there. */
  readonly cwd: string;
}

/** Options whose value is a path: what is done with it. */
const PATHS: { readonly [flag: string]: "read" | "write" | "write-file" } = {
  "--keystore": "write",
  "--record": "write",
  "--snapshot": "write",
  "--log-file": "write-file",
  "--handler": "read",
  "--limits": "read",
  "--web-cert": "read",
  "--web-key": "read",
  "--control": "write-file",
};
/** The directory of control sockets. */
const RUNTIME = "%t/net-listen";
const MAX_PRIVILEGED_PORT = 1_023;
/** How long systemd waits beyond `--drain` before it kills. */
const STOP_SECONDS = 30;

export function formatUnit(options: UnitOptions): string {
  const { deno, root, isUser, name, place, words, socketFile, cwd } = options;
  const keystore = isUser ? "%h/.local/state/a12" : "%S/net-listen";
  const notify = isUser ? "%t/systemd/notify" : "/run/systemd/notify";
  const args: string[] = [];
  const read = [escape(root)];
  const write = [notify];
  /** Directories that the service may write to. */
  const writable: string[] = [];
  const service: string[] = [];
  let drain = 0;
  let lowestPort = options.port ?? MAX_PRIVILEGED_PORT + 1;
  for (const [flag, value] of words) {
    if (value === undefined) args.push(flag);
    else if (flag === "--secret-file") {
      service.push(`LoadCredential=secret:${escape(resolve(cwd, value))}`);
      args.push("--secret-file=%d/secret");
      read.push("%d/secret");
    } else {
      const use = PATHS[flag];
      const text = escape(use === undefined ? value : resolve(cwd, value));
      args.push(`${flag}=${text}`);
      if (use !== undefined) read.push(text);
      if (use === "write" || use === "write-file") write.push(text);
      if (use === "write") writable.push(text);
      if (use === "write-file") writable.push(text.replace(/\/[^/]*$/, "") || "/");
      if (flag === "--drain") drain = Number(value);
      const address = flag === "--listen" ? parseListenAddress(value) : undefined;
      if (typeof address === "string" || address === undefined) continue;
      if (address.kind === "tcp") lowestPort = Math.min(lowestPort, address.port || lowestPort);
      if (address.kind !== "unix") continue;
      const path = escape(address.path);
      read.push(path);
      write.push(path);
      writable.push(dirname(path));
    }
  }
  if (!words.some(([flag]) => flag === "--keystore")) {
    args.push(`--keystore=${keystore}`);
    read.push(keystore);
    write.push(keystore);
  }
  const socket = words.find(([flag]) => flag === "--control" || flag === "--no-control");
  if (socket === undefined) {
    read.push(RUNTIME);
    write.push(RUNTIME);
    service.push(
      "RuntimeDirectory=net-listen",
      "RuntimeDirectoryMode=0700",
      // Other services have their sockets there.
      "RuntimeDirectoryPreserve=yes",
    );
  } else if (socket[1] !== undefined) {
    // The socket is made beside its place.
    const directory = escape(dirname(resolve(cwd, socket[1])));
    read.push(directory);
    write.push(directory);
  }
  const run = words.some(([flag]) => flag === "--pipe") ? ["--allow-run=sh"] : [];
  const command = [
    ...[escape(deno), "run", "--no-prompt", `--config=${escape(root)}/deno.json`],
    "--allow-env=A12_SECRET,NOTIFY_SOCKET,WATCHDOG_USEC,WATCHDOG_PID,RUNTIME_DIRECTORY," +
    "LISTEN_PID,LISTEN_FDS,LISTEN_FDNAMES,JOURNAL_STREAM",
    ...["--allow-net", "--allow-sys=osUptime,uid"],
    ...[`--allow-read=${read.join(",")}`, `--allow-write=${write.join(",")}`, ...run],
    ...[`${escape(root)}/main.ts`, "listen", ...place.map(escape), ...args],
  ];
  const needsPrivilege = lowestPort > 0 && lowestPort <= MAX_PRIVILEGED_PORT;
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
    "Restart=on-failure",
    "WatchdogSec=30",
    `TimeoutStopSec=${drain + STOP_SECONDS}`,
    "CacheDirectory=net-listen",
    "Environment=DENO_DIR=%C/net-listen NO_COLOR=1",
    "UMask=0077",
    ...service,
    ...HARDENING,
    ...isUser ? [] : [
      ...SYSTEM_HARDENING,
      ...writable.map((path) => `ReadWritePaths=${quote(path)}`),
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
  "SystemCallFilter=@system-service",
] as const;

/** Keeps systemd from replacing specifiers and variables. */
export function escape(word: string): string {
  return word.replaceAll("%", "%%").replaceAll("$", "$$$$");
}

function quote(word: string): string {
  if (/^[\w%@$:=,.\/\[\]*+-]+$/.test(word)) return word;
  return `"${word.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
