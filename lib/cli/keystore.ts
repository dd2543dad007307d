/**
 * `keystore`: which keys may log in, and our own keys.
 *
 * @module
 */

import { Command } from "commander";
import {
  type AddResult,
  fingerprint,
  formatKey,
  type Keystore,
  requireTags,
} from "../../keystore/mod.ts";
import { escapeControls, KeystoreError } from "../mod.ts";
import { UsageError } from "./errors.ts";
import { type CliIo, processIo } from "./io.ts";
import { hostCommand } from "./keystore_host.ts";
import {
  addConditionOptions,
  addRemovalOptions,
  CONDITIONS_HELP,
  describeConditions,
  readConditions,
} from "./keystore_conditions.ts";
import { readKeyArgument } from "./keystore_key.ts";
import { listCommand } from "./keystore_list.ts";
import { addKeystoreOption, openKeystore } from "./keystore_open.ts";
import { showCommand } from "./keystore_show.ts";
import { tagsOf } from "./keystore_text.ts";

export function keystoreCommand(io: CliIo = processIo): Command {
  return addKeystoreOption(new Command("keystore"))
    .description("choose which keys may log in, and show our own")
    .addHelpText("after", HELP)
    .addCommand(addCommand(io))
    .addCommand(setCommand(io))
    .addCommand(listCommand(io))
    .addCommand(removeCommand(io))
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
      const names = words.slice(0, -1).flatMap((word) => word.split(","));
      requireNames(names);
      const keystore = await openKeystore(command, io);
      const key = readKeyArgument(words.at(-1)!, keystore);
      io.out(describeAdd(await keystore.add(names, key, readConditions(flags as object))));
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
  keystore set 3f2a-91bc-07de-55aa-c1d2 --expires 12h
  keystore set 3f2a-91bc-07de-55aa-c1d2 --no-expires --comment "Anna's laptop"`,
    )
    .action(async (what: string, flags: unknown, command: Command) => {
      const conditions = readConditions(flags as object);
      if (Object.keys(conditions).length === 0) {
        throw new UsageError("nothing to set: give a condition, such as --expires 30d");
      }
      const keystore = await openKeystore(command, io);
      for (const entry of await withKey(keystore, what, (word) => keystore.set(word, conditions))) {
        const text = describeConditions(entry) || "no conditions";
        io.out(`${fingerprint(entry.publicKey)} for ${tagsOf(entry)}: ${text}\n`);
      }
    });
}

const KEY_ARGUMENT = "its fingerprint, its base64, a file with it, or its file in accepted/";

function requireNames(names: readonly string[]): void {
  try {
    requireTags(names);
  } catch (error) {
    // The shell replaces a star without quotes by names of files, most of which have a dot.
    if (!(error instanceof KeystoreError) || !names.some((name) => name.includes("."))) throw error;
    throw new KeystoreError(error.code, `${error.message} (for every name, quote the star: '*')`);
  }
}

function describeAdd({ change, entry }: AddResult): string {
  const key = fingerprint(entry.publicKey);
  const conditions = describeConditions(entry);
  const rest = `${tagsOf(entry)} (accepted/${escapeControls(entry.file)})` +
    `${conditions && `: ${conditions}`}\n`;
  switch (change) {
    case "new":
      return `added ${key} for ${rest}`;
    case "extended":
      return `extended ${key}, now for ${rest}`;
    case "changed":
      return `changed the conditions of ${key} for ${rest}`;
    case "none":
      return `nothing changed: ${key} is there already, for ${rest}`;
  }
}

function removeCommand(io: CliIo): Command {
  return new Command("remove")
    .description("remove a key, so that it may not log in again; a client that is logged in stays")
    .argument("<key>", KEY_ARGUMENT)
    .action(async (what: string, _options: unknown, command: Command) => {
      const keystore = await openKeystore(command, io);
      for (
        const { file, entry } of await withKey(keystore, what, (word) => keystore.remove(word))
      ) {
        const shown = `accepted/${escapeControls(file)}`;
        if (entry === undefined) io.out(`removed ${shown}, which held no key\n`);
        else io.out(`removed ${fingerprint(entry.publicKey)} for ${tagsOf(entry)} (${shown})\n`);
      }
    });
}

/** Calls a function with what names a key; a file with a key is read if no key has that name. */
async function withKey<T>(
  keystore: Keystore,
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
