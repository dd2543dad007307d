/**
 * The records of `listen --fleet`.
 *
 * @module
 */

import type { ListenerControl, LogTail } from "../control/mod.ts";
import type { FleetPlace, HostEntry } from "../fleet/mod.ts";
import { escapeControls, type Logger } from "../log.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { stateDirectory } from "./state_directory.ts";

/** Stands for the host itself, which logins belong to. */
const HOST = 0;

/** The log lines that are records of the fleet, and their kinds. */
const LOGINS: { readonly [event: string]: string } = {
  "client-authenticated": "login",
  "login-refused": "login_refused",
  "key-enrolled": "key_enrolled",
};

/** Sends what happens to the fleet. */
export interface OpenRecords extends AsyncDisposable {
  /** The id of this host. */
  readonly host: string;
  /** Says more of this host to the fleet. */
  describe(more: Partial<HostEntry>): Promise<void>;
  /** Takes the records of a listener and the logins in its log. */
  follow(control: ListenerControl, log: LogTail): void;
  /** Ends it, as disposing does; may be called again. */
  close(): Promise<void>;
}

/**
 * Connects to the fleet, for records alone: many of them hold up nothing else.
 *
 * @param isLost Whether the log says already that the fleet cannot be reached.
 * @throws {FleetError} `fleet-unreachable`, `fleet-refused`, `fleet-failed`.
 */
export async function openRecords(
  place: FleetPlace,
  name: string | undefined,
  env: CliIo["env"],
  isLost: () => boolean,
  log: Logger,
): Promise<OpenRecords> {
  const state = stateDirectory(env);
  if (state === undefined) {
    throw new UsageError(
      "there is no directory for records that wait for the fleet: set XDG_STATE_HOME or HOME",
    );
  }
  const { FleetConnection, FleetRecords, makeHostId } = await import("../fleet/mod.ts");
  const host = makeHostId(Deno.hostname());
  const connection = await FleetConnection.open(place, `net-listen records of ${host}`);
  try {
    const records = await FleetRecords.open({
      connection,
      host,
      name,
      spools: `${state}/fleet/${place.name}`,
      isLost,
      log,
    });
    let closing: Promise<void> | undefined;
    const close = () => closing ??= records[Symbol.asyncDispose]().then(() => connection.close());
    return {
      host,
      describe: (more) => records.describe(more),
      follow(control, tail) {
        control.follow(records);
        tail.follower = {
          log(_level, event, { client: address, ...fields } = {}) {
            const kind = LOGINS[event];
            if (kind === undefined) return;
            const time = new Date().toISOString();
            const body = { time, source: HOST, kind, address, ...fields };
            records.put(HOST, kind, escapeControls(JSON.stringify(body)));
          },
        };
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
