/**
 * `keystore copy`: the keys that may log in from one keystore to another.
 *
 * @module
 */

import { Command } from "commander";
import {
  type AcceptedEntry,
  type AddResult,
  fingerprint,
  formatKey,
  type KeyStorage,
  Keystore,
  uniteEntries,
} from "../../keystore/mod.ts";
import { escapeControls } from "../log.ts";
import { KeystoreError, messageOf } from "../errors.ts";
import { UsageError } from "./errors.ts";
import type { FleetFlags } from "./fleet_options.ts";
import type { CliIo } from "./io.ts";
import { openKeystore } from "./keystore_open.ts";

const FLEET = "fleet";
/** Changes that wait for the servers at the same time. */
const CHANGES_AT_ONCE = 64;

interface CopyFlags extends FleetFlags {
  readonly from: string;
  readonly to: string;
}

export function copyCommand(io: CliIo): Command {
  return new Command("copy")
    .description("copy the keys that may log in from one keystore to another")
    .requiredOption("--from <where>", `a keystore directory, or ${FLEET} for that of --fleet`)
    .requiredOption("--to <where>", "the same; a directory is made where there is none")
    .addHelpText(
      "after",
      `
Names, conditions, comments, last logins and knocks are copied. A key that is there already keeps its
names, gets those that it has not, and gets the conditions of the copied one. Nothing is removed, and no
private key is copied. How many places of a secret are taken is not copied: it is counted anew.

Examples:
  keystore --fleet nats://127.0.0.1 copy --from ~/.local/state/a12 --to fleet
  keystore --fleet nats://127.0.0.1 copy --from fleet --to ./copy`,
    )
    .action(async ({ from, to }: CopyFlags, command: Command) => {
      if (from === to) throw new UsageError("--from and --to are the same");
      await using source = await openWhere(from, command, io, false);
      await using target = await openWhere(to, command, io, true);
      await copy(source, target, io);
    });
}

async function openWhere(
  where: string,
  command: Command,
  io: CliIo,
  create: boolean,
): Promise<KeyStorage> {
  if (where !== FLEET) {
    return await Keystore.open(where, {
      create,
      onWarning: ({ message }) => io.err(`warning: ${escapeControls(message)}\n`),
    });
  }
  if (command.optsWithGlobals<FleetFlags>().fleet === undefined) {
    throw new UsageError(
      `--from ${FLEET} and --to ${FLEET} need --fleet URL; a directory is ./${FLEET}`,
    );
  }
  return await openKeystore(command, io);
}

/** @throws {KeystoreError} `keystore-unwritable` after all others when keys were left out. */
async function copy(source: KeyStorage, target: KeyStorage, io: CliIo): Promise<void> {
  const keys = Map.groupBy(source.list(), ({ publicKey }) => formatKey(publicKey));
  const counts: Record<AddResult["change"], number> = { new: 0, extended: 0, changed: 0, none: 0 };
  let leftOut = 0;
  const waiting = keys.values();
  const copyNext = async () => {
    for (const entries of waiting) {
      try {
        counts[(await copyKey(entries, target)).change]++;
      } catch (error) {
        if (!(error instanceof KeystoreError)) throw error;
        leftOut++;
        const key = fingerprint(entries[0]!.publicKey);
        io.err(`left out ${key}: ${escapeControls(messageOf(error))}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: CHANGES_AT_ONCE }, copyNext));
  const notes = target.notes.open();
  notes.add(source.notes.knocks(), source.notes.lastLogins());
  await notes.close();
  await target.notes.flush();
  const { new: added, extended, changed, none } = counts;
  io.out(`${added} added, ${extended + changed} changed, ${none} there already\n`);
  if (leftOut > 0) {
    throw new KeystoreError("keystore-unwritable", `${leftOut} of ${keys.size} keys were left out`);
  }
}

async function copyKey(entries: readonly AcceptedEntry[], target: KeyStorage): Promise<AddResult> {
  const { tags, publicKey, conditions, problem } = uniteEntries(entries);
  if (problem !== undefined) throw new KeystoreError("bad-conditions", problem);
  const { comment, expiresMs, from, maxClients } = conditions;
  return await target.add(tags, publicKey, {
    comment,
    expiresMs,
    from: from.length === 0 ? undefined : from,
    maxClients,
  });
}
