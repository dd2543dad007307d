/**
 * The sound of one channel: signed 16-bit samples, interleaved.
 *
 * No known source sends sound; the layout is that of arcan `a12.c` with its encryption left out,
 * which is the only way in which the reference receives any.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_AUDIO_CHANNELS, MAX_AUDIO_RATE_HZ } from "../limits.ts";
import { AUDIO_ENCODING_S16 } from "../wire/constants.ts";

const SAMPLE_BYTES = 2;

/** The announcement of sound, AUDIOFRAME. */
export interface AudioHeader {
  /** Interleaved channels. */
  readonly channels: number;
  /** How samples are encoded. */
  readonly encoding: number;
  /** Samples a second, of one channel. */
  readonly rate: number;
}

/** A piece of sound. */
export interface AudioChunk {
  /** Samples a second, of one channel. */
  readonly rate: number;
  /** Interleaved channels, left first. */
  readonly channels: number;
  /** Samples from -32768 to 32767: one of each channel, again and again; the receiver's own. */
  readonly samples: Int16Array<ArrayBuffer>;
}

/** Receives the sound of one channel. */
export class AudioStream {
  #format: AudioHeader | undefined;
  /** The first bytes of a group of samples that has not arrived as a whole. */
  #rest = new Uint8Array(0);

  /** Whether sound was announced and its format is good. */
  get isOpen(): boolean {
    return this.#format !== undefined;
  }

  /**
   * Takes an announcement.
   *
   * @param header The header. Its number of samples is left aside: it has 16 bits, and the reference
   * takes what comes behind it as well.
   * @throws {StreamError} `bad-audio-format`; what follows is thrown away.
   */
  begin({ channels, encoding, rate }: AudioHeader): void {
    this.close();
    const isGood = encoding === AUDIO_ENCODING_S16 &&
      channels >= 1 && channels <= MAX_AUDIO_CHANNELS && rate >= 1 && rate <= MAX_AUDIO_RATE_HZ;
    if (!isGood) {
      throw new StreamError(
        "bad-audio-format",
        `sound of encoding ${encoding}, ${channels} channels and ${rate} Hz; known is encoding ` +
          `${AUDIO_ENCODING_S16}, 1 to ${MAX_AUDIO_CHANNELS} channels, 1 to ${MAX_AUDIO_RATE_HZ} Hz`,
      );
    }
    this.#format = { channels, encoding, rate };
  }

  /**
   * Takes the payload of one packet.
   *
   * @param payload Borrowed for the call.
   * @returns Whole groups of samples, or `undefined` when there is none.
   */
  push(payload: Uint8Array): AudioChunk | undefined {
    const format = this.#format;
    if (format === undefined) return undefined;
    const held = this.#rest.length;
    const total = held + payload.length;
    const whole = total - total % (format.channels * SAMPLE_BYTES);
    // A copy of its own: aligned for the samples, and free for the receiver to keep.
    const bytes = new Uint8Array(total);
    bytes.set(this.#rest);
    bytes.set(payload, held);
    this.#rest = bytes.slice(whole);
    if (whole === 0) return undefined;
    const samples = new Int16Array(bytes.buffer, 0, whole / SAMPLE_BYTES);
    return { rate: format.rate, channels: format.channels, samples };
  }

  /** Throws away what follows, until the next announcement. */
  close(): void {
    this.#format = undefined;
    this.#rest = new Uint8Array(0);
  }
}
