/**
 * `keystore list`: the keys that may log in.
 *
 * @module
 */

import { Command } from "commander";
import {
  type AcceptedEntry,
  fingerprint,
  formatKey,
  formatTime,
  type KeyStorage,
  type LastLogin,
  requireTags,
} from "../../keystore/mod.ts";
import type { CliIo } from "./io.ts";
import { describeConditions } from "./keystore_conditions.ts";
import { keystoreCall, openKeystore } from "./keystore_open.ts";
import { formatTable, tagsOf } from "./keystore_text.ts";

export function listCommand(io: CliIo): Command {
  return new Command("list")
    .description("list the keys that may log in, and their conditions")
    .argument("[name]", "only the keys that may log in under this name")
    .option("--json", "print one JSON array")
    .action(async (name: string | undefined, options: { json?: true }, command: Command) => {
      if (name !== undefined) requireTags([name]);
      await using keystore = await openKeystore(command, io);
      const logins = keystore.notes.lastLogins();
      const listed = keystore.list(name).map((entry): Listed => ({
        ...entry,
        lastLogin: logins.get(formatKey(entry.publicKey)),
      }));
      if (options.json) io.out(JSON.stringify(listed.map(toJson), null, 2) + "\n");
      else if (listed.length > 0) {
        io.out(formatTable([HEADINGS, ...listed.map((entry) => toRow(entry, keystore))]));
      } else io.err(noKeys(name, keystoreCall(command)));
    });
}

const HEADINGS = [
  "FINGERPRINT",
  "NAMES",
  "PUBLIC KEY",
  "FILE",
  "LAST LOGIN",
  "CONDITIONS",
] as const;

interface Listed extends AcceptedEntry {
  readonly lastLogin: LastLogin | undefined;
}

function toRow(entry: Listed, keystore: Pick<KeyStorage, "placeOf">): string[] {
  const key = entry.publicKey;
  return [
    fingerprint(key),
    tagsOf(entry),
    formatKey(key),
    keystore.placeOf(entry.file),
    entry.lastLogin === undefined
      ? "-"
      : `${formatTime(entry.lastLogin.atMs)} ${entry.lastLogin.address}`,
    describeConditions(entry),
  ];
}

function toJson({ file, tags, publicKey, conditions, problem, lastLogin }: Listed) {
  const { comment, expiresMs, from, maxClients } = conditions;
  return {
    file,
    names: tags,
    publicKey: formatKey(publicKey),
    fingerprint: fingerprint(publicKey),
    comment,
    expires: expiresMs === undefined ? undefined : formatTime(expiresMs),
    from: from.length === 0 ? undefined : from.map(({ text }) => text),
    maxClients,
    problem,
    lastLogin: lastLogin && {
      time: formatTime(lastLogin.atMs),
      address: lastLogin.address,
    },
  };
}

function noKeys(name: string | undefined, call: string): string {
  const what = name === undefined ? "no key may log in" : `no key may log in under ${name}`;
  return `${what}; add one with: ${call} add ${name ?? "NAME"} KEY\n`;
}
