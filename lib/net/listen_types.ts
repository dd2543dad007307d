/**
 * What a listener shows its handler.
 *
 * @module
 */

import type { Peer } from "../segment/peer.ts";
import type { ClientHandler, Source } from "../segment/source.ts";
import type { Status } from "../segment/status.ts";

/** The records of a listener itself: `preroll`, a `segment_request` for each client, `terminated`. */
export type ListenStatus = Extract<
  Status,
  { kind: "preroll" } | { kind: "segment_request" } | { kind: "terminated" }
>;

/** A listener as its handler sees it. */
export interface ListenSource {
  /** Tells it apart from a client's source. */
  readonly role: "listener";
  /** A number that no other source of this process has. */
  readonly id: number;
  /** The listening name, if any. */
  readonly name: string | undefined;
  /** The key and address of the requesting client in a `segment_request`; otherwise `undefined`. */
  readonly peer: Peer | undefined;
  /**
   * Takes the client that asks (`accept_target`).
   *
   * @param handler Takes the client's records; they go nowhere when absent.
   * @returns The client.
   * @throws {ApiMisuseError} `wrong-state` outside a `segment_request`.
   */
  acceptTarget(handler?: ClientHandler): Source;
  /**
   * Takes the client that asks, and asks it for a size.
   *
   * @param width Width in pixels, 1 to 8192.
   * @param height Height in pixels, 1 to 8192.
   * @param handler Takes the client's records; they go nowhere when absent.
   * @returns The client.
   * @throws {ApiMisuseError} `wrong-state` outside a `segment_request`, `bad-argument`.
   */
  acceptTarget(width: number, height: number, handler?: ClientHandler): Source;
  /**
   * Sets the further key (`target_input`).
   *
   * @param secret `num:secret`: how many unknown keys that know the secret to let in, and the secret.
   * @throws {ApiMisuseError} `bad-secret`, and `too-late` once a client was let in.
   */
  targetInput(secret: string): void;
  /** Takes no more clients; those that are there stay (`delete_image`). */
  deleteImage(): void;
  /**
   * Takes no more clients and asks those that are there to exit (`shutdown`); those that have not left
   * after a short time are cut off. Each client still gets its `terminated`, and recordings their end:
   * `listen` ends when all that is done, where `Deno.exit` would end it at once.
   */
  shutdown(): void;
}

/**
 * Decides whether a client that has proved its key may come in, before any other function of the handler
 * is called and before an unknown key is added to the keystore. Only `true` lets it in: `false`, an error,
 * and no answer within 10 s refuse it.
 */
export type Authorize = (peer: Peer) => boolean | PromiseLike<boolean>;

/** Takes what happens to a listener. A request that it leaves unanswered is refused. */
export type ListenHandler = (
  source: ListenSource,
  status: ListenStatus,
) => void | Promise<void>;
