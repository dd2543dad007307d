/**
 * The end of control that asks: a way to every host of a fleet.
 *
 * @module
 */

import {
  type Arguments,
  type Controlled,
  type ControlWay,
  makeRequest,
  type Operation,
  type OperationName,
  OPERATIONS,
  readResponse,
  type Result,
} from "../../control/mod.ts";
import { FleetError } from "../../errors.ts";
import { MAX_FLEET_ANSWER_BYTES } from "../../limits.ts";
import type { FleetConnection } from "../connection.ts";
import { type FleetHost, listHosts } from "../host_list.ts";
import type { Access } from "../names.ts";
import { isHostId } from "../records/record.ts";
import { Exchange, type Head } from "./exchange.ts";
import { makeExchangeId } from "./id.ts";
import { REQUEST, sendRequest } from "./requests.ts";

/** How a server says that no host takes what was sent. */
const NO_RESPONDERS = 503;

/** The results that are kept as a whole. */
const WHOLE: readonly Operation["result"][] = ["object", "rows", "text", "picture"];

export class FleetCaller {
  readonly #connection: FleetConnection;
  readonly #open = new Map<Exchange, string>();
  readonly #ends: readonly (() => void)[];

  /** @param connection Stays open when the caller is closed. */
  constructor(connection: FleetConnection) {
    this.#connection = connection;
    this.#ends = [
      connection.onRefused((subject) => this.#refused(subject)),
      connection.onState((state) => {
        if (state === "away") this.#failAll(away());
      }),
    ];
  }

  /** Lists the hosts. @throws {FleetError} `fleet-unreachable`, `fleet-failed`. */
  hosts(): Promise<readonly FleetHost[]> {
    return listHosts(this.#connection);
  }

  /** A way to one host. */
  at(host: string): ControlWay {
    return { call: (name, args, signal) => this.call(host, name, args, signal) };
  }

  /** All operations at one host. */
  controlled(host: string): Controlled {
    const operations = Object.keys(OPERATIONS) as OperationName[];
    const entries = operations.map((name) =>
      [name, (args: Arguments<typeof name>) => this.call(host, name, args)] as const
    );
    return Object.fromEntries(entries) as unknown as Controlled;
  }

  /**
   * Performs an operation at a host.
   *
   * @param signal Ends the wait.
   * @throws {FleetError} `fleet-unreachable`, `fleet-refused`, `host-unreachable`.
   * @throws {ControlError} What the host refuses, with the code that it gives.
   */
  async call<K extends OperationName>(
    host: string,
    name: K,
    args: Arguments<K>,
    signal?: AbortSignal,
  ): Promise<Result<K>> {
    const operation: Operation = OPERATIONS[name];
    const request = makeRequest(operation, args);
    const { method, path } = request;
    const exchange = this.open(host, operation.access, { kind: REQUEST, method, path }, signal);
    const most = WHOLE.includes(operation.result) ? MAX_FLEET_ANSWER_BYTES : undefined;
    const response = await sendRequest(exchange, request, `the host ${host}`, most);
    return await readResponse(operation, response) as Result<K>;
  }

  /**
   * Begins an exchange.
   *
   * @param access What the exchange needs.
   * @param head Its first message, with its `kind`.
   * @param signal Ends it.
   * @throws {FleetError} `fleet-unreachable`, `no-such-host`.
   */
  open(host: string, access: Access, head: Head, signal?: AbortSignal): Exchange {
    signal?.throwIfAborted();
    if (!isHostId(host)) {
      throw new FleetError("no-such-host", `${JSON.stringify(host)} is no host of a fleet`);
    }
    this.#connection.requireConnected();
    const { nats, names } = this.#connection;
    const subject = names.control(host, access);
    const reply = names.answers(access, makeExchangeId());
    const other = `the host ${host}`;
    const subscription = nats.subscribe(reply, {
      callback: (error, message) => {
        if (error !== null) this.#refuse(exchange, reply);
        else if (message.headers?.code === NO_RESPONDERS) exchange.fail(gone(other));
        else exchange.receive(message.data);
      },
    });
    const stop = () => exchange.abort(signal?.reason);
    const exchange = new Exchange({
      end: "caller",
      other,
      maxBytes: this.#connection.maxMessageBytes,
      send: (message) => {
        if (!nats.isClosed()) nats.publish(subject, message, { reply });
      },
      over: () => {
        signal?.removeEventListener("abort", stop);
        this.#open.delete(exchange);
        if (!nats.isClosed()) subscription.unsubscribe();
      },
    });
    this.#open.set(exchange, subject);
    signal?.addEventListener("abort", stop);
    exchange.sendHead(head);
    return exchange;
  }

  /** Ends all exchanges; the connection stays. */
  close(): void {
    for (const end of this.#ends) end();
    this.#failAll(new FleetError("host-unreachable", "the connection to the fleet was closed"));
  }

  #failAll(error: FleetError): void {
    for (const exchange of [...this.#open.keys()]) exchange.abort(error);
  }

  #refused(subject: string): void {
    for (const [exchange, sentTo] of [...this.#open]) {
      if (sentTo === subject) this.#refuse(exchange, subject);
    }
  }

  #refuse(exchange: Exchange, subject: string): void {
    exchange.fail(
      new FleetError(
        "fleet-refused",
        `the servers of the fleet do not let this user use ${subject}; it needs the permission for it`,
      ),
    );
  }
}

function away(): FleetError {
  return new FleetError("fleet-unreachable", "no server of the fleet can be reached any more");
}

function gone(host: string): FleetError {
  return new FleetError(
    "host-unreachable",
    `${host} does not answer: it has ended, takes no calls, or is cut off from the servers`,
  );
}
