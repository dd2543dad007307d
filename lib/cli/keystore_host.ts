/**
 * `keystore host`: the hosts that are dialled, each with a key of ours.
 *
 * @module
 */
import { Command } from "commander";
import { DEFAULT_PORT, formatHostAddress, formatKey, publicKeyOf } from "../../keystore/mod.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import { openKeystore } from "./keystore_open.ts";
import { describeKey } from "./keystore_show.ts";
import { escapeControls } from "../log.ts";
import { type CliIo, PROGRAM, table, UsageError } from "./support.ts";

/**
 * Makes the command.
 *
 * @param io Where text goes.
 */
export function hostCommand(io: CliIo): Command {
  return new Command("host")
    .description("hosts to dial by a tag, each with a key of ours")
    .addCommand(addHostCommand(io))
    .addCommand(listHostsCommand(io));
}

function addHostCommand(io: CliIo): Command {
  return new Command("add")
    .description('make a key for a host, as "arcan-net keystore TAG HOST PORT" does')
    .argument("<tag>", "the name to dial it by; a tag can have several hosts, tried in order")
    .argument("<host>", "its name or address")
    .argument("[port]", "its port", `${DEFAULT_PORT}`)
    .action(
      async (tag: string, host: string, port: string, _options: unknown, command: Command) => {
        const number = parsePort(port);
        const keystore = await openKeystore(command, io);
        await keystore.addHost(tag, host, number);
        const key = keystore.hostKeys(tag).at(-1)!;
        io.out(describeKey(key, tag));
        const text = formatKey(publicKeyOf(key));
        io.err(
          `added ${formatHostAddress(key)} (hostkeys/${tag}); on that host, run:\n` +
            `  ${PROGRAM} keystore add NAME ${text}\n` +
            `and let its key in here, which "keystore show" prints there:\n` +
            `  ${PROGRAM} keystore add outbound-${tag} KEY\n`,
        );
      },
    );
}

function parsePort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`the port ${JSON.stringify(text)} is not a number from 1 to 65535`);
}

function listHostsCommand(io: CliIo): Command {
  return new Command("list")
    .description("list the hosts and our public keys for them")
    .option("--json", "one JSON array on stdout")
    .action(async (options: { json?: true }, command: Command) => {
      const keystore = await openKeystore(command, io);
      const hosts = keystore.hostTags().flatMap((tag) =>
        keystore.hostKeys(tag).map((key) => ({
          tag,
          host: key.host,
          port: key.port,
          publicKey: formatKey(publicKeyOf(key)),
          fingerprint: fingerprint(publicKeyOf(key)),
        }))
      );
      if (options.json) {
        io.out(JSON.stringify(hosts, null, 2) + "\n");
        return;
      }
      const rows = hosts.map((it) => [
        escapeControls(it.tag),
        escapeControls(formatHostAddress(it)),
        it.fingerprint,
        it.publicKey,
      ]);
      if (rows.length > 0) io.out(table([["TAG", "HOST", "FINGERPRINT", "PUBLIC KEY"], ...rows]));
      else io.err(`there are no hosts; make one with: ${PROGRAM} keystore host add TAG HOST\n`);
    });
}
