/**
 * `connect`: a small source, to try everything without Arcan.
 *
 * @module
 */

import { Command, Option } from "commander";
import { checkSecret, type SourceConnection } from "../mod.ts";
import { AuthError } from "../errors.ts";
import type { Content } from "./connect_content.ts";
import { describeEvent, describeEventJson } from "./connect_describe.ts";
import type { Ask } from "./connect_login.ts";
import { logIn, ServerTrust, terminalAsk } from "./connect_login.ts";
import { Show } from "./connect_show.ts";
import { parseTarget, routesTo } from "./connect_target.ts";
import { readKeyArgument } from "./keystore_key.ts";
import { addKeystoreOption, openDirectory } from "./keystore_open.ts";
import type { SecretFlags } from "./secret.ts";
import { addSecretOptions, readSecret } from "./secret.ts";
import { onStop } from "./signals.ts";
import { TestPicture } from "./test_picture.ts";
import { TextEcho } from "./text_echo.ts";
import { type CliIo, processIo } from "./io.ts";
import { exitSoon } from "./program.ts";

/** The sender of the sink's events, for {@linkcode CliIo.out}. */
const SINK = 0;

interface ConnectFlags extends SecretFlags {
  readonly trust?: string;
  readonly trustAny?: boolean;
  readonly show: "picture" | "text";
  readonly json?: boolean;
}

/**
 * Makes the command.
 *
 * @param ask Asks a person about the server's key; `undefined` without a terminal.
 */
export function connectCommand(
  io: CliIo = processIo,
  ask: Ask | undefined = terminalAsk(io),
): Command {
  const command = addKeystoreOption(new Command("connect"))
    .description("be a remote program that shows a test picture or what is typed, and print events")
    .argument("<target>", "[TAG@]HOST[:PORT], an IPv6 address with a port as [::1]:7000, or TAG@")
    .option("--trust <key>", "accept this server key and no other (base64, or a file with it)")
    .option(
      "--trust-any",
      "accept any server key, so that any machine can pretend to be the server",
    );
  addSecretOptions(command, "SECRET");
  return command
    .addOption(
      new Option("--show <what>", "what to show").choices(["picture", "text"]).default("picture"),
    )
    .option("--json", "print one JSON object a line")
    .option("--debug", "print the stack of an unexpected error")
    .addHelpText("after", HELP)
    .action((target, flags, self) => connect(target, flags, self, io, ask));
}

const HELP = `
Without TAG our own key is used, the one that "keystore show" prints; with TAG the key of "keystore host
add TAG HOST", and its hosts unless one is given. The other side lets a key in with "keystore add NAME
KEY". A server that shares our keystore is trusted; the key of another one must be in the keystore under
the name outbound (outbound-TAG for a tag). The variable A12_SECRET works as well.

Events of the other side go to standard output, everything else to standard error. Ctrl-C, SIGTERM and
SIGHUP leave; a second one ends at once. The exit code is 0 when either side has left, 1 for a failure,
2 for a mistake on the command line.

Examples:
  connect localhost
  connect localhost:7000 --show text --json
  connect work@
  connect '[::1]:7000' --ask-secret --trust server.pub`;

async function connect(
  text: string,
  flags: ConnectFlags,
  command: Command,
  io: CliIo,
  ask: Ask | undefined,
): Promise<void> {
  const target = parseTarget(text);
  const secret = await readSecret(flags, "SECRET", io);
  if (secret !== undefined) checkSecret(secret);
  const keystore = await openDirectory(command, io);
  const trust = new ServerTrust(keystore, {
    tag: target.tag === undefined ? "outbound" : `outbound-${target.tag}`,
    only: flags.trust === undefined ? undefined : readKeyArgument(flags.trust, keystore),
    any: flags.trustAny,
    ask,
  }, io);
  const content = flags.show === "text" ? new TextEcho() : new TestPicture();
  const [guidHigh, guidLow] = crypto.getRandomValues(new BigUint64Array(2));
  const registration = {
    segkind: content.segkind,
    title: `net-listen ${flags.show}`,
    guid: [guidHigh!, guidLow!],
  } as const;
  const routes = routesTo(target, keystore);
  const connection = await logIn(routes, { registration, secret, trust, io });
  await show(connection, content, flags.json ?? false, io);
}

async function show(
  connection: SourceConnection,
  content: Content,
  isJson: boolean,
  io: CliIo,
): Promise<void> {
  const shown = new Show(connection, content, (event) => {
    const line = isJson ? describeEventJson(new Date(), event) : describeEvent(event);
    return io.out(`${line}\n`, SINK);
  });
  let isStopping = false;
  const ignoreStop = onStop(() => {
    if (isStopping) connection.abort();
    isStopping = true;
    shown.leave();
  });
  const end = await shown.run().finally(ignoreStop);
  if (isStopping) exitSoon(io, () => io.err("warning: standard output was not read to its end\n"));
  if (connection.error !== undefined) throw connection.error;
  if (end === "refused") {
    io.err("the login went well, but no handler there accepted us; its log says why\n");
    throw new AuthError("login-refused", "the server ended the connection before we could draw");
  }
  const frames = `${shown.frames} frame${shown.frames === 1 ? "" : "s"}`;
  io.err(`${end === "left" ? "left" : "the other side closed the connection"} after ${frames}\n`);
}
