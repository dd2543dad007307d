/**
 * The sound of a client, by Web Audio. Loaded with the first one that makes any.
 *
 * @module
 */

import type { Sound as Samples } from "../views/protocol.ts";

/** How far ahead sound is scheduled at first, against gaps when the next comes late. */
const AHEAD_S = 0.06;
/** Sound that would be heard later than this is left out: the client is ahead of its picture. */
const MOST_AHEAD_S = 0.5;

export class Sound {
  readonly #context = new AudioContext();
  readonly #gain = this.#context.createGain();
  readonly #ending = new AbortController();
  #nextS = 0;

  /** Browsers let a page make sound once its user has clicked or typed there. */
  constructor() {
    this.#gain.connect(this.#context.destination);
    const { signal } = this.#ending;
    const resume = () => void this.#context.resume();
    for (const event of ["pointerdown", "keydown"]) {
      document.addEventListener(event, resume, { signal, capture: true });
    }
    resume();
  }

  /** Whether the browser lets it be heard. */
  get isHeard(): boolean {
    return this.#context.state === "running";
  }

  set isMuted(on: boolean) {
    this.#gain.gain.value = on ? 0 : 1;
  }

  play({ rate, channels, samples }: Samples): void {
    const frames = Math.floor(samples.length / channels);
    const nowS = this.#context.currentTime;
    if (!this.isHeard || frames === 0 || this.#nextS > nowS + MOST_AHEAD_S) return;
    const buffer = this.#context.createBuffer(channels, frames, rate);
    for (let channel = 0; channel < channels; channel++) {
      const data = buffer.getChannelData(channel);
      for (let frame = 0; frame < frames; frame++) {
        data[frame] = samples[frame * channels + channel]! / 0x8000;
      }
    }
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    if (this.#nextS < nowS) this.#nextS = nowS + AHEAD_S;
    source.start(this.#nextS);
    this.#nextS += buffer.duration;
  }

  close(): void {
    this.#ending.abort();
    void this.#context.close();
  }
}
