/** The sources of a fleet. */

import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { Changes } from "../support/changes.ts";
import { type Connect, type Life, Source } from "./source.ts";

/** Between two turns of {@linkcode Sources.talk}. */
const TURN_MS = 50;

export class Sources implements AsyncDisposable {
  readonly all: Source[] = [];
  readonly #connect: Connect;
  readonly #secret: string;
  readonly #changes = new Changes();
  #talking: ReturnType<typeof setInterval> | undefined;
  #next = 0;

  constructor(connect: Connect, secret: string) {
    this.#connect = connect;
    this.#secret = secret;
  }

  /** Starts a source for each key; settles when all are in. */
  async start(keys: readonly PrivateKey[]): Promise<void> {
    for (const key of keys) {
      this.all.push(
        new Source({
          name: `s${this.all.length}`,
          connect: this.#connect,
          key,
          secret: this.#secret,
          onChange: () => this.#changes.notify(),
        }),
      );
    }
    await this.allIn();
  }

  /** All connections that there were. */
  get lives(): Life[] {
    return this.all.flatMap(({ lives }) => lives);
  }

  /** Waits until all are connected. */
  async allIn(): Promise<void> {
    const out = () => this.all.filter(({ life }) => life === undefined).length;
    await this.until(() => out() === 0, () => `${out()} of ${this.all.length} sources`);
  }

  /** Waits for a condition, which is checked when a source was let in or cut off. */
  async until(isTrue: () => boolean, what: () => string): Promise<void> {
    await this.#changes.until(isTrue, what);
  }

  /** From now on they send so many numbers a second, each in its turn. */
  talk(perSecond: number): void {
    clearInterval(this.#talking);
    let due = 0;
    this.#talking = setInterval(() => {
      for (due += perSecond * TURN_MS / 1_000; due >= 1; due--) {
        this.all[this.#next++ % this.all.length]!.say();
      }
    }, TURN_MS);
  }

  /** Ends {@linkcode talk}. */
  silence(): void {
    clearInterval(this.#talking);
  }

  /** Ends all of them in order. */
  async close(): Promise<void> {
    this.silence();
    await Promise.all(this.all.splice(0).map((source) => source[Symbol.asyncDispose]()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
