/**
 * `connect`: a small source of our own, to see everything work without Arcan.
 *
 * @module
 */

import { Command, InvalidArgumentError, Option } from "commander";
import { AuthError } from "../errors.ts";
import type { SourceConnection } from "../net/source_connection.ts";
import { connectSource } from "../net/connect_source.ts";
import { checkSecret } from "../net/secret.ts";
import type { Content } from "../source/content.ts";
import type { PictureFormat } from "../source/encoders.ts";
import { PICTURE_FORMATS } from "../source/encoders.ts";
import { PictureContent } from "../source/picture_content.ts";
import { TextContent } from "../source/text_content.ts";
import { DEFAULT_PORT, segmentKindNumber } from "../wire/constants.ts";
import { parsePort, parsePositive } from "./arguments.ts";
import { dialAny } from "./connect_dial.ts";
import { Show } from "./connect_show.ts";
import type { Route, Target } from "./connect_target.ts";
import { parseTarget, routesTo } from "./connect_target.ts";
import { describeTold, describeToldJson } from "./connect_told.ts";
import type { Ask } from "./connect_trust.ts";
import { ServerTrust, terminalAsk } from "./connect_trust.ts";
import { readKeyArgument } from "./keystore_key.ts";
import { openKeystore } from "./keystore_open.ts";
import type { SecretFlags } from "./secret.ts";
import { addSecretOptions, readSecret } from "./secret.ts";
import { onStop } from "./signals.ts";
import type { CliIo } from "./support.ts";
import { exitSoon, processIo, UsageError } from "./support.ts";

/** The sender of what is told, for {@linkcode CliIo.out}. */
const SINK = 0;

const CONTENTS = ["picture", "text"] as const;

interface ConnectFlags extends SecretFlags {
  readonly tag?: string;
  readonly direct?: boolean;
  readonly trust?: string;
  readonly trustAny?: boolean;
  readonly show: typeof CONTENTS[number];
  readonly format: PictureFormat;
  readonly fps: number;
  readonly frames?: number;
  readonly seconds?: number;
  readonly title?: string;
  readonly request?: string;
  readonly json?: boolean;
}

/**
 * Makes the command.
 *
 * @param io Where text goes.
 * @param ask Asks a person about the server's key; `undefined` when there is none.
 */
export function connectCommand(
  io: CliIo = processIo,
  ask: Ask | undefined = terminalAsk(io),
): Command {
  const command = new Command("connect")
    .description(
      "be a remote program: log in, show a test picture or typed text, print what is told",
    )
    .argument("[target]", "[TAG@]HOST[:PORT], an IPv6 address with a port as [::1]:7000")
    .argument("[port]", `the TCP port (default: ${DEFAULT_PORT})`, parsePort)
    .option("--keystore <dir>", "the keystore directory (default: $ARCAN_STATEPATH, or XDG state)")
    .option("--tag <tag>", 'the same as TAG@: use the key, and the hosts, of "keystore host add"')
    .option("--direct", "send our key at once instead of under an ephemeral exchange")
    .option("--trust <key>", "accept this server key and no other (base64, or a file with it)")
    .option("--trust-any", "accept any server key, so that anybody can pretend to be the server");
  addSecretOptions(command, "SECRET");
  return command
    .addOption(new Option("--show <what>", "what to show").choices(CONTENTS).default("picture"))
    .addOption(
      new Option("--format <format>", "how to send pictures").choices(PICTURE_FORMATS)
        .default("zstd"),
    )
    .option("--fps <number>", "the most frames a second", parsePositive, 25)
    .option("--frames <count>", "leave after so many frames", parseCount)
    .option("--seconds <number>", "leave after so many seconds", parsePositive)
    .option("--title <text>", "the title to register with")
    .option("--request <kind>", "ask for a subsegment of this kind, such as popup", parseKind)
    .option("--json", "print one JSON object a line")
    .option("--debug", "print the stack of an unexpected error")
    .addHelpText("after", HELP)
    .action((target, port, flags, self) =>
      connect(target, port, flags as ConnectFlags, self as Command, io, ask)
    );
}

const HELP = `
Without a tag our own key is used, the one that "keystore show" prints; the other side lets it in with
"keystore add NAME KEY". A server that shares our keystore is trusted; the key of another one must be
there under the name outbound (outbound-TAG for a tag). The variable A12_SECRET works as well.

What the other side tells goes to standard output, everything else to standard error. Ctrl-C, SIGTERM
and SIGHUP leave; a second one ends at once. The exit code is 0 when either side has left, 1 for a
failure, 2 for a command line that makes no sense.

Examples:
  connect localhost
  connect localhost:7000 --show text --json
  connect work@ --frames 100 --format raw
  connect '[::1]:7000' --ask-secret --trust server.pub`;

