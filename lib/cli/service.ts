/**
 * What makes `listen` a service: reloading, and word to the service manager.
 *
 * @module
 */

import type { KeyStorage } from "../../keystore/mod.ts";
import { formatAddress } from "../address.ts";
import type { Logger } from "../log.ts";
import type { ListenFlags } from "./listen_options.ts";
import type { LogFile } from "./log_file.ts";
import { type Reloadable, Reloader } from "./reload.ts";
import { readLimits } from "./limits_file.ts";
import type { Lifecycle } from "./run_listener.ts";
import type { Serving } from "./serving.ts";
import type { Shutdown } from "./shutdown.ts";
import type { ServiceManager } from "./systemd_notify.ts";

/** What a service consists of. */
export interface ServiceParts {
  readonly listener: Serving;
  readonly keystore: KeyStorage;
  readonly logFile: LogFile | undefined;
  readonly flags: ListenFlags;
  readonly manager: ServiceManager;
  readonly shutdown: Pick<Shutdown, "hasBegun" | "status">;
  readonly log: Logger;
  /** Reports that the listener listens. */
  announce(): void;
}

export function makeService(parts: ServiceParts): Lifecycle {
  const { listener, log, manager, shutdown } = parts;
  const status = `listening on ${listener.addresses.map(formatAddress).join(" and ")}`;
  const reloader = new Reloader(reloadables(parts), log, async (reload) => {
    manager.reloading();
    await reload();
    manager.ready(shutdown.hasBegun ? shutdown.status : status);
  });
  return {
    started() {
      parts.announce();
      manager.ready(status);
    },
    reload: () => reloader.request(),
  };
}

function reloadables({ listener, keystore, logFile, flags }: ServiceParts): Reloadable[] {
  const ofKeystore: Reloadable = {
    part: "keystore",
    async reload() {
      await keystore.refresh();
      keystore.identity();
      // Keys that cannot be read are not accepted: one of them may have been removed.
      const unreadable = keystore.warnings.find(({ code }) => code === "keystore-unreadable");
      if (unreadable !== undefined) throw new Error(unreadable.message);
    },
  };
  const ofLimits: Reloadable = {
    part: "limits",
    reload: async () => listener.setLimits(await readLimits(flags)),
  };
  return [
    // Comes first, so that the lines about the others are in the new file.
    ...(logFile ? [{ part: "log-file", reload: () => logFile.reopen() }] : []),
    ofKeystore,
    ...(flags.limits === undefined ? [] : [ofLimits]),
  ];
}
