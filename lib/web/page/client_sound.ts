/**
 * The sound of a client as the page has it: loaded when there is some, and muted by its user.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { readSound } from "../views/protocol.ts";
import type { Sound } from "./sound.ts";

export class ClientSound {
  /** Whether the client has made any. */
  readonly isThere = signal(false);
  readonly isMuted = signal(false);
  #sound: Promise<Sound> | undefined;

  /** Takes a message of the kind `audio`. */
  async play(message: Uint8Array): Promise<void> {
    this.isThere.value = true;
    this.#sound ??= import("./sound.ts").then(({ Sound }) => {
      const sound = new Sound();
      sound.isMuted = this.isMuted.value;
      return sound;
    });
    (await this.#sound).play(readSound(message));
  }

  setMuted(on: boolean): void {
    this.isMuted.value = on;
    void this.#sound?.then((sound) => sound.isMuted = on);
  }

  close(): void {
    void this.#sound?.then((sound) => sound.close());
  }
}
