/**
 * What a listener is made from.
 *
 * @module
 */

import type { H264Mode } from "../decoders/h264/client_h264.ts";
import type { DecoderPool } from "../decoders/h264/worker/decoder_pool.ts";
import type { Logger } from "../log.ts";
import type { Network } from "../networks.ts";
import type { DisplayDefaults } from "../segment/preroll.ts";
import type { ClientHandler } from "../segment/source.ts";
import type { BoundSocket } from "./bind.ts";
import type { Authorize, ListenHandler } from "./listen_types.ts";
import type { PortState } from "./port_state.ts";
import type { ServerOptions } from "./server_session.ts";

/** What a listener is made from. */
export interface ListenerOptions extends ServerOptions {
  /** The listening name, if any; checked by the caller. */
  readonly name: string | undefined;
  /** Where to listen; the listener closes them. */
  readonly sockets: readonly BoundSocket[];
  /** The balancers whose connections begin with a PROXY header; none when absent. */
  readonly proxies?: readonly Network[];
  /** What it shares with the other listeners of the port. */
  readonly state: PortState;
  /** Takes what happens. */
  readonly handler: ListenHandler;
  /** Decides about clients that have proved their key; all come in when absent. */
  readonly authorize?: Authorize | undefined;
  /** See all records of clients before their handlers do. */
  readonly observers?: readonly ClientHandler[];
  readonly log: Logger;
  /** The first size, density and font of clients. */
  readonly display: DisplayDefaults;
  /** What happens to H.264. */
  readonly h264: H264Mode;
  /** Where decoders of H.264 come from; from workers of the listener's own when absent. */
  readonly decoders?: DecoderPool;
}
