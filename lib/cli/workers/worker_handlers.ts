/**
 * What handles and observes the clients of one worker.
 *
 * @module
 */

import { type ClientHandler, type Handler, type Logger, printHandler } from "../../mod.ts";
import type { Link, MainService } from "../../workers/mod.ts";
import { openModule } from "../client_handlers.ts";
import type { CliIo } from "../io.ts";
import type { ClientRecorder } from "../../control/mod.ts";
import { LazyRecorder, openRecorder } from "../record.ts";
import type { WorkerFlags } from "./start.ts";

export interface WorkerHandlers {
  readonly handler: Handler;
  /** Get all records of clients first. */
  readonly observers: readonly ClientHandler[];
  /** Starts and stops recordings. */
  readonly recorder: ClientRecorder;
  /** Writes a picture of each client. */
  snapshot(): void;
}

type Main = Pick<Link<object, MainService>, "tell">;

/** @throws {ApiMisuseError} `bad-handler`. */
export async function openWorkerHandlers(
  flags: WorkerFlags,
  io: CliIo,
  log: Logger,
  main: Main,
): Promise<WorkerHandlers> {
  const { record, snapshot, recordKeep } = flags;
  const observers: ClientHandler[] = [];
  let recorder: ClientRecorder = new LazyRecorder(flags, io.env, log);
  if (record !== undefined) {
    const opened = recorder = await openRecorder(record, flags, log);
    observers.push(opened.observer);
  }
  let writePictures = () => {};
  if (snapshot !== undefined) {
    const { Snapshots } = await import("../../handlers/mod.ts");
    const snapshots = new Snapshots(snapshot, log);
    observers.push(snapshots.observer);
    writePictures = () => void snapshots.writeAll();
  }
  if (recordKeep !== undefined) {
    // Must come after the others, so that the main thread sees their files.
    observers.push((_, { kind }) => {
      if (kind === "registered" || kind === "terminated") main.tell("stored");
    });
  }
  const handler = await openHandler(flags, io, main);
  return { handler, observers, recorder, snapshot: writePictures };
}

async function openHandler(flags: WorkerFlags, io: CliIo, main: Main): Promise<Handler> {
  if (flags.handler !== undefined) return (await openModule(flags.handler, io)).handler;
  const known = new Set<number>();
  const print = printHandler(
    (line, source, kind) => {
      const room = io.out(`${line}\n`, source);
      if (kind === "segment_request" && !known.has(source)) return room;
      if (!known.has(source)) {
        known.add(source);
        main.tell("opened", source);
      }
      if (kind === "terminated") {
        known.delete(source);
        main.tell("ended", source);
      }
      return room;
    },
    flags.json ?? false,
    true,
  );
  // The main thread prints the other records of the listener, which is one for all workers.
  return (source, status) => {
    return status.kind === "segment_request" ? print(source, status) : undefined;
  };
}
