/**
 * What a client streams besides its picture, and what is streamed to it.
 *
 * @module
 */

import type { AudioChunk } from "../decoders/audio.ts";
import type { AccessUnit } from "../decoders/h264.ts";
import type { BinaryOffer, BinaryTransfer, TransferOptions } from "./transfer_types.ts";

/** Sound, H.264 and transfers of a client. */
export interface SourceStreams {
  /**
   * Takes sound. What comes while it is not set is thrown away.
   *
   * The client waits until its promise, if any, has settled. No known source sends sound.
   */
  onAudio: ((chunk: AudioChunk) => void | Promise<void>) | undefined;

  /**
   * Takes H.264 as it is, where the option `h264` is `pass`. What comes while it is not set is thrown
   * away. The client waits until its promise, if any, has settled.
   */
  onH264: ((unit: AccessUnit) => void | Promise<void>) | undefined;

  /**
   * Takes or refuses transfers. All are refused while it is not set.
   *
   * Once it has accepted a transfer it may go on as long as it likes, and read: the client goes on as
   * well, and waits only while much is unread. Sources of the reference make no transfers.
   */
  onBinary: ((offer: BinaryOffer) => void | Promise<void>) | undefined;

  /**
   * Gives the client a state that it saved before (`restore_target`).
   *
   * @param state At least 1 byte; not copied, so it must stay as it is until the transfer ends.
   * @param options Call-backs.
   * @returns The transfer, or `false` once the segment has ended.
   * @throws {ApiMisuseError} `bad-argument`, `queue-full`, `unsafe-verb` on a subsegment.
   */
  restoreTarget(state: Uint8Array, options?: TransferOptions): BinaryTransfer | false;

  /**
   * Gives the client a file (`open_nonblock` for writing), which it opens or takes in. Its size must be
   * known: real clients are never given what has none. They say by `bchunkstate` what they take.
   *
   * @param content At least 1 byte; not copied, so it must stay as it is until the transfer ends.
   * @param options Call-backs.
   * @returns The transfer, or `false` once the segment has ended.
   * @throws {ApiMisuseError} `bad-argument`, `queue-full`, `unsafe-verb` on a subsegment.
   */
  openNonblock(content: Uint8Array, options?: TransferOptions): BinaryTransfer | false;
}
