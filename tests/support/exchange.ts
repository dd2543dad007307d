/** Two ends of an exchange without a server between them. */

import { Exchange } from "../../lib/fleet/mod.ts";

export interface ExchangePair {
  readonly caller: Exchange;
  readonly host: Exchange;
  /** All messages, in the order in which they were sent. */
  readonly messages: { readonly from: "caller" | "host"; readonly message: Uint8Array }[];
  /** Cuts the way to an end: what is sent to it is lost from now on. */
  cut(end: "caller" | "host"): void;
}

/** @param maxBytes The longest message. */
export function exchangePair(maxBytes = 1 << 20): ExchangePair {
  const messages: ExchangePair["messages"] = [];
  const isCut = new Set<string>();
  const way = (from: "caller" | "host", to: "caller" | "host", other: () => Exchange) => ({
    end: from,
    other: `the ${to}`,
    maxBytes,
    send(message: Uint8Array) {
      messages.push({ from, message });
      if (!isCut.has(to)) queueMicrotask(() => other().receive(message));
    },
    over() {},
  });
  const caller: Exchange = new Exchange(way("caller", "host", () => host));
  const host: Exchange = new Exchange(way("host", "caller", () => caller));
  return { caller, host, messages, cut: (end) => void isCut.add(end) };
}
