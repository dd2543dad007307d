import type { HelloMode } from "../../lib/session/events.ts";
import { concat } from "./feed.ts";
import { drain, SERVER_KEY, serverSession } from "./pair.ts";
import type { RawPeerOptions } from "./raw_peer.ts";
import { RawPeer } from "./raw_peer.ts";

/** A client whose bytes are written down before there is a server to send them to. */
export interface Script {
  /** The bytes of its HELLO packets. */
  readonly hellos: Uint8Array<ArrayBuffer>;
  /** The client, with the final keys; what it sends from now on goes behind the HELLO packets. */
  readonly peer: RawPeer;
}

/**
 * Writes down the login of a client. It fits every session of `serverSession` that draws from its
 * default source and does not rekey, since such sessions draw the same values.
 *
 * @param mode How it logs in.
 * @param options Its key and seed.
 */
export function scriptLogin(mode: HelloMode = "ephemeral", options: RawPeerOptions = {}): Script {
  const peer = new RawPeer(options);
  const session = serverSession();
  const sent: Uint8Array[] = [];
  const exchange = (hello: Uint8Array) => {
    sent.push(hello);
    session.receive(hello);
    drain(session, SERVER_KEY);
    peer.receive(session.takeOutput()!);
  };
  if (mode === "ephemeral") exchange(peer.ephemeralHello().take());
  exchange(peer.hello().take());
  session.free();
  return { hellos: concat(sent), peer };
}
