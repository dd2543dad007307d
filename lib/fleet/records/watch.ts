/**
 * Reads the stream of records.
 *
 * @module
 */

import { type ConsumerInfo, DeliverPolicy, jetstreamManager, type JsMsg } from "@nats-io/jetstream";
import { FleetError, messageOf } from "../../errors.ts";
import { FLEET_RETRY_MS, FLEET_WATCH_BATCH, FLEET_WATCH_EXPIRES_MS } from "../../limits.ts";
import type { FleetConnection } from "../connection.ts";
import { isMissing, noFleet } from "../missing.ts";
import { patiently } from "../patience.ts";
import { pause } from "../wait.ts";
import { type FleetRecord, parseRecord } from "./record.ts";

export interface WatchOptions {
  /** Where it begins; with the records to come when absent. */
  readonly since?: Date | undefined;
  /** Records of this listening name alone. */
  readonly name?: string | undefined;
  /** Records of this kind alone. */
  readonly kind?: string | undefined;
  /** Where an earlier watch was; it begins behind that, whatever `since` says. */
  readonly after?: StreamPlace | undefined;
  /** Called with the place behind each record that was taken, and with the first one. */
  readonly onPlace?: ((place: StreamPlace) => void) | undefined;
  /** Called when records behind `after` have left the stream, or all with another stream. */
  readonly onGap?: (() => void) | undefined;
}

/** A place behind a record. */
export interface StreamPlace {
  /** When the stream was made; another one counts anew. */
  readonly created: string;
  /** The place of the record in the stream. */
  readonly sequence: number;
}

/**
 * Gives records in the order of the stream, each once; it goes on where it was when servers were away.
 *
 * @param signal Ends it.
 * @throws {FleetError} `fleet-failed` when it cannot begin.
 */
export async function* watchRecords(
  connection: FleetConnection,
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<FleetRecord> {
  const position = await patiently(() => begin(connection, options))
    .catch((error) => Promise.reject(failure(connection, error)));
  let isOpened = false;
  while (!signal.aborted) {
    try {
      const messages = await patiently(() => open(connection, options, position, signal));
      isOpened = true;
      for await (const message of messages) {
        if (message.seq < (position.sequence ?? 0)) continue;
        const record = parseRecord(message.string());
        if (record !== undefined) yield record;
        position.sequence = message.seq + 1;
        options.onPlace?.({ created: position.created, sequence: message.seq });
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!isOpened && connection.state === "connected") throw failure(connection, error);
      // The servers choose a leader, or have just come back.
      await pause(FLEET_RETRY_MS, signal);
    }
  }
}

/** Where it goes on; a time until there was a record. */
interface Position {
  readonly created: string;
  sequence: number | undefined;
}

async function begin(
  { nats, names }: FleetConnection,
  { since, after, onPlace, onGap }: WatchOptions,
): Promise<Position> {
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const { state, created } = await manager.streams.info(names.stream);
  if (after !== undefined) {
    const next = after.created === created ? after.sequence + 1 : 0;
    if (next < state.first_seq) onGap?.();
    return { created, sequence: Math.max(next, state.first_seq) };
  }
  if (since !== undefined) return { created, sequence: undefined };
  onPlace?.({ created, sequence: state.last_seq });
  return { created, sequence: state.last_seq + 1 };
}

/** Reads until the servers were away or the signal comes. */
async function open(
  connection: FleetConnection,
  { since, name, kind }: WatchOptions,
  position: Position,
  signal: AbortSignal,
): Promise<AsyncIterable<JsMsg>> {
  const { jetstream, names } = connection;
  const { sequence } = position;
  const consumer = await jetstream.consumers.get(names.stream, {
    filter_subjects: names.recordsOf(name, kind),
    ...(sequence === undefined
      ? { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since!.toISOString() }
      : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: sequence }),
  });
  const messages = await consumer.consume({
    max_messages: FLEET_WATCH_BATCH,
    expires: FLEET_WATCH_EXPIRES_MS,
  });
  const stop = () => messages.stop();
  const endState = connection.onState(stop);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  // A consumer that was lost with its server, and made again when it came back, gives nothing any more.
  // What was lost on the way between servers the client misses only when something follows it.
  const isBehind = ({ num_pending, delivered }: ConsumerInfo) =>
    num_pending > 0 ||
    (delivered.consumer_seq > 0 && delivered.stream_seq >= (position.sequence ?? 0));
  let silentTurns = 0;
  const watchdog = setInterval(() => {
    if (++silentTurns < 2) return;
    consumer.info().then((info) => silentTurns >= 2 && isBehind(info) && stop(), stop);
  }, FLEET_WATCH_EXPIRES_MS);
  return (async function* () {
    try {
      for await (const message of messages) {
        // A reader that is slow is no silence.
        silentTurns = -Infinity;
        yield message;
        silentTurns = 0;
      }
    } finally {
      clearInterval(watchdog);
      endState();
      signal.removeEventListener("abort", stop);
      stop();
    }
  })();
}

function failure({ names }: FleetConnection, error: unknown): FleetError {
  if (isMissing(error)) return noFleet(names, error);
  return new FleetError(
    "fleet-failed",
    `the stream ${names.stream} cannot be read: ${messageOf(error)}; let this user read it`,
    { cause: error },
  );
}
