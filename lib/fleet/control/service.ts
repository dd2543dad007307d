/**
 * The end of control that answers: what callers may do at this host.
 *
 * @module
 */

import type { Subscription } from "@nats-io/transport-node";
import { type Controlled, HttpControl } from "../../control/mod.ts";
import { A12Error, ControlError, messageOf } from "../../errors.ts";
import { DRAIN_TIMEOUT_MS, FLEET_CLOSE_TIMEOUT_MS, MAX_FLEET_EXCHANGES } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { FleetConnection } from "../connection.ts";
import type { Access } from "../names.ts";
import { ACCESSES, permit } from "./access.ts";
import { Exchange, type Head } from "./exchange.ts";
import { FRAME, parseFrame } from "./frame.ts";
import { isExchangeId } from "./id.ts";
import { answerRequest, REQUEST } from "./requests.ts";

export interface ServiceOptions {
  /** The id of this host. */
  readonly host: string;
  readonly control: Controlled;
  readonly log: Logger;
}

/** Answers the exchanges of one kind. @param access What the caller may do. */
export type TakeExchange = (
  exchange: Exchange,
  head: Head,
  access: Access,
) => Promise<void> | void;

export class ControlService {
  readonly #connection: FleetConnection;
  readonly #options: ServiceOptions;
  readonly #kinds = new Map<unknown, TakeExchange>();
  /** The exchanges by id; callers of one access hold up no others. */
  readonly #open: { readonly [A in Access]: Map<string, Exchange> } = {
    look: new Map(),
    drive: new Map(),
    manage: new Map(),
  };
  readonly #subscription: Subscription;
  readonly #ends: readonly (() => void)[];
  #isClosing = false;
  #isRefused = false;

  constructor(connection: FleetConnection, options: ServiceOptions) {
    this.#connection = connection;
    this.#options = options;
    const { control, host, log } = options;
    const http = Object.fromEntries(
      ACCESSES.map((access) => [access, new HttpControl(permit(control, access), log)]),
    );
    this.serve(REQUEST, (exchange, head, access) => answerRequest(exchange, head, http[access]!));
    const { nats, names } = connection;
    this.#subscription = nats.subscribe(names.control(host, "*"), {
      callback: (error, { subject, reply, data }) => {
        if (error === null) this.#take(subject, reply ?? "", data);
        else this.#refused(names.control(host, "*"));
      },
    });
    this.#ends = [
      connection.onRefused((subject) => {
        if (ACCESSES.some((access) => subject.startsWith(names.answers(access, "")))) {
          this.#refused(subject);
        }
      }),
      connection.onState((state) => {
        if (state === "away") this.#endAll(new Error("no server of the fleet can be reached"));
      }),
    ];
  }

  /** Takes exchanges of one more kind. */
  serve(kind: string, take: TakeExchange): void {
    this.#kinds.set(kind, take);
  }

  /** Takes nothing further, waits a while for what is under way, and ends the rest. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const open = ACCESSES.flatMap((access) => [...this.#open[access].values()]);
    await within(DRAIN_TIMEOUT_MS, Promise.all(open.map(({ signal }) => aborted(signal))));
    for (const end of this.#ends) end();
    const { nats } = this.#connection;
    if (nats.isClosed()) return;
    this.#subscription.unsubscribe();
    this.#endAll(ended(this.#options.host));
    if (this.#connection.state === "away") return;
    // So that callers hear of it. Servers that do not answer hold up nothing.
    await within(FLEET_CLOSE_TIMEOUT_MS, nats.flush().catch(() => {}));
  }

  #refused(subject: string): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#options.log.log("warn", "fleet-control-refused", {
      detail: `the servers do not let this user use ${subject}: callers get no answer`,
    });
  }

  #endAll(error: Error): void {
    for (const access of ACCESSES) {
      for (const exchange of [...this.#open[access].values()]) exchange.abort(error);
    }
  }

  /** What comes on a subject of ours may be anything: what is no exchange is passed over. */
  #take(subject: string, reply: string, data: Uint8Array): void {
    const access = ACCESSES.find((each) => subject.endsWith(`.${each}`));
    const id = reply.slice(reply.lastIndexOf(".") + 1);
    // An answer to any other subject would use what this host may send, and its caller may not.
    if (access === undefined || !isExchangeId(id)) return;
    if (reply !== this.#connection.names.answers(access, id)) return;
    const known = this.#open[access].get(id);
    if (known !== undefined) return known.receive(data);
    const kind = parseFrame(data)?.kind;
    if (kind === FRAME.head) this.#begin(access, id, data);
    // Its exchange is over here, and it has not heard of it.
    else if (kind === FRAME.alive) this.#make(access, id).abort(over());
  }

  #begin(access: Access, id: string, first: Uint8Array): void {
    const open = this.#open[access];
    const exchange = this.#make(access, id);
    if (this.#isClosing) return exchange.abort(ended(this.#options.host));
    if (open.size >= MAX_FLEET_EXCHANGES) {
      return exchange.abort(
        new ControlError(
          "busy",
          `${MAX_FLEET_EXCHANGES} calls that ${access} are under way at the host ` +
            `${this.#options.host}, which is the most; try again`,
        ),
      );
    }
    open.set(id, exchange);
    exchange.receive(first);
    void this.#answer(exchange, access);
  }

  async #answer(exchange: Exchange, access: Access): Promise<void> {
    try {
      const head = await exchange.head;
      const take = this.#kinds.get(head["kind"]);
      if (take === undefined) {
        throw new ControlError("no-such-path", "the host takes no exchange of this kind");
      }
      await take(exchange, head, access);
    } catch (error) {
      if (exchange.signal.aborted) return;
      if (!(error instanceof A12Error)) {
        const { stack } = error as Error;
        this.#options.log.log("error", "control-failed", { detail: messageOf(error), stack });
      }
      exchange.abort(error);
    }
  }

  #make(access: Access, id: string): Exchange {
    const { nats, names } = this.#connection;
    const answers = names.answers(access, id);
    return new Exchange({
      end: "host",
      other: "the caller",
      maxBytes: this.#connection.maxMessageBytes,
      send: (message) => {
        if (!nats.isClosed()) nats.publish(answers, message);
      },
      over: () => void this.#open[access].delete(id),
    });
  }
}

/** Waits for something, but not longer. */
async function within(ms: number, something: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([something, late.promise]);
  clearTimeout(timer);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

function ended(host: string): ControlError {
  return new ControlError("no-listener", `the host ${host} has ended`);
}

function over(): ControlError {
  return new ControlError("transfer-failed", "the host has given up what was under way");
}
