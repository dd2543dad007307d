/**
 * `listen`: the main job.
 *
 * @module
 */

import { Command, Option } from "commander";
import type { Keystore } from "../../keystore/mod.ts";
import { formatKey, publicKeyOf } from "../../keystore/mod.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import { DEFAULT_PORT, formatAddress } from "../address.ts";
import type { Logger } from "../log.ts";
import { makeLogger } from "../log.ts";
import type { Listener } from "../net/listener.ts";
import { parseName } from "../name.ts";
import { type ListenSecret, parseSecret } from "../net/secret.ts";
import { netListen } from "../net_listen.ts";
import type { H264Mode } from "../mod.ts";
import { parseListenPort, parseSize } from "./values.ts";
import { FaultLog, outliveFaults } from "./faults.ts";
import { openKeystore } from "./keystore_open.ts";
import type { HandlerFlags } from "./listen_handler.ts";
import { handlerOptions, logOptions, makeTaker } from "./listen_handler.ts";
import type { SecretFlags } from "./secret.ts";
import { addSecretOptions, readSecret } from "./secret.ts";
import { ReportedError, UsageError } from "./errors.ts";
import { type CliIo, LOG_SENDER, processIo } from "./io.ts";
import { exitSoon, PROGRAM } from "./program.ts";
import type { Tell, Told } from "./tell.ts";
import { logEnd, makeTell } from "./tell.ts";
import { untilFinished } from "./until_finished.ts";

interface ListenFlags extends SecretFlags, HandlerFlags {
  readonly port?: number;
  readonly host?: string;
  readonly direct: boolean;
  readonly h264: H264Mode;
  readonly size?: { readonly width: number; readonly height: number };
}

/**
 * Makes the command.
 *
 * @param io Where text goes.
 */
export function listenCommand(io: CliIo = processIo): Command {
  const command = new Command("listen")
    .description("let remote programs in and print, or hand on, what they do")
    .argument("[name]", "take the keys that are accepted for this name (a-z, A-Z, 0-9, _)")
    .argument(
      "[interface]",
      "the address to listen on, link-local as fe80::1%eth0 (default: all of IPv6 and IPv4)",
    )
    .argument("[port]", `the TCP port, 0 for any (default: ${DEFAULT_PORT})`, parseListenPort)
    .option("--host <address>", "the same as the argument interface")
    .option("--port <port>", "the same as the argument port", parseListenPort)
    .option("--keystore <dir>", "the keystore directory (default: $ARCAN_STATEPATH, or XDG state)")
    .option("--size <size>", "the first size of clients, such as 1280x720", parseSize)
    .option("--no-direct", "refuse clients that send their key without an ephemeral exchange");
  command.addOption(
    new Option(
      "--h264 <mode>",
      "make clients send other video, decode H.264, or hand it to the handler module",
    )
      .choices(["cancel", "decode", "pass"]).default("cancel"),
  );
  addSecretOptions(command, "NUM:SECRET");
  for (const option of handlerOptions()) command.addOption(option);
  return command
    .option("--debug", "log more, with stack traces")
    .addOption(
      new Option("--log-format <format>", "how log lines look").choices(["text", "json"])
        .default("text"),
    )
    .addHelpText("after", HELP)
    .action((name, hostname, port, flags, self) =>
      listen({ name, hostname, port }, flags as ListenFlags, self as Command, io)
    );
}

const HELP = `
NUM:SECRET asks clients for a secret of 1 to 31 bytes besides their key. With NUM above 0, that many
unknown keys that know the secret are added to the keystore, counted over restarts. The variable
A12_SECRET works as well.

Results go to standard output, logs to standard error. Ctrl-C takes no more clients and asks those
that are there to leave, as do SIGTERM and SIGHUP; a second one ends at once. When the reader of
standard output has gone, as with "| head", listen stops in order with the exit code 0, unless it
records, views, takes snapshots or hands on what happens.

Examples:
  listen demo
  listen demo ::1 7000 --json
  listen demo --port 7000 --handler ./my_handler.ts
  listen demo --view --record ./recordings
  listen demo --pipe "python3 my_handler.py" --snapshot ./pictures
  listen demo --secret-file ./secret.txt`;

interface Place {
  readonly name: string | undefined;
  readonly hostname: string | undefined;
  readonly port: number | undefined;
}

