import type { HelloMode } from "../../lib/session/events.ts";
import { concat } from "./feed.ts";
import { drain, SERVER_KEY, serverSession } from "./pair.ts";
import type { RawPeerOptions } from "./raw_peer.ts";
import { RawPeer } from "./raw_peer.ts";

/** A recorded login. */
export interface Script {
  readonly hellos: Uint8Array<ArrayBuffer>;
  /** The client under the final keys; append its further output to the HELLO packets. */
  readonly peer: RawPeer;
}

/**
 * Records the login of a client. Every `serverSession` with the default randomness and without rekeying
 * accepts it, since such sessions draw the same values.
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
