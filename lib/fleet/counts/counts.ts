/**
 * What a listener counts together with the other hosts of its fleet.
 *
 * @module
 */

import type { Subscription } from "@nats-io/transport-node";
import { FleetError, messageOf } from "../../errors.ts";
import {
  FLEET_CLOSE_TIMEOUT_MS,
  FLEET_REQUEST_TIMEOUT_MS,
  MAX_COUNTS_BYTES,
} from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { PortCounts } from "../../net/port_state.ts";
import type { FleetConnection } from "../connection.ts";
import { isHostId } from "../records/record.ts";
import { CountsExchange } from "./exchange.ts";

export interface CountsOptions {
  readonly connection: FleetConnection;
  /** The id of this host. */
  readonly host: string;
  readonly counts: PortCounts;
  readonly log: Logger;
}

/** Sends and receives what hosts count, by messages that the servers do not keep. */
export class FleetCounts implements AsyncDisposable {
  readonly #options: CountsOptions;
  readonly #exchange: CountsExchange;
  readonly #subscription: Subscription;
  readonly #ends: readonly (() => void)[];
  readonly #heard = Promise.withResolvers<void>();
  #hasBegun = false;
  #isAlone = false;

  private constructor(options: CountsOptions) {
    this.#options = options;
    const { connection, counts } = options;
    const { nats, names } = connection;
    this.#subscription = nats.subscribe(names.counts("*"), {
      callback: (error, message) => {
        if (error === null) this.#receive(message.subject, message.data);
        else this.#refused(error, "subscribe to", names.counts("*"));
      },
    });
    this.#exchange = new CountsExchange(counts, (text) => this.#tell(text));
    const own = names.counts(options.host);
    this.#ends = [
      // The keystore logs that the fleet cannot be reached.
      connection.onState((state) => {
        if (state === "connected") this.#exchange.rejoin();
      }),
      connection.onRefused((subject) => {
        if (subject === own) this.#refused(new Error("not permitted"), "publish to", own);
      }),
    ];
  }

  /**
   * Begins to count together.
   *
   * @throws {FleetError} `fleet-failed` when this user of NATS may not.
   */
  static async open(options: CountsOptions): Promise<FleetCounts> {
    const counts = new FleetCounts(options);
    try {
      await within(counts.#heard.promise, FLEET_REQUEST_TIMEOUT_MS, "its message does not arrive");
      counts.#hasBegun = true;
      return counts;
    } catch (error) {
      await counts[Symbol.asyncDispose]();
      const subject = options.connection.names.counts("*");
      throw new FleetError(
        "fleet-failed",
        `limits of the fleet cannot be counted at ${subject}: ${
          messageOf(error)
        }; let this user publish and subscribe there`,
        { cause: error },
      );
    }
  }

  /** Leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) end();
    this.#exchange[Symbol.dispose]();
    const { nats } = this.#options.connection;
    this.#subscription.unsubscribe();
    if (this.#isConnected) await within(nats.flush(), FLEET_CLOSE_TIMEOUT_MS, "").catch(() => {});
  }

  get #isConnected(): boolean {
    return this.#options.connection.state === "connected";
  }

  #tell(text: string): boolean {
    // The client of NATS would keep it, and send what does not hold any more.
    if (!this.#isConnected) return false;
    const { connection: { nats, names }, host } = this.#options;
    try {
      nats.publish(names.counts(host), text);
      return true;
    } catch (error) {
      this.#logAlone(messageOf(error));
      return false;
    }
  }

  #refused(error: Error, verb: string, subject: string): void {
    this.#heard.reject(error);
    if (!this.#hasBegun) return;
    this.#logAlone(
      `the servers do not let this user ${verb} ${subject} any more; permit it, then start this ` +
        "listener again",
    );
  }

  /** Logs once why hosts do not hear each other. */
  #logAlone(detail: string): void {
    if (this.#isAlone) return;
    this.#isAlone = true;
    this.#options.log.log("warn", "fleet-limits-alone", { detail });
  }

  #receive(subject: string, data: Uint8Array): void {
    const { host, log } = this.#options;
    const from = subject.slice(subject.lastIndexOf(".") + 1);
    if (from === host) return this.#heard.resolve();
    const isTaken = isHostId(from) && data.length <= MAX_COUNTS_BYTES &&
      this.#exchange.receive(from, new TextDecoder().decode(data));
    if (!isTaken) log.log("debug", "fleet-limits-refused", { host: from, bytes: data.length });
  }
}

async function within<T>(work: Promise<T>, ms: number, detail: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(detail)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
