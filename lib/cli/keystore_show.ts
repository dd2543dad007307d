/**
 * `keystore show`: our own public keys, to hand to the other side.
 *
 * @module
 */
import { Command } from "commander";
import {
  formatHostAddress,
  formatKey,
  type HostKey,
  type Keystore,
  publicKeyOf,
} from "../../keystore/mod.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import { KeystoreError } from "../errors.ts";
import { openKeystore } from "./keystore_open.ts";
import { escapeControls } from "../log.ts";
import { type CliIo, PROGRAM } from "./support.ts";

const DEFAULT = "default";

/**
 * Makes the command.
 *
 * @param io Where text goes.
 */
export function showCommand(io: CliIo): Command {
  return new Command("show")
    .description("show our own public key, to hand to the other side")
    .argument("[tag]", "the key for the hosts of this tag instead of our own", DEFAULT)
    .option("--json", "one JSON object on stdout")
    .action(async (tag: string, options: { json?: true }, command: Command) => {
      const keystore = await openKeystore(command, io);
      const keys = requireKeys(keystore, tag);
      if (options.json) {
        io.out(
          JSON.stringify({ tag, keystore: keystore.root, keys: keys.map(toJson) }, null, 2) + "\n",
        );
        return;
      }
      for (const key of keys) io.out(describeKey(key, tag));
      io.err(hint(tag, formatKey(publicKeyOf(keys[0]!))));
    });
}

/**
 * Writes our public key for a host: the key alone in a line, then what it is, so that the output in a
 * file can be given to `keystore add`.
 *
 * @param key A line of a hostkeys file.
 * @param tag Its tag.
 */
export function describeKey(key: HostKey, tag: string): string {
  const publicKey = publicKeyOf(key);
  const where = tag === DEFAULT ? "" : ` for ${escapeControls(formatHostAddress(key))}`;
  return `${formatKey(publicKey)}\nfingerprint ${fingerprint(publicKey)}${where}\n`;
}

function requireKeys(keystore: Keystore, tag: string): readonly HostKey[] {
  // Says what is wrong with the file, where another tag is just not there.
  if (tag === DEFAULT) keystore.identity();
  const keys = keystore.hostKeys(tag);
  if (keys.length > 0) return tag === DEFAULT ? keys.slice(0, 1) : keys;
  const known = keystore.hostTags().map(escapeControls).join(", ");
  throw new KeystoreError(
    "no-such-key",
    `there is no host with the tag ${JSON.stringify(tag)}, there are: ${known}; ` +
      `make one with: ${PROGRAM} keystore host add ${tag} HOST`,
  );
}

function toJson(key: HostKey): Record<string, unknown> {
  const publicKey = publicKeyOf(key);
  return {
    host: key.host,
    port: key.port,
    publicKey: formatKey(publicKey),
    fingerprint: fingerprint(publicKey),
  };
}

function hint(tag: string, key: string): string {
  const add = `${PROGRAM} keystore add`;
  if (tag !== DEFAULT) return `on the host that is dialled, run:\n  ${add} NAME ${key}\n`;
  return `where we are dialled from, run:\n  ${add} outbound ${key}\n` +
    `where we dial to without a tag, run:\n  ${add} NAME ${key}\n` +
    `with arcan-net, put this line into a file in a12/accepted there:\n  * ${key}\n`;
}
