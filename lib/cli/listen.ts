/**
 * `listen`: lets remote programs log in.
 *
 * @module
 */

import { Command } from "commander";
import type { ReadyPort } from "../control/mod.ts";
import type { FleetPlace } from "../fleet/mod.ts";
import { FLEET_CLOSE_TIMEOUT_MS } from "../limits.ts";
import { fingerprint, formatKey, type KeyStorage, publicKeyOf } from "../../keystore/mod.ts";
import type { ListenSecret } from "../mod.ts";
import { parseSecret } from "../start.ts";
import { DEFAULT_PORT, formatAddress } from "../address.ts";
import type { Logger } from "../log.ts";
import { parseName } from "../name.ts";
import { type OpenControl, openControl } from "./control_socket.ts";
import { ReportedError } from "./errors.ts";
import { readFleet } from "./fleet_options.ts";
import { type OpenFleetControl, openFleetControl } from "./fleet_control.ts";
import { openCounts } from "./fleet_counts.ts";
import { openRecords } from "./fleet_records.ts";
import { FaultLog, outliveFaults } from "./faults.ts";
import { type CliIo, processIo } from "./io.ts";
import { readLimits } from "./limits_file.ts";
import { keystoreCall, openKeystore } from "./keystore_open.ts";
import { addListenOptions, type ListenFlags, requireConsistent } from "./listen_options.ts";
import { LaterControl } from "./later_control.ts";
import { choosePlace, takeInherited } from "./listen_place.ts";
import { openLog } from "./log_file.ts";
import { exitSoon } from "./program.ts";
import { logFailure, makeReport, type Message, type Report } from "./report.ts";
import { logOutputEvents, runListener } from "./run_listener.ts";
import { readSecret } from "./secret.ts";
import { makeService } from "./service.ts";
import { ServiceManager } from "./systemd_notify.ts";
import { prepare, type Serving } from "./serving.ts";
import { Shutdown } from "./shutdown.ts";
import { parseListenPort } from "./values.ts";
import { type OpenWeb, prepareWeb } from "./web.ts";

export function listenCommand(io: CliIo = processIo): Command {
  const command = new Command("listen")
    .description("let remote programs log in, and print or hand on what they do")
    .argument("[name]", "accept the keys that are added for this name (a-z, A-Z, 0-9, _)")
    .argument(
      "[interface]",
      "the address to listen on, link-local as fe80::1%eth0 (default: all of IPv6 and IPv4)",
    )
    .argument("[port]", `the TCP port, 0 for any (default: ${DEFAULT_PORT})`, parseListenPort);
  return addListenOptions(command)
    .addHelpText("after", HELP)
    .action((name, hostname, port, flags, self) =>
      listen({ name, hostname, port }, flags as ListenFlags, self as Command, io)
    );
}

const HELP = `
First add the key of a client to the keystore: "keystore add NAME KEY". KEY is what the client's
machine prints for "keystore show", or for "arcan-net keystore TAG HOST" with Arcan's own tools.

NUM:SECRET requires a secret of 1 to 31 bytes from clients, besides their key. With NUM above 0, the
first NUM unknown keys that know the secret are added to the keystore, counted over restarts. The
environment variable A12_SECRET works as well.

--listen can be given several times, in place of the arguments interface and port: host:port,
[fe80::1%eth0]:port, unix:/path for a Unix socket that only this user may connect to, fd:3 for a socket
that the program was started with, and systemd or systemd:NAME for those that systemd has passed. Without
an address, the sockets of systemd are used where there are any.

With --proxy-protocol, connections from a balancer there must begin with a PROXY header (version 1 or 2,
as haproxy sends it with send-proxy). Limits, the networks of keys and log lines then have the address in
the header.

--limits FILE has lines such as "max-clients = 50", with the names of the options that set limits. "#"
begins a comment. SIGHUP reads it again: the limits that it sets hold at once, those that it does not set
have their defaults, and when a line is wrong all stay as they were. An option on the command line wins.

--web prints a link; opened in a browser, it shows the clients and lets you type into them. "ctl link"
makes more links, for others. Addresses that other machines reach need a certificate, or a proxy in front.

Results go to standard output, logs to standard error. Ctrl-C and SIGTERM stop listening and ask the
clients to leave; another one ends at once. SIGHUP rereads the keystore and the limits and reopens the log
file, or stops listening when it tells that the terminal has closed. When the reader of standard output closes it, as
with "| head", listen stops in order with the exit code 0, unless it records, views, writes pictures
or has a handler.

Exit codes: 0 after an orderly stop, 1 for a failure, 2 for a mistake on the command line.

Examples:
  listen demo
  listen demo ::1 7000 --json
  listen demo --listen 127.0.0.1:7000 --listen unix:/run/user/1000/demo.sock
  listen demo --port 7000 --handler ./my_handler.ts
  listen demo --view --record ./recordings
  listen demo --web
  listen demo --pipe "python3 my_handler.py" --snapshot ./pictures
  listen demo --secret-file ./secret.txt`;

