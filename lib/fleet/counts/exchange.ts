/**
 * Counts the clients of keys and the failed logins of networks together with other hosts: tells them
 * what changes here, and takes what they tell.
 *
 * @module
 */

import {
  FLEET_COUNTS_ALL_MS,
  FLEET_COUNTS_BEAT_MS,
  FLEET_COUNTS_GAP_MS,
  FLEET_COUNTS_SLACK_MS,
  MAX_COUNTS_NETWORKS,
} from "../../limits.ts";
import type { NetworkNumber } from "../../net/address.ts";
import type { LoginWatch } from "../../net/gate.ts";
import type { ClientsElsewhere } from "../../net/key_clients.ts";
import type { PortCounts } from "../../net/port_state.ts";
import { type CountsMessage, formatCounts, parseCounts } from "./message.ts";
import { OtherHosts } from "./others.ts";

/** Sends a message to all other hosts. @returns `false` when it cannot; what it says is told later. */
export type Tell = (text: string) => boolean;

/** The part of one host. */
export class CountsExchange implements ClientsElsewhere, LoginWatch, Disposable {
  readonly #counts: PortCounts;
  readonly #tell: Tell;
  readonly #others = new OtherHosts();
  readonly #changed = new Set<string>();
  readonly #failed = new Map<string, { readonly network: NetworkNumber; times: number }>();
  readonly #trusted = new Map<string, NetworkNumber>();
  readonly #beat: ReturnType<typeof setInterval>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastMs = -Infinity;
  #lastAllMs = -Infinity;
  #lastAskMs = -Infinity;
  #isAllWanted = true;
  #asks = true;

  /** @param counts What is counted here; it counts what others tell as well, until this is disposed of. */
  constructor(counts: PortCounts, tell: Tell) {
    this.#counts = counts;
    this.#tell = tell;
    counts.clients.elsewhere = this;
    counts.gate.watch = this;
    this.#beat = setInterval(() => {
      this.#others.drop(performance.now());
      this.#send();
    }, FLEET_COUNTS_BEAT_MS);
    this.#soon();
  }

  get hosts(): number {
    return this.#others.hosts;
  }

  get count(): number {
    return this.#others.count;
  }

  held(owner: string): number {
    return this.#others.held(owner);
  }

  owners(): Iterable<string> {
    return this.#others.owners();
  }

  changed(owner: string): void {
    this.#changed.add(owner);
    this.#soon();
  }

  failed(network: NetworkNumber): void {
    const id = idOf(network);
    const known = this.#failed.get(id);
    if (known !== undefined) known.times++;
    else if (this.#failed.size < MAX_COUNTS_NETWORKS) this.#failed.set(id, { network, times: 1 });
    this.#soon();
  }

  trusted(network: NetworkNumber): void {
    if (this.#trusted.size < MAX_COUNTS_NETWORKS) this.#trusted.set(idOf(network), network);
    this.#soon();
  }

  /** Messages arrive again after a time in which they did not. */
  rejoin(): void {
    this.#isAllWanted = true;
    this.#asks = true;
    this.#soon();
  }

  /**
   * Takes a message of another host.
   *
   * @returns `false` for one that no host writes.
   */
  receive(host: string, text: string): boolean {
    const message = parseCounts(text);
    if (message === undefined) return false;
    const { gate } = this.#counts;
    const nowMs = performance.now();
    if (!this.#others.take(host, message, nowMs)) this.#ask(nowMs);
    for (const { network, times } of message.failed) gate.failedElsewhere(network, times);
    for (const { network, ms } of message.trusted) gate.trustedElsewhere(network, ms);
    for (const penalty of message.penalties) gate.penaltyElsewhere(penalty);
    if (message.asks) {
      this.#isAllWanted = true;
      this.#soon();
    }
    return true;
  }

  /** Leaves: the clients here count no more for the others, and theirs not here. */
  [Symbol.dispose](): void {
    clearInterval(this.#beat);
    clearTimeout(this.#timer);
    this.#counts.clients.elsewhere = undefined;
    this.#counts.gate.watch = undefined;
    this.#tell(formatCounts({ ...NOTHING, leaves: true }));
  }

  /** Asks for all, but not at each message of a host that tells it to nobody. */
  #ask(nowMs: number): void {
    if (nowMs - this.#lastAskMs < FLEET_COUNTS_ALL_MS) return;
    this.#lastAskMs = nowMs;
    this.#asks = true;
    this.#soon();
  }

  #soon(): void {
    this.#timer ??= setTimeout(
      () => this.#send(),
      Math.max(0, this.#lastMs + FLEET_COUNTS_GAP_MS - performance.now()),
    );
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const nowMs = this.#lastMs = performance.now();
    const sinceAllMs = nowMs - this.#lastAllMs;
    const isAll = sinceAllMs >= FLEET_COUNTS_ALL_MS ||
      this.#isAllWanted && sinceAllMs >= FLEET_COUNTS_BEAT_MS;
    if (!this.#tell(formatCounts(this.#message(isAll)))) {
      this.#isAllWanted = true;
      return;
    }
    for (const told of [this.#changed, this.#failed, this.#trusted]) told.clear();
    this.#asks = false;
    if (!isAll) return;
    this.#lastAllMs = nowMs;
    this.#isAllWanted = false;
  }

  #message(isAll: boolean): CountsMessage {
    const { gate, clients: { here } } = this.#counts;
    const owners = isAll ? here.keys() : this.#changed;
    const penalties = isAll ? gate.penalties(MAX_COUNTS_NETWORKS) : [];
    return {
      isAll,
      asks: this.#asks,
      leaves: false,
      clients: Array.from(owners, (owner) => [owner, here.get(owner) ?? 0] as const),
      failed: [...this.#failed.values()],
      trusted: [...this.#trusted.values()]
        .map((network) => ({ network, ms: gate.trustedForMs(network) - FLEET_COUNTS_SLACK_MS }))
        .filter(({ ms }) => ms > 0),
      penalties: penalties.map(({ closedMs, ...rest }) => ({
        ...rest,
        closedMs: closedMs - FLEET_COUNTS_SLACK_MS,
      })),
    };
  }
}

const NOTHING: CountsMessage = {
  isAll: false,
  asks: false,
  leaves: false,
  clients: [],
  failed: [],
  trusted: [],
  penalties: [],
};

function idOf({ bits, high, low }: NetworkNumber): string {
  return `${bits} ${high} ${low}`;
}
