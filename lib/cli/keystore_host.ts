/**
 * `keystore host`: the hosts that are dialled, each with a key of ours.
 *
 * @module
 */

import { Command } from "commander";
import { DEFAULT_PORT, formatHostAddress, formatKey, publicKeyOf } from "../../keystore/mod.ts";
import type { CliIo } from "./io.ts";
import { keystoreCall, openDirectory } from "./keystore_open.ts";
import { describeHostKey, formatTable, hostKeyToJson } from "./keystore_text.ts";
import { programCall } from "./program_call.ts";
import { parseDialPort } from "./values.ts";

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
    .argument("[port]", "its port", parseDialPort, DEFAULT_PORT)
    .action(
      async (tag: string, host: string, port: number, _options: unknown, command: Command) => {
        const keystore = await openDirectory(command, io);
        await keystore.addHost(tag, host, port);
        const key = keystore.hostKeys(tag).at(-1)!;
        io.out(describeHostKey(key, tag));
        io.err(
          `added ${formatHostAddress(key)} (hostkeys/${tag}); on that host, run:\n` +
            `  ${programCall()} keystore add NAME ${formatKey(publicKeyOf(key))}\n` +
            `and here, with the key that "keystore show" prints there, run:\n` +
            `  ${keystoreCall(command)} add outbound-${tag} KEY\n`,
        );
      },
    );
}

function listHostsCommand(io: CliIo): Command {
  return new Command("list")
    .description("list the hosts and our public keys for them")
    .option("--json", "print one JSON array")
    .action(async (options: { json?: true }, command: Command) => {
      const keystore = await openDirectory(command, io);
      const hosts = keystore.hostTags().flatMap((tag) =>
        keystore.hostKeys(tag).map((key) => ({ tag, ...hostKeyToJson(key) }))
      );
      if (options.json) {
        io.out(JSON.stringify(hosts, null, 2) + "\n");
        return;
      }
      const rows = hosts.map((host) => [
        host.tag,
        formatHostAddress(host),
        host.fingerprint,
        host.publicKey,
      ]);
      if (rows.length > 0) {
        io.out(formatTable([["TAG", "HOST", "FINGERPRINT", "PUBLIC KEY"], ...rows]));
      } else {io.err(
          `there are no hosts; add one with: ${keystoreCall(command)} host add TAG HOST\n`,
        );}
    });
}