interface Arguments {
  readonly name: string | undefined;
  readonly hostname: string | undefined;
  readonly port: number | undefined;
}

/** Servers that do not answer hold the end up for a moment only. */
async function boundEnd(fleet: FleetPlace | undefined): Promise<void> {
  if (fleet === undefined) return;
  const { FleetConnection } = await import("../fleet/mod.ts");
  FleetConnection.endWithin(FLEET_CLOSE_TIMEOUT_MS);
}

/** Runs the command; with `--log-format json` its error is a log line as well. */
async function listen(args: Arguments, flags: ListenFlags, command: Command, io: CliIo) {
  const opened = openLog(flags, io);
  let log: Logger = opened.log;
  const faults = new FaultLog({ log: (...line) => log.log(...line) });
  const endFaults = outliveFaults(faults);
  try {
    await serve(args, flags, command, io, opened, (handlersLog) => log = handlersLog);
    // Errors stay caught after this, as handlers may still be running.
    faults.close();
  } catch (error) {
    endFaults();
    const isText = flags.logFormat === "text";
    if (!isText || opened.logFile) logFailure(log, error, flags.debug ?? false);
    if (isText) throw error;
    throw new ReportedError(error);
  } finally {
    await opened.logFile?.close();
  }
}

async function serve(
  args: Arguments,
  flags: ListenFlags,
  command: Command,
  io: CliIo,
  { log: firstLog, logFile }: ReturnType<typeof openLog>,
  changeLog: (log: Logger) => void,
): Promise<void> {
  const name = args.name === undefined ? undefined : parseName(args.name);
  requireConsistent(flags);
  const secret = await readSecret(
    flags,
    "NUM:SECRET",
    io,
    makeReport(flags, io, firstLog),
  );
  const access = secret === undefined ? undefined : parseSecret(secret);
  const limits = await readLimits(flags);
  const fleet = await readFleet(flags, makeReport(flags, io, firstLog));
  // These come before any program is started, which would get the variables.
  const place = choosePlace(args, flags, takeInherited(io.env));
  const manager = new ServiceManager(io.env, firstLog);
  const { handlers, listen: open } = await prepare(flags, io, firstLog);
  const { log } = handlers;
  changeLog(log);
  logOutputEvents(io, log);
  let wasStopped = false;
  try {
    const report = makeReport(flags, handlers.io, log);
    await using keystore = await openKeystore(command, handlers.io, report, fleet);
    const condition = await describeCondition(access, keystore, name);
    const publicKey = publicKeyOf(keystore.identity());
    const web = await prepareWeb(flags, io.env, log);
    const isLost = () => keystore.state !== "current";
    await using records = fleet && await openRecords(fleet, name, io.env, isLost, log);
    const needsControl = records !== undefined || web !== undefined || flags.ready !== undefined;
    // A fleet wants all records, so nothing is loaded between the listener and the control.
    const loaded = needsControl ? await import("./control.ts") : undefined;
    using served = await open({ name, place, limits, keystore, secret });
    const { listener } = served;
    using shutdown = new Shutdown({
      listener,
      handlers,
      io,
      manager,
      report,
      drainSeconds: flags.drain,
      hasBalancers: flags.ready !== undefined,
    });
    const make = ({ makeControl }: typeof import("./control.ts")) =>
      makeControl(served, keystore, shutdown, {
        log: firstLog,
        links: web?.links,
        flags,
        env: io.env,
      });
    const made = loaded && make(loaded);
    const control = made?.listener;
    const service = new LaterControl(async () => make(await import("./control.ts")), made);
    records?.follow(control!, firstLog);
    let socket: OpenControl | undefined;
    let page: OpenWeb | undefined;
    let ready: ReadyPort | undefined;
    let counts: Awaited<ReturnType<typeof openCounts>> | undefined;
    let remote: OpenFleetControl | undefined;
    const isServed = flags.control !== false;
    try {
      counts = fleet && records && await openCounts(fleet, records.host, served.counts, log);
      socket = await openControl(flags.control, service, listener, io.env, log);
      if (control !== undefined) {
        if (fleet !== undefined && records !== undefined) {
          remote = await openFleetControl(fleet, { host: records.host, control, isServed, log });
        }
        page = await web?.open(remote?.page ?? control);
        ready = flags.ready && await openReady(flags.ready, control, log);
        await records?.describe({
          addresses: listener.addresses.map(formatAddress),
          page: page?.origin,
          isControlled: isServed,
        });
      }
      const life = makeService({
        listener,
        keystore,
        logFile,
        flags,
        manager,
        shutdown,
        log,
        announce() {
          reportListening(
            listener,
            publicKey,
            keystore.countFor(name),
            condition,
            keystoreCall(command),
            report,
          );
          page?.announce(report);
          if (ready !== undefined) reportReady(ready, report);
          if (isServed) void io.streams?.stderr.flushed().then(loadRest);
        },
      });
      // Deno draws its progress on the terminal while it loads modules.
      if (flags.view && isServed) await loadRest();
      wasStopped = await runListener(listener, handlers, io, shutdown, life);
    } finally {
      // Frees the port when something has failed.
      listener.abort();
      await service.endWatching();
      await boundEnd(fleet);
      const parts = [socket, page, ready, counts, remote];
      // Before the output is closed, as it logs what waits; a failure is thrown when it is disposed of.
      const recorded = records?.close().catch(() => {});
      await Promise.all([recorded, ...parts.map((part) => part?.close())]);
    }
    if (listener.failure !== undefined) throw listener.failure;
  } finally {
    await handlers.close();
    await manager.close();
  }
  if (wasStopped) {
    exitSoon(io, () => {
      log.log("warn", "output-lost", { detail: "standard output was not read to its end" });
    });
  }
}

