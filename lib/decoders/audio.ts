/**
 * The audio of one channel: interleaved signed 16-bit samples.
 *
 * No known source sends audio. The layout is that of arcan `a12.c` without its encryption, as the
 * reference receives audio only without it.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_AUDIO_CHANNELS, MAX_AUDIO_RATE_HZ } from "../limits.ts";
import { AUDIO_ENCODING_S16 } from "../wire/constants.ts";

const SAMPLE_BYTES = 2;

/** The announcement of audio, AUDIOFRAME. */
export interface AudioHeader {
  readonly channels: number;
  readonly encoding: number;
  /** Samples a second of one channel. */
  readonly rate: number;
}

/** A part of the audio. */
export interface AudioChunk {
  /** Samples a second of one channel. */
  readonly rate: number;
  /** The number of interleaved channels, left first. */
  readonly channels: number;
  /** Interleaved samples from -32768 to 32767; owned by the receiver. */
  readonly samples: Int16Array<ArrayBuffer>;
}

/** Receives the audio of one channel. */
export class AudioStream {
  #format: AudioHeader | undefined;
  /** The first bytes of an incomplete group of samples. */
  #rest = new Uint8Array(0);

  /** Whether audio was announced and its format is good. */
  get isOpen(): boolean {
    return this.#format !== undefined;
  }

  /**
   * Takes an announcement.
   *
   * @param header Its number of samples is not read: it has 16 bits, and the reference takes the
   * samples behind them as well.
   * @throws {StreamError} `bad-audio-format`; the packets that follow are thrown away.
   */
  begin({ channels, encoding, rate }: AudioHeader): void {
    this.close();
    const isGood = encoding === AUDIO_ENCODING_S16 &&
      channels >= 1 && channels <= MAX_AUDIO_CHANNELS && rate >= 1 && rate <= MAX_AUDIO_RATE_HZ;
    if (!isGood) {
      throw new StreamError(
        "bad-audio-format",
        `audio of encoding ${encoding}, ${channels} channels and ${rate} Hz; known is encoding ` +
          `${AUDIO_ENCODING_S16}, 1 to ${MAX_AUDIO_CHANNELS} channels, 1 to ${MAX_AUDIO_RATE_HZ} Hz`,
      );
    }
    this.#format = { channels, encoding, rate };
  }

  /**
   * Takes the payload of one packet.
   *
   * @param payload Borrowed for the call.
   * @returns Whole groups of samples; `undefined` without any.
   */
  push(payload: Uint8Array): AudioChunk | undefined {
    const format = this.#format;
    if (format === undefined) return undefined;
    const held = this.#rest.length;
    const total = held + payload.length;
    const whole = total - total % (format.channels * SAMPLE_BYTES);
    // A copy, which is aligned and which the receiver may keep.
    const bytes = new Uint8Array(total);
    bytes.set(this.#rest);
    bytes.set(payload, held);
    this.#rest = bytes.slice(whole);
    if (whole === 0) return undefined;
    const samples = new Int16Array(bytes.buffer, 0, whole / SAMPLE_BYTES);
    return { rate: format.rate, channels: format.channels, samples };
  }

  /** Throws away the packets that follow, until the next announcement. */
  close(): void {
    this.#format = undefined;
    this.#rest = new Uint8Array(0);
  }
}
