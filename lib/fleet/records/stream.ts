/**
 * The stream of records on the servers.
 *
 * @module
 */

import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { FleetError, messageOf } from "../../errors.ts";
import {
  FLEET_DUPLICATE_MS,
  FLEET_RECORDS_AGE_MS,
  FLEET_RECORDS_BYTES,
  FLEET_REQUEST_TIMEOUT_MS,
} from "../../limits.ts";
import type { FleetConnection } from "../connection.ts";
import { isMissing } from "../missing.ts";
import { PassingError, patiently } from "../patience.ts";
import { replicated } from "../replicas.ts";
import { type FleetRecord, parseRecord } from "./record.ts";

const NANOSECONDS_PER_MS = 1_000_000;
const WRONG_LAST_SEQUENCE = 10071;
const NAME_IN_USE = 10058;

/** What the subject of a record consists of. */
export type RecordSubject = Pick<FleetRecord, "name" | "host" | "client" | "kind">;

/**
 * Called when the servers have put a message at a place of the stream that they had already confirmed for
 * another one. So they have forgotten that one, and those up to `before`, or disagree about them.
 */
export type OnForgotten = (place: number, before: number) => void;

/** Stores records, and tells what it has of a client. */
export class RecordStream {
  readonly #connection: FleetConnection;
  readonly #manager: JetStreamManager;
  readonly #onForgotten: OnForgotten;
  /** The place in the stream that the servers have confirmed last, and how often they went back. */
  #confirmed = 0;
  #returns = 0;

  private constructor(
    connection: FleetConnection,
    manager: JetStreamManager,
    onForgotten: OnForgotten,
  ) {
    this.#connection = connection;
    this.#manager = manager;
    this.#onForgotten = onForgotten;
  }

  /**
   * Opens the stream of the fleet; it is made when there is none.
   *
   * @throws {FleetError} `fleet-failed`.
   */
  static async open(
    connection: FleetConnection,
    onForgotten: OnForgotten = () => {},
  ): Promise<RecordStream> {
    const { nats, names } = connection;
    try {
      const manager = await jetstreamManager(nats, {
        checkAPI: false,
        timeout: FLEET_REQUEST_TIMEOUT_MS,
      });
      await patiently(() => make(manager, connection));
      return new RecordStream(connection, manager, onForgotten);
    } catch (error) {
      throw new FleetError(
        "fleet-failed",
        `the stream ${names.stream} cannot be used: ${messageOf(error)}; start nats-server with ` +
          "JetStream (-js), and let this user use it",
        { cause: error },
      );
    }
  }

  /**
   * Stores a record; that of the end of a client once, whichever host says it.
   *
   * @throws When it is not known whether it was stored.
   */
  async store({ host, name, client, number, kind, line }: FleetRecord): Promise<void> {
    const { names, jetstream } = this.#connection;
    const subject = names.record(name, host, client, kind);
    const head = headers();
    if (kind !== "terminated") head.set("Nats-Msg-Id", `${host}.${client}.${number}`);
    // The identity of a message is known for a while, its subject as long as the stream has it.
    else head.set("Nats-Expected-Last-Subject-Sequence", "0");
    const [before, returns] = [this.#confirmed, this.#returns];
    try {
      const options = { headers: head, timeout: FLEET_REQUEST_TIMEOUT_MS };
      const { seq, duplicate } = await jetstream.publish(subject, line, options);
      // A leader without a majority knows the message again, which may never be stored.
      if (seq === 0) throw new PassingError("it is not known whether the record will be stored");
      if (!duplicate) this.#confirm(seq, before, returns);
    } catch (error) {
      if (!isApi(error, WRONG_LAST_SEQUENCE)) throw error;
    }
  }

  /** Each message has a place behind those that were confirmed before it was sent. */
  #confirm(place: number, before: number, returns: number): void {
    const isForgotten = place <= before && returns === this.#returns;
    this.#confirmed = isForgotten ? place : Math.max(this.#confirmed, place);
    if (!isForgotten) return;
    // Those that are under way would show the same.
    this.#returns++;
    this.#onForgotten(place, before);
  }

  /**
   * The last stored record of one kind of a client. Servers find it by its subject; for one with wildcards
   * they go through all subjects, which takes seconds when they are busy.
   */
  async last({ name, host, client, kind }: RecordSubject): Promise<FleetRecord | undefined> {
    const { names } = this.#connection;
    const message = await this.#manager.streams.getMessage(names.stream, {
      last_by_subj: names.record(name, host, client, kind),
    });
    return message === null ? undefined : parseRecord(message.string());
  }
}

async function make(manager: JetStreamManager, connection: FleetConnection): Promise<void> {
  const { names } = connection;
  try {
    await manager.streams.info(names.stream);
  } catch (error) {
    if (!isMissing(error)) throw error;
    const add = (replicas: number) =>
      manager.streams.add({
        name: names.stream,
        subjects: [names.records],
        num_replicas: replicas,
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        discard: DiscardPolicy.Old,
        max_age: FLEET_RECORDS_AGE_MS * NANOSECONDS_PER_MS,
        max_bytes: FLEET_RECORDS_BYTES,
        duplicate_window: FLEET_DUPLICATE_MS * NANOSECONDS_PER_MS,
      });
    await replicated(connection, add).catch((error) => {
      // Another listener has just made it.
      if (!isApi(error, NAME_IN_USE)) throw error;
    });
  }
}

function isApi(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
