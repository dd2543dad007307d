/**
 * `keystore`: whose keys may log in, and our own.
 *
 * @module
 */
import { Command } from "commander";
import {
  type AcceptedEntry,
  type AddResult,
  formatKey,
  type Keystore,
  type RemovedFile,
  requireTags,
} from "../../keystore/mod.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import { KeystoreError } from "../errors.ts";
import { hostCommand } from "./keystore_host.ts";
import { readKeyArgument } from "./keystore_key.ts";
import { openKeystore } from "./keystore_open.ts";
import { showCommand } from "./keystore_show.ts";
import { escapeControls } from "../log.ts";
import { UsageError } from "./errors.ts";
import { type CliIo, processIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";
import { PROGRAM } from "./program.ts";

/**
 * Makes the command.
 *
 * @param io Where text goes.
 * @returns `keystore` with its subcommands, to be added to the program.
 */
export function keystoreCommand(io: CliIo = processIo): Command {
  return new Command("keystore")
    .description("say whose keys may log in, and show our own")
    .option("--keystore <dir>", "the keystore directory (default: $ARCAN_STATEPATH, or XDG state)")
    .addCommand(addCommand(io))
    .addCommand(listCommand(io))
    .addCommand(removeCommand(io))
    .addCommand(showCommand(io))
    .addCommand(hostCommand(io));
}

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
NAME is the name of a listener, "default" for keys that only a listener without a name takes, or
"outbound" or "outbound-TAG" for hosts that are dialled. It is seen at the next login.

Examples:
  keystore add demo 4Qz1M1N1Z5rahquE7jDd0KzAIR0o0dEznxFvjMM3xwU=
  keystore add demo,other laptop.pub
  keystore add '*' laptop.pub`,
    )
    .action(async (words: string[], _options: unknown, command: Command) => {
      if (words.length < 2) {
        throw new UsageError(`"keystore add ${words[0]}" lacks the key: keystore add NAME... KEY`);
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
    // An unquoted star has become the names of files, and files mostly have a dot.
    if (!(error instanceof KeystoreError) || !names.some((name) => name.includes("."))) throw error;
    throw new KeystoreError(error.code, `${error.message} (for every name, quote the star: '*')`);
  }
}

function describeAdd({ change, entry }: AddResult): string {
  const who = fingerprint(entry.publicKey);
  const file = `accepted/${escapeControls(entry.file)}`;
  switch (change) {
    case "new":
      return `added ${who} for ${tagsOf(entry)} (${file})\n`;
    case "extended":
      return `extended ${who}, now for ${tagsOf(entry)} (${file})\n`;
    case "none":
      return `nothing changed: ${who} is there already, for ${tagsOf(entry)} (${file})\n`;
  }
}

function listCommand(io: CliIo): Command {
  return new Command("list")
    .description("list the keys that may log in")
    .argument("[name]", "only the keys that are good for this name")
    .option("--json", "one JSON array on stdout")
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
  const what = name === undefined ? "no key is accepted" : `no key is accepted for ${name}`;
  return `${what}; let one in with: ${PROGRAM} keystore add ${name ?? "NAME"} KEY\n`;
}

function removeCommand(io: CliIo): Command {
  return new Command("remove")
    .description("let a key log in no longer; a client that is logged in stays")
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
  const inStore = `${keystore.root}/accepted/`;
  const word = what.startsWith(inStore) ? what.slice(inStore.length) : what;
  try {
    return await keystore.remove(word);
  } catch (error) {
    if (!(error instanceof KeystoreError) || error.code !== "no-such-key" || !isReadable(what)) {
      throw error;
    }
    return await keystore.remove(formatKey(readKeyArgument(what, keystore)));
  }
}

/** Whether there is something to read a key from: a file or a pipe. */
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
