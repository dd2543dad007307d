/** A pump over a session, on a socket in memory. */

import assert from "node:assert/strict";
import { A12Error } from "../../lib/errors.ts";
import { Pump } from "../../lib/net/pump.ts";
import { nextTurn } from "../../lib/net/turns.ts";
import type { SessionEvent } from "../../lib/session/events.ts";
import type { Session } from "../../lib/session/session.ts";
import { concat } from "./feed.ts";
import { REGISTER, SERVER_KEY, serverSession } from "./pair.ts";
import { RawPeer } from "./raw_peer.ts";
import { MemorySocket } from "./sockets.ts";

export class Rig {
  readonly socket = new MemorySocket();
  readonly session: Session;
  readonly pump: Pump;
  readonly peer = new RawPeer();
  readonly events: string[] = [];
  probes = 0;
  #passedMs = 0;
  onEvent: (event: SessionEvent) => Promise<void> | undefined = () => undefined;

  constructor(startMs = performance.now()) {
    this.session = serverSession({ startMs });
    this.pump = new Pump(this.socket, this.session, {
      probe: () => {
        this.probes++;
        this.session.send({ command: "ping", stream: 0 });
      },
    });
  }

  /** Lets the pump check its time limits as if this time had passed. */
  pass(ms: number): void {
    this.#passedMs += ms;
    this.pump.check(performance.now() + this.#passedMs);
  }

  run(): Promise<void> {
    return this.pump.run((event) => {
      this.events.push(event.type);
      if (event.type === "peer-offered") this.session.accept(SERVER_KEY);
      return this.onEvent(event);
    });
  }

  /** Runs the pump until the key is proved. */
  async login(): Promise<{ ended: Promise<void> }> {
    const proved = Promise.withResolvers<void>();
    const { onEvent } = this;
    this.onEvent = (event) => {
      if (event.type === "peer-authenticated") proved.resolve();
      return onEvent(event);
    };
    const ended = this.run();
    this.socket.give(this.peer.hello().take());
    await until(() => this.socket.written.length > 0);
    this.peer.receive(concat(this.socket.written));
    this.socket.give(this.peer.event(REGISTER).take());
    await proved.promise;
    await turn();
    return { ended };
  }
}

/** Waits until all tasks that are ready have run, also that of a pump that lets others have their turn. */
export async function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    port2.close();
    resolve();
  };
  port2.postMessage(null);
  await promise;
  // Where other processes keep this one from running, the time of a turn is over in between.
  await nextTurn();
}

/** Waits until other tasks make a condition true. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let count = 0; !isTrue(); count++) {
    assert.ok(count < 1_000, "the condition becomes true");
    await turn();
  }
}

/** The code of the error that a promise rejects with; `undefined` when it resolves. */
export async function codeOf(ended: Promise<void>): Promise<string | undefined> {
  try {
    await ended;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof A12Error, String(error));
    return error.code;
  }
}
