/** The thread of `RelayThread`: answers each call with the port of the relay. */

import { Relay } from "./relay.ts";

export type RelayCall =
  | { readonly verb: "start"; readonly port: number; readonly hostname: string }
  | { readonly verb: "hold" | "cut" | "mend"; readonly port: number };

const relays = new Map<number, Relay>();

function answer(call: RelayCall): number {
  if (call.verb === "start") {
    const relay = Relay.start(call.port, call.hostname);
    relays.set(relay.port, relay);
    return relay.port;
  }
  relays.get(call.port)![call.verb]();
  return call.port;
}

const thread = self as unknown as {
  onmessage: (message: MessageEvent<RelayCall>) => void;
  postMessage: (port: number) => void;
};
thread.onmessage = ({ data }) => thread.postMessage(answer(data));