/**
 * What clients need to log in besides their key.
 *
 * @throws {KeystoreError} When the count of added keys cannot be read.
 */
async function describeCondition(
  access: ListenSecret | undefined,
  keystore: KeyStorage,
  name: string | undefined,
): Promise<Pick<Message, "text" | "fields">> {
  if (access === undefined) return { text: "", fields: {} };
  const { secret, enrolments: count } = access;
  if (count === 0) return { text: ", with the secret", fields: { secret: true } };
  const left = Math.max(0, count - await keystore.spentPlaces({ name, secret, count }));
  return {
    text: `, with the secret; ${left} of ${count} places for unknown keys that know it are left`,
    fields: { secret: true, places: count, left },
  };
}

function reportListening(
  listener: Serving,
  publicKey: Uint8Array,
  count: number,
  condition: Pick<Message, "text" | "fields">,
  call: string,
  report: Report,
): void {
  const { name } = listener;
  const key = formatKey(publicKey);
  const addresses = listener.addresses.map(formatAddress);
  const keys = count === 1 ? "1 key" : `${count} keys`;
  report({
    text: `listening on ${addresses.join(" and ")}${name === undefined ? "" : ` as ${name}`}\n` +
      `our public key: ${key} (${fingerprint(publicKey)})\n` +
      `${keys} may log in${condition.text}; to let one in: ${call} add ${name ?? "default"} KEY\n`,
    event: "listening",
    fields: {
      address: addresses.join(","),
      name,
      publicKey: key,
      fingerprint: fingerprint(publicKey),
      keys: count,
      ...condition.fields,
    },
  });
}

/**
 * Loads what requests may need, once the port is told: until they come, an update may have replaced the
 * files, and versions must not mix.
 */
async function loadRest(): Promise<void> {
  await import("./control.ts");
  await import("../mod.ts");
}

/** Opens the port at which balancers ask. */
async function openReady(
  ...args: ConstructorParameters<typeof ReadyPort>
): Promise<ReadyPort> {
  const { ReadyPort } = await import("../control/mod.ts");
  return new ReadyPort(...args);
}

function reportReady({ addresses }: ReadyPort, report: Report): void {
  const places = addresses.map(formatAddress);
  report({
    text: `balancers ask ${places.map((place) => `http://${place}/ready`).join(" or ")}\n`,
    event: "ready-listening",
    fields: { address: places.join(",") },
  });
}
