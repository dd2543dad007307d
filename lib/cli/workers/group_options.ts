/**
 * What a group of workers is made from.
 *
 * @module
 */

import type { ListenHandler, Logger } from "../../mod.ts";
import type { RemoteClients, SharedPort } from "../../workers/mod.ts";
import type { CliIo } from "../io.ts";
import type { WorkerFlags } from "./start.ts";

export interface GroupOptions {
  readonly name: string | undefined;
  /** Where to listen, and who decides about keys. */
  readonly port: SharedPort;
  /** How many workers to begin with. */
  readonly first: number;
  /** How many there may be; more are started while those that are there are busy. */
  readonly most: number;
  readonly flags: WorkerFlags;
  /** Whether a fleet learns what happens in the workers, from the first client on. */
  readonly isFollowed: boolean;
  /** `num:secret`. */
  readonly secret: string | undefined;
  /** Gets the records of the listener, and the last ones of sources whose worker was lost. */
  readonly handler: ListenHandler;
  /** Handles the clients of all workers by the handler, if they are not handled where they are. */
  readonly clients: RemoteClients | undefined;
  /** Called for each source whose last record was to be printed by a worker that is lost. */
  readonly onLost: (id: number, lastWords: string) => void;
  /** Called when recordings or pictures may have been stored. */
  readonly onStored: () => void;
  readonly log: Logger;
  readonly io: CliIo;
}
