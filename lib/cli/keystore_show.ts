/**
 * `keystore show`: our own public keys, to hand to the other side.
 *
 * @module
 */

import { Command } from "commander";
import {
  DEFAULT_TAG,
  formatKey,
  type HostKey,
  type KeyStorage,
  publicKeyOf,
} from "../../keystore/mod.ts";
import { escapeControls } from "../log.ts";
import { UsageError } from "./errors.ts";
import type { FleetFlags } from "./fleet_options.ts";
import type { CliIo } from "./io.ts";
import { openDirectory } from "./keystore_open.ts";
import { describeHostKey, hostKeyToJson, noSuchTag } from "./keystore_text.ts";
import { programCall } from "./program_call.ts";

export function showCommand(io: CliIo): Command {
  return new Command("show")
    .description("show our own public key, to hand to the other side")
    .argument("[tag]", "the key for the hosts of this tag instead of our own", DEFAULT_TAG)
    .option("--json", "print one JSON object")
    .option("--qr", "draw the key as a QR code")
    .action(async (tag: string, options: { json?: true; qr?: true }, command: Command) => {
      if (options.json && options.qr) throw new UsageError("--json and --qr exclude each other");
      const keystore = await openDirectory(command, io);
      const keys = requireKeys(keystore, tag);
      if (options.json) {
        const shown = { tag, keystore: keystore.root, keys: keys.map(hostKeyToJson) };
        io.out(JSON.stringify(shown, null, 2) + "\n");
        return;
      }
      const drawQr = options.qr && (await import("./qr.ts")).drawQr;
      for (const key of keys) {
        if (drawQr) io.out(drawQr(formatKey(publicKeyOf(key)), isTerminal(io)));
        io.out(describeHostKey(key, tag));
      }
      io.err(hint(tag, formatKey(publicKeyOf(keys[0]!))));
      const { fleet } = command.optsWithGlobals<FleetFlags>();
      if (fleet !== undefined && tag === DEFAULT_TAG) io.err(fleetHint(keystore));
    });
}

function isTerminal({ streams }: CliIo): boolean {
  return streams !== undefined && Deno.stdout.isTerminal();
}

function requireKeys(keystore: KeyStorage, tag: string): readonly HostKey[] {
  // The error says what is wrong with the file of our own key; that of another tag may be missing.
  if (tag === DEFAULT_TAG) keystore.identity();
  const keys = keystore.hostKeys(tag);
  if (keys.length === 0) throw noSuchTag(tag, keystore);
  return tag === DEFAULT_TAG ? keys.slice(0, 1) : keys;
}

function hint(tag: string, key: string): string {
  const add = `${programCall()} keystore add`;
  if (tag !== DEFAULT_TAG) {
    return `to let this key in, run on the other machine:\n  ${add} NAME ${key}\n`;
  }
  return `to pin this key on a machine that connects to this one, run there:\n` +
    `  ${add} outbound ${key}\n` +
    `to let this key in on a machine that this one connects to, run there:\n` +
    `  ${add} NAME ${key}\n` +
    `with arcan-net, put this line into a file in a12/accepted there:\n  * ${key}\n`;
}

/** Clients that pin our key reach only hosts that answer with it. */
function fleetHint({ root }: KeyStorage): string {
  const file = escapeControls(`${root}/hostkeys/${DEFAULT_TAG}`);
  return `each host of the fleet answers with a key of its own; so that clients that pin this key reach\n` +
    `any host, copy ${file} to the keystores of the others, as with "scp -p",\n` +
    `which leaves it readable by its owner alone, and restart the listeners there\n`;
}
