/**
 * `keystore knocks` and `keystore accept`: unknown keys that were refused, and letting one in.
 *
 * @module
 */

import { Command } from "commander";
import { fingerprint, formatKey, formatTime, type Knock } from "../../keystore/mod.ts";
import { KEYSTORE_NOTES_INTERVAL_MS } from "../limits.ts";
import { escapeControls } from "../log.ts";
import type { CliIo } from "./io.ts";
import { addConditionOptions, CONDITIONS_HELP, readConditions } from "./keystore_conditions.ts";
import { keystoreCall, openKeystore } from "./keystore_open.ts";
import { describeAdd, formatTable, readNames } from "./keystore_text.ts";

export function knocksCommand(io: CliIo): Command {
  return new Command("knocks")
    .description("list the unknown keys that listeners have refused, the latest first")
    .option("--json", "print one JSON array")
    .addHelpText(
      "after",
      `
A key is forgotten after a week; of one network and in all, only some are kept. A client claims its key
and does not prove it before it is let in, so compare the whole fingerprint with the one that the client
prints. A client with a wrong secret shows no key.`,
    )
    .action(async (options: { json?: true }, command: Command) => {
      await using keystore = await openKeystore(command, io);
      const knocks = keystore.notes.knocks();
      if (options.json) return void io.out(JSON.stringify(knocks.map(toJson), null, 2) + "\n");
      if (knocks.length === 0) return io.err(NONE);
      io.out(formatTable([HEADINGS, ...knocks.map(toRow)]));
      io.err(`to let one in: ${keystoreCall(command)} accept FINGERPRINT NAME\n`);
    });
}

export function acceptCommand(io: CliIo): Command {
  return addConditionOptions(new Command("accept"))
    .description("let a key in that has knocked")
    .argument(
      "<fingerprint>",
      "the first digits of its fingerprint, as many as it takes to tell it",
    )
    .argument("<names...>", "the names of listeners, '*' (quoted) for every name")
    .addHelpText(
      "after",
      `${CONDITIONS_HELP}

Examples:
  keystore accept 3f2a-91bc demo --comment "Anna's laptop"
  keystore accept 3f2a91bc07de demo --expires 30d`,
    )
    .action(async (prefix: string, words: string[], flags: unknown, command: Command) => {
      const names = readNames(words);
      await using keystore = await openKeystore(command, io);
      const conditions = readConditions(flags as object);
      const accepted = await keystore.acceptKnock(prefix, names, conditions);
      const { address, lastMs } = accepted.knock;
      io.out(describeAdd(accepted, keystore));
      io.err(escapeControls(`it knocked last at ${formatTime(lastMs)} from ${address}`) + "\n");
    });
}

const NONE = "no unknown key has been refused; a listener writes the latest within " +
  `${KEYSTORE_NOTES_INTERVAL_MS / 1000} s, and "ctl knocks" asks it at once\n`;

const HEADINGS = ["FINGERPRINT", "LAST", "FIRST", "COUNT", "ADDRESS", "NAME"] as const;

function toRow({ publicKey, lastMs, firstMs, count, address, name }: Knock): string[] {
  const texts = [formatTime(lastMs), formatTime(firstMs), `${count}`, address, name ?? "-"];
  return [fingerprint(publicKey), ...texts];
}

function toJson({ publicKey, lastMs, firstMs, count, address, name }: Knock) {
  return {
    fingerprint: fingerprint(publicKey),
    publicKey: formatKey(publicKey),
    first: formatTime(firstMs),
    last: formatTime(lastMs),
    count,
    address,
    name,
  };
}
