/**
 * What the main thread does about the clients of all workers: it handles them with `--view` and
 * `--pipe`, and prints what no worker can print.
 *
 * @module
 */

import type { LogTail } from "../../control/mod.ts";
import type { ClientHandler, ListenHandler, Source } from "../../mod.ts";
import { RemoteClients } from "../../workers/mod.ts";
import { type ClientHandlers, openMain, withDefaults } from "../client_handlers.ts";
import type { CliIo } from "../io.ts";
import type { ListenFlags } from "../listen_options.ts";
import { openRetention, requireWritable } from "../record.ts";
import { ignoreSnapshotSignal, onSnapshotSignal } from "../snapshot.ts";

export interface GroupHandlers extends ClientHandlers {
  readonly handler: ListenHandler;
  /** The clients, if they are handled in the main thread. */
  readonly clients: RemoteClients | undefined;
  onLost(id: number, lastWords: string): void;
  onStored(): void;
  /** Writes a picture of each client; set once there are workers. */
  snapshot: () => void;
}

/**
 * @param log Used until the listener listens.
 * @throws {UsageError} For directories that cannot be written to, and programs that cannot be started.
 */
export async function openGroupHandlers(
  flags: ListenFlags,
  io: CliIo,
  log: LogTail,
): Promise<GroupHandlers> {
  const { record, snapshot, recordKeep } = flags;
  const isRemote = flags.view === true || flags.pipe !== undefined;
  const clients = isRemote ? new RemoteClients() : undefined;
  const main = withDefaults(
    flags.handler === undefined ? await openMain(flags, io, log, clients) : { handler: () => {} },
    io,
    log,
  );
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const close of closers) await close();
    await main.close();
  };
  const handlers: GroupHandlers = {
    ...main,
    // All that the main thread handles clients by are functions.
    handler: main.handler as ListenHandler,
    clients,
    close,
    onStored() {},
    onLost(id, lastWords) {
      // The handler that prints takes clients as well; it needs no more of them than this.
      const print = main.handler as unknown as ClientHandler;
      void print({ role: "client", id } as Source, { kind: "terminated", last_words: lastWords });
    },
    snapshot() {},
  };
  try {
    if (record !== undefined) await requireWritable(record, "--record");
    if (snapshot !== undefined) {
      await requireWritable(snapshot, "--snapshot");
      closers.push(onSnapshotSignal(() => handlers.snapshot()));
    } else closers.push(ignoreSnapshotSignal(main.log));
    if (recordKeep !== undefined) {
      const retention = await openRetention(recordKeep, flags, main.log);
      handlers.onStored = () => retention.tidy();
      closers.push(() => retention.close());
    }
  } catch (error) {
    await close();
    throw error;
  }
  return handlers;
}
