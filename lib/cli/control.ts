/**
 * The control interface of `listen`. It is loaded after the start.
 *
 * @module
 */

import {
  type ControlTarget,
  HttpControl,
  ListenerControl,
  RecordingShelf,
} from "../control/mod.ts";
import type { KeyStorage } from "../../keystore/mod.ts";
import type { CliIo } from "./io.ts";
import type { RecordFlags } from "./listen_options.ts";
import { recordingsDirectory } from "./record.ts";
import type { Served } from "./serving.ts";
import type { Shutdown } from "./shutdown.ts";

/** The control interface of a listener. */
export interface Control {
  readonly listener: ListenerControl;
  readonly http: HttpControl;
}

export interface ControlOptions extends Pick<ControlTarget, "log" | "links"> {
  readonly flags: RecordFlags;
  readonly env: CliIo["env"];
}

export function makeControl(
  served: Served,
  keystore: KeyStorage,
  shutdown: Pick<Shutdown, "isDraining" | "drain">,
  { log, links, flags, env }: ControlOptions,
): Control {
  const { listener, threads, limits } = served;
  let shelf: RecordingShelf | undefined;
  const control: ListenerControl = new ListenerControl({
    id: listener.id,
    name: listener.name,
    addresses: listener.addresses,
    since: served.since,
    get isClosed() {
      return listener.isClosed;
    },
    get isDraining() {
      return shutdown.isDraining;
    },
    close: () => listener.close(),
    drain: (seconds) => shutdown.drain(seconds),
    limits,
    recordings: () => shelf ??= new RecordingShelf(recordingsDirectory(flags, env)),
    threads: () => threads(control),
    get ended() {
      return served.ended;
    },
    get elsewhere() {
      return served.counts.clients.elsewhere;
    },
    log,
    links,
  }, keystore);
  return { listener: control, http: new HttpControl(control, log) };
}
