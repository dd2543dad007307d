/** Relays in a thread of their own: whatever a test computes does not hold up what passes them. */

import type { RelayCall } from "./relay_worker.ts";

export class RelayThread implements Disposable {
  readonly #worker: Worker;
  /** Of the calls without an answer, the earliest first. */
  readonly #waiting: ((port: number) => void)[] = [];

  constructor() {
    this.#worker = new Worker(new URL("./relay_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#waiting.shift()!(data as number);
  }

  /** Starts a relay to a port of a host. @returns The port of the relay on 127.0.0.1. */
  start(port: number, hostname: string): Promise<number> {
    return this.#call({ verb: "start", port, hostname });
  }

  /** Relays on these ports pass nothing more; see `Relay.hold`. */
  async hold(ports: readonly number[]): Promise<void> {
    await Promise.all(ports.map((port) => this.#call({ verb: "hold", port })));
  }

  /** Relays on these ports end all connections; see `Relay.cut`. */
  async cut(ports: readonly number[]): Promise<void> {
    await Promise.all(ports.map((port) => this.#call({ verb: "cut", port })));
  }

  /** Ends {@linkcode hold} and {@linkcode cut}. */
  async mend(ports: readonly number[]): Promise<void> {
    await Promise.all(ports.map((port) => this.#call({ verb: "mend", port })));
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #call(call: RelayCall): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#waiting.push(resolve);
    this.#worker.postMessage(call);
    return promise;
  }
}