/** Runs the command; its error, like all it says, is a line of the log where every line is JSON. */
async function listen(place: Place, flags: ListenFlags, command: Command, io: CliIo) {
  let log = makeLogger((line) => io.err(line, LOG_SENDER), logOptions(flags));
  const faults = new FaultLog({ log: (...line) => log.log(...line) });
  const endFaults = outliveFaults(faults);
  try {
    await serve(place, flags, command, io, log, (own) => log = own);
    // Handlers may still be at work.
    faults.close();
  } catch (error) {
    endFaults();
    if (flags.logFormat === "text") throw error;
    logEnd(log, error, flags.debug ?? false);
    throw new ReportedError(error);
  }
}

async function serve(
  place: Place,
  flags: ListenFlags,
  command: Command,
  io: CliIo,
  plainLog: Logger,
  changeLog: (log: Logger) => void,
): Promise<void> {
  const { name, hostname, port } = place;
  if (name !== undefined) parseName(name);
  if (flags.h264 === "pass" && flags.handler === undefined) {
    throw new UsageError("--h264 pass needs --handler FILE to take it, or use --h264 decode");
  }
  const secret = await readSecret(
    flags,
    "NUM:SECRET",
    io,
    makeTell(flags.logFormat, io, plainLog),
  );
  const access = secret === undefined ? undefined : parseSecret(secret);
  const taker = await makeTaker(flags, io, plainLog);
  const { log } = taker;
  changeLog(log);
  let wasStopped = false;
  try {
    const tell = makeTell(flags.logFormat, taker.io, log);
    const keystore = await openKeystore(command, taker.io, tell);
    const condition = describeCondition(access, keystore, name);
    const publicKey = publicKeyOf(keystore.identity());
    const listener = netListen(
      name,
      only("interface", hostname, "--host", flags.host),
      only("port", port, "--port", flags.port),
      taker.handler,
      {
        keystore,
        observers: taker.observers,
        log,
        display: flags.size ?? {},
        allowDirect: flags.direct,
        h264: flags.h264,
      },
    );
    try {
      if (secret !== undefined) listener.targetInput(secret);
      wasStopped = await untilFinished(listener, taker, io, tell, () => {
        greet(listener, publicKey, keystore.countFor(name), condition, tell);
      });
    } finally {
      // Gives the port back when something has failed.
      listener.abort();
    }
    if (listener.failure !== undefined) throw listener.failure;
  } finally {
    await taker.close();
  }
  if (wasStopped) {
    exitSoon(io, () => {
      log.log("warn", "output-lost", { detail: "standard output was not read to its end" });
    });
  }
}

function only<T>(
  argument: string,
  a: T | undefined,
  flag: string,
  b: T | undefined,
): T | undefined {
  if (a !== undefined && b !== undefined && a !== b) {
    throw new UsageError(`the ${argument} is given as ${a} and by ${flag} as ${b}`);
  }
  return a ?? b;
}

/** What else clients need to log in; fails when it is not known how many places are left. */
function describeCondition(
  access: ListenSecret | undefined,
  keystore: Keystore,
  name: string | undefined,
): Pick<Told, "text" | "fields"> {
  if (access === undefined) return { text: "", fields: {} };
  const { secret, enrolments: count } = access;
  if (count === 0) return { text: ", with the secret", fields: { secret: true } };
  const left = Math.max(0, count - keystore.spentPlaces({ name, secret, count }));
  return {
    text: `, with the secret; ${left} of ${count} places for unknown keys that know it are left`,
    fields: { secret: true, places: count, left },
  };
}

function greet(
  listener: Listener,
  publicKey: Uint8Array,
  count: number,
  condition: Pick<Told, "text" | "fields">,
  tell: Tell,
): void {
  const { name } = listener;
  const key = formatKey(publicKey);
  const addresses = listener.addresses.map(formatAddress);
  const keys = count === 1 ? "1 key" : `${count} keys`;
  tell({
    text: `listening on ${addresses.join(" and ")}${name === undefined ? "" : ` as ${name}`}\n` +
      `our public key: ${key} (${fingerprint(publicKey)})\n` +
      `${keys} may log in${condition.text}; to let one in: ${PROGRAM} keystore add ${
        name ?? "default"
      } KEY\n`,
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
