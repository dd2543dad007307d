import type { HelloMode } from "../../lib/session/events.ts";
import { concat } from "./feed.ts";
import { drain, SERVER_KEY, serverSession } from "./pair.ts";
import type { RawPeerOptions } from "./raw_peer.ts";
import { RawPeer } from "./raw_peer.ts";

/** A client whose bytes are recorded before there is a server. */
export interface Script {
  /** The bytes of its HELLO packets. */
  readonly hellos: Uint8Array<ArrayBuffer>;
  /** The client, with the final keys; append its further output to the HELLO packets. */
  readonly peer: RawPeer;
}

/**
 * Records the login of a client. It fits every `serverSession` that has the default randomness and does not
 * rekey, since such sessions draw the same values.
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