async function connect(
  text: string | undefined,
  port: number | undefined,
  flags: ConnectFlags,
  command: Command,
  io: CliIo,
  ask: Ask | undefined,
): Promise<void> {
  const target = readTarget(text, port, flags.tag);
  const secret = await readSecret(flags, "SECRET", io);
  if (secret !== undefined) checkSecret(secret);
  const keystore = await openKeystore(command, io);
  const trust = new ServerTrust(
    keystore,
    target.tag === undefined ? "outbound" : `outbound-${target.tag}`,
    {
      only: flags.trust === undefined ? undefined : readKeyArgument(flags.trust, keystore),
      any: flags.trustAny ?? false,
    },
    io,
  );
  const content = makeContent(flags);
  const registration = {
    segkind: content.segkind,
    title: flags.title ?? titleOf(flags),
    guid: randomGuid(),
  };
  const mode = flags.direct ? "direct" : "ephemeral";
  const dial = (route: Route) =>
    connectSource(route.hostname, {
      port: route.port,
      key: route.key.privateKey,
      acceptServer: (publicKey) => trust.accepts(publicKey),
      registration,
      mode,
      ...(secret !== undefined && { secret }),
    });
  const client = await dialAny(routesTo(target, keystore), {
    dial,
    trust,
    ask,
    io,
    mode,
    hasSecret: secret !== undefined,
  });
  await showOn(client, content, flags, io);
}

async function showOn(
  client: SourceConnection,
  content: Content,
  flags: ConnectFlags,
  io: CliIo,
): Promise<void> {
  const { fps, frames, seconds, request } = flags;
  const show = new Show(client, content, {
    fps,
    ...(frames !== undefined && { frames }),
    ...(seconds !== undefined && { seconds }),
    ...(request !== undefined && { request }),
    told: (event) =>
      io.out((flags.json ? describeToldJson(new Date(), event) : describeTold(event)) + "\n", SINK),
  });
  const end = await whileSignalled(show, client, io);
  const sent = `${show.frames} frame${show.frames === 1 ? "" : "s"}`;
  if (client.error !== undefined) throw client.error;
  if (end === "refused") {
    io.err(`the login went well, but nobody there wanted us; its log says why\n`);
    throw new AuthError("login-refused", "the server ended the connection before we could draw");
  }
  io.err(`${end === "left" ? "left" : "the other side closed the connection"} after ${sent}\n`);
}

async function whileSignalled(
  show: Show,
  client: SourceConnection,
  io: CliIo,
): ReturnType<Show["run"]> {
  let asked = false;
  const stop = () => {
    if (asked) client.abort();
    asked = true;
    show.leave();
  };
  const forget = onStop(stop);
  try {
    return await show.run();
  } finally {
    forget();
    if (asked) exitSoon(io, () => io.err("warning: standard output was not read to its end\n"));
  }
}

function readTarget(
  text: string | undefined,
  port: number | undefined,
  tag: string | undefined,
): Target {
  if (text === undefined && tag === undefined) {
    throw new UsageError("there is no host to dial: connect [TAG@]HOST[:PORT], or --tag TAG");
  }
  const target = text === undefined
    ? { tag, hostname: undefined, port: undefined }
    : parseTarget(text);
  if (tag !== undefined && target.tag !== undefined && target.tag !== tag) {
    throw new UsageError(`the tag is given as ${target.tag}@ and by --tag as ${tag}`);
  }
  if (port === 0) throw new UsageError("the port 0 cannot be dialled");
  if (port !== undefined && target.port !== undefined && target.port !== port) {
    throw new UsageError(`the port is given as ${target.port} and as ${port}`);
  }
  return { tag: target.tag ?? tag, hostname: target.hostname, port: target.port ?? port };
}

function makeContent({ show, format, title }: ConnectFlags): Content {
  return show === "text"
    ? new TextContent(title ?? "net-listen: type something")
    : new PictureContent(format);
}

function titleOf({ show }: ConnectFlags): string {
  return show === "text" ? "net-listen text" : "net-listen picture";
}

function randomGuid(): [bigint, bigint] {
  const [first, second] = crypto.getRandomValues(new BigUint64Array(2));
  return [first!, second!];
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,9}$/.test(text) && count > 0) return count;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a count of 1 or more.`);
}

function parseKind(text: string): string {
  if (segmentKindNumber(text) !== undefined) return text;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a kind of segment.`);
}
