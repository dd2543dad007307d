/**
 * What a connection needs of the listener that it came in by.
 *
 * @module
 */

import type { PrivateKey } from "../crypto/x25519.ts";
import type { DecoderPool } from "../decoders/h264/worker/decoder_pool.ts";
import type { Logger } from "../log.ts";
import type { DisplayDefaults } from "../segment/preroll.ts";
import type { ClientHandler } from "../segment/source.ts";
import type { H264Mode } from "../decoders/h264/client_h264.ts";
import type { Reservation } from "./authority.ts";
import type { Connection } from "./connection.ts";

/** What a connection asks its listener. */
export interface Host {
  readonly log: Logger;
  readonly display: DisplayDefaults;
  /** See all records of clients before their handlers do. */
  readonly observers: readonly ClientHandler[];
  /** What happens to H.264. */
  readonly h264: H264Mode;
  /** Where decoders of H.264 come from. */
  readonly decoders: DecoderPool;
  /**
   * The key to answer with.
   *
   * @throws {KeystoreError} `bad-line`, `keystore-unreadable`.
   */
  identity(): PrivateKey;
  /**
   * Decides about a claimed key.
   *
   * @param publicKey The claimed key, 32 bytes.
   * @returns A place among the unknown keys, if it needs one.
   * @throws {AuthError} Why it may not log in.
   */
  admit(publicKey: Uint8Array): Reservation | undefined;
  /**
   * The client has proved its key: decides about it again.
   *
   * @param connection The client.
   * @param publicKey The proved key, 32 bytes.
   * @param place What {@linkcode admit} returned for it.
   * @returns The place, if the key still needs it.
   * @throws {AuthError} Why it may not log in any more.
   * @throws {LimitError} `too-many-connections` when its key has as many as it may.
   */
  arrived(
    connection: Connection,
    publicKey: Uint8Array,
    place: Reservation | undefined,
  ): Reservation | undefined;
  /**
   * Asks the listener's handler to take the client.
   *
   * @param connection The client.
   * @returns Whether it was taken.
   */
  handover(connection: Connection): boolean | Promise<boolean>;
  /** The connection has ended without having sent a byte. @param connection The connection. */
  leftSilently(connection: Connection): void;
  /** The client has gone, or has never logged in. @param connection The client. */
  left(connection: Connection): void;
}
