/** Hosts of a fleet that count together, without sockets and servers, in time that stands still. */

import assert from "node:assert/strict";
import { CountsExchange } from "../../lib/fleet/counts/exchange.ts";
import { FLEET_COUNTS_GAP_MS } from "../../lib/limits.ts";
import type { Ticket } from "../../lib/net/admission.ts";
import { Gate } from "../../lib/net/gate.ts";
import { KeyAdmission } from "../../lib/net/key_admission.ts";
import { KeyClients } from "../../lib/net/key_clients.ts";
import { CurrentLimits, type ListenLimits } from "../../lib/net/listen_limits.ts";
import { SERVER_KEY } from "./pair.ts";
import { StillTime } from "./still_time.ts";

/** Where logins are from, unless the test is about others. */
export const OWN = "192.0.2.7";
const NAMELESS = { name: undefined, secret: new Uint8Array(3), count: 0 };

interface Message {
  readonly from: string;
  readonly text: string;
  readonly ms: number;
}

/** A host: what a listener of a fleet counts, without sockets. */
export class CountingHost implements Disposable {
  readonly limits: CurrentLimits;
  readonly gate: Gate;
  readonly clients = new KeyClients();
  readonly exchange: CountsExchange;
  isReachable = true;
  readonly #admission: KeyAdmission;

  constructor(
    readonly id: string,
    limits: Partial<ListenLimits>,
    maxClients: number | undefined,
    send: (text: string) => void,
  ) {
    this.limits = new CurrentLimits(limits);
    this.gate = new Gate({ limits: this.limits, log: { reached: () => {} } });
    this.#admission = new KeyAdmission(
      {
        identity: () => SERVER_KEY,
        accepts: () => ({ accepted: true, maxClients }),
        enrolment: () => assert.fail("no key is unknown"),
      },
      this.limits,
      this.clients,
    );
    this.exchange = new CountsExchange(this, (text) => {
      if (this.isReachable) send(text);
      return this.isReachable;
    });
  }

  /** Logs a client in. @returns Its place; `undefined` when its key has too many. */
  login(key = 1): Ticket | undefined {
    try {
      const publicKey = new Uint8Array(new Uint32Array([key, ...Array(7).fill(0)]).buffer);
      const ticket = this.#admission.admit(publicKey, OWN, NAMELESS) as Ticket;
      void ticket.arrive();
      return ticket;
    } catch (error) {
      assert.equal((error as { code: string }).code, "too-many-of-key");
      return undefined;
    }
  }

  /** Tries logins that fail. @returns How many were not closed out. */
  fail(tries: number, address = OWN): number {
    let count = 0;
    for (let i = 0; i < tries; i++) {
      if (!this.gate.admits(address)) continue;
      this.gate.loginFailed(address);
      count++;
    }
    return count;
  }

  [Symbol.dispose](): void {
    this.exchange[Symbol.dispose]();
  }
}

/** Hosts whose messages arrive when the time of the test says so. */
export class CountingFleet implements Disposable {
  readonly time = new StillTime();
  readonly sent: Message[] = [];
  readonly hosts: CountingHost[] = [];
  /** How long messages are under way. */
  latencyMs = 0;
  #arrived = 0;

  constructor(
    count: number,
    { maxClients, ...limits }: Partial<ListenLimits> & { readonly maxClients?: number } = {},
  ) {
    for (let i = 0; i < count; i++) this.join(`host-${i}`, limits, maxClients);
  }

  join(id: string, limits: Partial<ListenLimits> = {}, maxClients?: number): CountingHost {
    const send = (text: string) => void this.sent.push({ from: id, text, ms: performance.now() });
    const host = new CountingHost(
      id,
      { maxConnectionsPerMinute: 1_000_000, ...limits },
      maxClients,
      send,
    );
    this.hosts.push(host);
    return host;
  }

  /** The host says nothing more. */
  kill(host: CountingHost): void {
    this.hosts.splice(this.hosts.indexOf(host), 1);
    host.isReachable = false;
    host[Symbol.dispose]();
  }

  async pass(ms: number): Promise<void> {
    await this.time.pass(0);
    for (let passed = 0; passed <= ms; passed += FLEET_COUNTS_GAP_MS) {
      this.#deliver();
      await this.time.pass(passed < ms ? FLEET_COUNTS_GAP_MS : 0);
    }
    this.#deliver();
  }

  /** Lets time pass in which no message arrives, now or later. */
  async passDeaf(ms: number): Promise<void> {
    this.latencyMs = Infinity;
    await this.pass(ms);
    this.#arrived = this.sent.length;
    this.latencyMs = 0;
  }

  [Symbol.dispose](): void {
    for (const host of this.hosts) host[Symbol.dispose]();
    this.time[Symbol.dispose]();
  }

  #deliver(): void {
    for (; this.#arrived < this.sent.length; this.#arrived++) {
      const { from, text, ms } = this.sent[this.#arrived]!;
      if (ms + this.latencyMs > performance.now()) return;
      for (const host of this.hosts) {
        if (host.id !== from && host.isReachable) assert(host.exchange.receive(from, text), text);
      }
    }
  }
}
