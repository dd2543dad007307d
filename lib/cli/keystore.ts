/**
 * `keystore`: which keys may log in, and our own keys.
 *
 * @module
 */

import { Command } from "commander";
import {
  type AcceptedEntry,
  type AddResult,
  fingerprint,
  formatKey,
  type Keystore,
  type RemovedFile,
  requireTags,
} from "../../keystore/mod.ts";
import { escapeControls, KeystoreError } from "../mod.ts";
import { UsageError } from "./errors.ts";
import { type CliIo, processIo } from "./io.ts";
import { hostCommand } from "./keystore_host.ts";
import { readKeyArgument } from "./keystore_key.ts";
import { addKeystoreOption, openKeystore } from "./keystore_open.ts";
import { showCommand } from "./keystore_show.ts";
import { formatTable } from "./keystore_text.ts";
import { PROGRAM } from "./program.ts";

export function keystoreCommand(io: CliIo = processIo): Command {
  return addKeystoreOption(new Command("keystore"))
    .description("choose which keys may log in, and show our own")
    .addHelpText("after", HELP)
    .addCommand(addCommand(io))
    .addCommand(listCommand(io))
    .addCommand(removeCommand(io))
    .addCommand(showCommand(io))
    .addCommand(hostCommand(io));
}

const HELP = `
A key is a public key: 44 characters of base64, or a file with it. It identifies a program on another
machine. "show" prints our own key, to be added to the keystore over there.`;

function addCommand(io: CliIo): Command {
  return new Command("add")
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

Examples:
  keystore add demo 4Qz1M1N1Z5rahquE7jDd0KzAIR0o0dEznxFvjMM3xwU=
  keystore add demo,other laptop.pub
  keystore add '*' laptop.pub`,
    )
    .action(async (words: string[], _options: unknown, command: Command) => {
      if (words.length < 2) {
        throw new UsageError(`the key is missing: keystore add ${words[0]} KEY`);
      }
      const names = words.slice(0, -1).flatMap((word) => word.split(","));
      requireNames(names);
      const keystore = await openKeystore(command, io);
      const key = readKeyArgument(words.at(-1)!, keystore);
      io.out(describeAdd(await keystore.add(names, key)));
    });
}

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
  const file = `accepted/${escapeControls(entry.file)}`;
  switch (change) {
    case "new":
      return `added ${key} for ${tagsOf(entry)} (${file})\n`;
    case "extended":
      return `extended ${key}, now for ${tagsOf(entry)} (${file})\n`;
    case "none":
      return `nothing changed: ${key} is there already, for ${tagsOf(entry)} (${file})\n`;
  }
}

function listCommand(io: CliIo): Command {
  return new Command("list")
    .description("list the keys that may log in")
    .argument("[name]", "only the keys that may log in under this name")
    .option("--json", "print one JSON array")
    .action(async (name: string | undefined, options: { json?: true }, command: Command) => {
      if (name !== undefined) requireTags([name]);
      const keystore = await openKeystore(command, io);
      const entries = keystore.list(name);
      if (options.json) io.out(JSON.stringify(entries.map(toJson), null, 2) + "\n");
      else if (entries.length > 0) io.out(formatTable([HEADINGS, ...entries.map(toRow)]));
      else io.err(noKeys(name));
    });
}

const HEADINGS = ["FINGERPRINT", "NAMES", "PUBLIC KEY", "FILE"] as const;

function toRow(entry: AcceptedEntry): string[] {
  const key = entry.publicKey;
  return [
    fingerprint(key),
    tagsOf(entry),
    formatKey(key),
    `accepted/${escapeControls(entry.file)}`,
  ];
}

function toJson(entry: AcceptedEntry): Record<string, unknown> {
  return {
    file: entry.file,
    names: entry.tags,
    publicKey: formatKey(entry.publicKey),
    fingerprint: fingerprint(entry.publicKey),
  };
}

function noKeys(name: string | undefined): string {
  const what = name === undefined ? "no key may log in" : `no key may log in under ${name}`;
  return `${what}; add one with: ${PROGRAM} keystore add ${name ?? "NAME"} KEY\n`;
}

function removeCommand(io: CliIo): Command {
  return new Command("remove")
    .description("remove a key, so that it may not log in again; a client that is logged in stays")
    .argument("<key>", "its fingerprint, its base64, a file with it, or its file in accepted/")
    .action(async (what: string, _options: unknown, command: Command) => {
      const keystore = await openKeystore(command, io);
      for (const { file, entry } of await removeAny(keystore, what)) {
        const shown = `accepted/${escapeControls(file)}`;
        if (entry === undefined) io.out(`removed ${shown}, which held no key\n`);
        else io.out(`removed ${fingerprint(entry.publicKey)} for ${tagsOf(entry)} (${shown})\n`);
      }
    });
}

async function removeAny(keystore: Keystore, what: string): Promise<readonly RemovedFile[]> {
  const accepted = `${keystore.root}/accepted/`;
  const word = what.startsWith(accepted) ? what.slice(accepted.length) : what;
  try {
    return await keystore.remove(word);
  } catch (error) {
    if (!(error instanceof KeystoreError) || error.code !== "no-such-key" || !isReadable(what)) {
      throw error;
    }
    return await keystore.remove(formatKey(readKeyArgument(what, keystore)));
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

function tagsOf(entry: AcceptedEntry): string {
  return escapeControls(entry.tags.join(","));
}
