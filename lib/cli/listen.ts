/**
 * `listen`: the main job.
 *
 * @module
 */

import { Command, Option } from "commander";
import type { Keystore } from "../../keystore/mod.ts";
import { formatKey, publicKeyOf } from "../../keystore/mod.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import { formatAddress } from "../net/address.ts";
import type { Listener } from "../net/listener.ts";
import { parseName } from "../name.ts";
import { type ListenSecret, parseSecret } from "../net/secret.ts";
import { netListen } from "../net_listen.ts";
import type { H264Mode } from "../segment/video_in.ts";
import { STOP_TIMEOUT_MS } from "../limits.ts";
import { DEFAULT_PORT } from "../wire/constants.ts";
import { parsePort, parseSize } from "./arguments.ts";
import { openKeystore } from "./keystore_open.ts";
import type { HandlerFlags, Taker } from "./listen_handler.ts";
import { handlerOptions, makeTaker } from "./listen_handler.ts";
import type { SecretFlags } from "./secret.ts";
import { addSecretOptions, readSecret } from "./secret.ts";
import type { CliIo } from "./support.ts";
import { EXIT, processIo, PROGRAM, UsageError } from "./support.ts";

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
    .argument("[port]", `the TCP port, 0 for any (default: ${DEFAULT_PORT})`, parsePort)
    .option("--host <address>", "the same as the argument interface")
    .option("--port <port>", "the same as the argument port", parsePort)
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
      listen(name, hostname, port, flags as ListenFlags, self as Command, io)
    );
}

const HELP = `
NUM:SECRET asks clients for a secret of 1 to 31 bytes besides their key. With NUM above 0, that many
unknown keys that know the secret are added to the keystore, counted over restarts. The variable
A12_SECRET works as well.

Results go to standard output, logs to standard error. Ctrl-C takes no more clients and asks those
that are there to leave; a second one ends at once.

Examples:
  listen demo
  listen demo ::1 7000 --json
  listen demo --port 7000 --handler ./my_handler.ts
  listen demo --view --record ./recordings
  listen demo --pipe "python3 my_handler.py" --snapshot ./pictures
  listen demo --secret-file ./secret.txt`;

async function listen(
  name: string | undefined,
  hostname: string | undefined,
  port: number | undefined,
  flags: ListenFlags,
  command: Command,
  io: CliIo,
): Promise<void> {
  if (name !== undefined) parseName(name);
  if (flags.h264 === "pass" && flags.handler === undefined) {
    throw new UsageError("--h264 pass needs --handler FILE to take it, or use --h264 decode");
  }
  const secret = await readSecret(flags, "NUM:SECRET", io);
  const access = secret === undefined ? undefined : parseSecret(secret);
  const taker = await makeTaker(flags, io);
  try {
    const keystore = await openKeystore(command, io);
    const condition = describeCondition(access, keystore, name);
    const listener = netListen(
      name,
      only("interface", hostname, "--host", flags.host),
      only("port", port, "--port", flags.port),
      taker.handler,
      {
        keystore,
        observers: taker.observers,
        log: taker.log,
        display: flags.size ?? {},
        allowDirect: flags.direct,
        h264: flags.h264,
      },
    );
    if (secret !== undefined) listener.targetInput(secret);
    await untilFinished(listener, taker, (io) => {
      greet(listener, keystore, condition, io);
    });
  } finally {
    await taker.close();
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
): string {
  if (access === undefined) return "";
  const { secret, enrolments: count } = access;
  if (count === 0) return ", with the secret";
  const left = Math.max(0, count - keystore.spentPlaces({ name, secret, count }));
  return `, with the secret; ${left} of ${count} places for unknown keys that know it are left`;
}

function greet(listener: Listener, keystore: Keystore, condition: string, io: CliIo): void {
  const { name } = listener;
  const publicKey = publicKeyOf(keystore.identity());
  const count = keystore.countFor(name);
  const keys = count === 1 ? "1 key" : `${count} keys`;
  const where = listener.addresses.map(formatAddress).join(" and ");
  io.err(
    `listening on ${where}${name === undefined ? "" : ` as ${name}`}\n` +
      `our public key: ${formatKey(publicKey)} (${fingerprint(publicKey)})\n` +
      `${keys} may log in${condition}; to let one in: ${PROGRAM} keystore add ${
        name ?? "default"
      } KEY\n`,
  );
}

/**
 * Waits for the end; Ctrl-C and SIGTERM bring it about in order, a second one at once. A handler that
 * hangs cannot hold it up.
 */
async function untilFinished(
  listener: Listener,
  { start, hurry, log, io }: Taker,
  welcome: (io: CliIo) => void,
): Promise<void> {
  let asked = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const { promise: lostPatience, resolve: losePatience } = Promise.withResolvers<void>();
  const stop = () => {
    if (asked) Deno.exit(EXIT.interrupted);
    asked = true;
    patience = setTimeout(losePatience, STOP_TIMEOUT_MS);
    const { length } = listener.clients;
    if (length > 0) {
      io.err(`closing ${length} client${length === 1 ? "" : "s"}, again to end at once\n`);
    }
    listener.close();
    hurry();
    listener.closeClients();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  try {
    start(stop);
    welcome(io);
    const finished = listener.finished().then(() => true);
    if (await Promise.race([finished, lostPatience.then(() => false)])) return;
    const { length } = listener.clients;
    if (length > 0) log.log("warn", "stopped-with-clients", { clients: length });
    else log.log("warn", "stopped-with-handlers", { detail: "a handler has not returned" });
    Deno.exit(EXIT.failure);
  } finally {
    clearTimeout(patience);
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  }
}
