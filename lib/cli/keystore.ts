/**
 * `keystore`: which keys may log in, and our own keys.
 *
 * @module
 */

import { Command } from "commander";
import { type AcceptedEntry, fingerprint, formatKey, type KeyStorage } from "../../keystore/mod.ts";
import { escapeControls } from "../log.ts";
import { KeystoreError } from "../errors.ts";
import { UsageError } from "./errors.ts";
import { addFleetOptions } from "./fleet_options.ts";
import { type CliIo, processIo } from "./io.ts";
import { hostCommand } from "./keystore_host.ts";
import {
  addConditionOptions,
  addRemovalOptions,
  CONDITIONS_HELP,
  describeConditions,
  readConditions,
} from "./keystore_conditions.ts";
import { copyCommand } from "./keystore_copy.ts";
import { readKeyArgument } from "./keystore_key.ts";
import { acceptCommand, knocksCommand } from "./keystore_knocks.ts";
import { listCommand } from "./keystore_list.ts";
import { addKeystoreOption, openKeystore } from "./keystore_open.ts";
import { showCommand } from "./keystore_show.ts";
import { describeAdd, readNames, tagsOf } from "./keystore_text.ts";

export function keystoreCommand(io: CliIo = processIo): Command {
  return addFleetOptions(addKeystoreOption(new Command("keystore")))
    .description("choose which keys may log in, and show our own")
    .addHelpText("after", HELP)
    .addCommand(addCommand(io))
    .addCommand(setCommand(io))
    .addCommand(listCommand(io))
    .addCommand(knocksCommand(io))
    .addCommand(acceptCommand(io))
    .addCommand(removeCommand(io))
    .addCommand(copyCommand(io))
    .addCommand(showCommand(io))
    .addCommand(hostCommand(io));
}

const HELP = `
A key is a public key: 44 characters of base64, or a file with it. It identifies a program on another
machine. "show" prints our own key, to be added to the keystore over there.`;

function addCommand(io: CliIo): Command {
  return addConditionOptions(new Command("add"))
    .description("let a key log in under one or more names")
    .argument(
      "<names-and-key...>",
      "the names, '*' (quoted) for every name; then the key or a file with it",
    )
    .usage("NAME... KEY")
    .addHelpText(
      "after",
      `
NAME is the name of a listener, or "default" for keys that only a listener without a name accepts, or
"outbound" (for a tag, "outbound-TAG") for the keys of servers that "connect" trusts. A running
listener accepts the key from its next login on.
${CONDITIONS_HELP}

Examples:
  keystore add demo 4Qz1M1N1Z5rahquE7jDd0KzAIR0o0dEznxFvjMM3xwU= --comment "Anna's laptop"
  keystore add demo,other laptop.pub --expires 30d --from 192.0.2.0/24 --max-clients 2
  keystore add '*' laptop.pub`,
    )
    .action(async (words: string[], flags: unknown, command: Command) => {
      if (words.length < 2) {
        throw new UsageError(`the key is missing: keystore add ${words[0]} KEY`);
      }
      const names = readNames(words.slice(0, -1));
      await using keystore = await openKeystore(command, io);
      const key = readKeyArgument(words.at(-1)!, keystore);
      io.out(
        describeAdd(await keystore.add(names, key, readConditions(flags as object)), keystore),
      );
    });
}

function setCommand(io: CliIo): Command {
  return addRemovalOptions(addConditionOptions(new Command("set")))
    .description("change the conditions or the comment of a key that may log in")
    .argument("<key>", KEY_ARGUMENT)
    .addHelpText(
      "after",
      `${CONDITIONS_HELP}

Examples:
  keystore set 3f2a-91bc --expires 12h
  keystore set 3f2a-91bc --no-expires --comment "Anna's laptop"`,
    )
    .action(async (what: string, flags: unknown, command: Command) => {
      const conditions = readConditions(flags as object);
      if (Object.keys(conditions).length === 0) {
        throw new UsageError("nothing to set: give a condition, such as --expires 30d");
      }
      await using keystore = await openKeystore(command, io);
      for (const entry of await withKey(keystore, what, (word) => keystore.set(word, conditions))) {
        const text = describeConditions(entry) || "no conditions";
        io.out(`${fingerprint(entry.publicKey)} for ${tagsOf(entry)}: ${text}\n`);
      }
    });
}

const KEY_ARGUMENT =
  "the first four or more digits of its fingerprint, its base64, a file with it, or " +
  "its file in accepted/";

function removeCommand(io: CliIo): Command {
  return new Command("remove")
    .description("remove a key, so that it may not log in again; a client that is logged in stays")
    .option("--end-sessions", "end the clients that are logged in with the key, within a second")
    .argument("<key>", KEY_ARGUMENT)
    .action(async (what: string, options: { endSessions?: true }, command: Command) => {
      await using keystore = await openKeystore(command, io);
      const removed = await withKey(keystore, what, (word) => keystore.remove(word, options));
      for (const { file, entry } of removed) {
        const shown = escapeControls(keystore.placeOf(file));
        if (entry === undefined) io.out(`removed ${shown}, which held no key\n`);
        else io.out(`removed ${describeKey(entry)} (${shown})\n`);
      }
      const [kept] = removed.flatMap(({ entry }) => entry ?? [])
        .flatMap(({ publicKey }) => keystore.find(publicKey));
      if (options.endSessions && kept !== undefined) {
        io.err(
          `its sessions stay: ${escapeControls(keystore.placeOf(kept.file))} has the same key\n`,
        );
      }
    });
}

/** A key and how a person knows it. */
function describeKey(entry: AcceptedEntry): string {
  const { comment } = entry.conditions;
  const label = comment === undefined ? "" : `, ${escapeControls(JSON.stringify(comment))}`;
  return `${fingerprint(entry.publicKey)} for ${tagsOf(entry)}${label}`;
}

/** Calls a function with what names a key; a file with a key is read if no key has that name. */
async function withKey<T>(
  keystore: KeyStorage,
  what: string,
  call: (word: string) => Promise<T>,
): Promise<T> {
  const accepted = `${keystore.root}/accepted/`;
  const word = what.startsWith(accepted) ? what.slice(accepted.length) : what;
  try {
    return await call(word);
  } catch (error) {
    if (!(error instanceof KeystoreError) || error.code !== "no-such-key" || !isReadable(what)) {
      throw error;
    }
    return await call(formatKey(readKeyArgument(what, keystore)));
  }
}

/** Whether a key can be read from there: a file or a pipe. */
function isReadable(path: string): boolean {
  try {
    return !Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
