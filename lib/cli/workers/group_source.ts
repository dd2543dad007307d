/**
 * The listener of all workers, as handlers hold it.
 *
 * @module
 */

import { type ListenSource, parseSecret } from "../../mod.ts";
import { ApiMisuseError } from "../../errors.ts";

/** What the source does to the workers. */
export interface GroupOfSource {
  readonly id: number;
  readonly name: string | undefined;
  /** Whether a client was let in already. */
  hadClients(): boolean;
  setSecret(secret: string): void;
  close(): void;
  closeClients(): void;
}

export function makeGroupSource(group: GroupOfSource): ListenSource {
  return {
    role: "listener",
    id: group.id,
    name: group.name,
    peer: undefined,
    acceptTarget: () => {
      throw new ApiMisuseError("wrong-state", "acceptTarget outside a segment_request");
    },
    targetInput: (secret) => {
      parseSecret(secret);
      if (group.hadClients()) {
        throw new ApiMisuseError("too-late", "a client was let in already");
      }
      group.setSecret(secret);
    },
    deleteImage: () => group.close(),
    shutdown: () => {
      group.close();
      group.closeClients();
    },
  };
}
