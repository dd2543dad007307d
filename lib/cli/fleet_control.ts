/**
 * The control of `listen --fleet`: callers at other hosts reach this one, and this one reaches others.
 *
 * @module
 */

import type { ListenerControl } from "../control/mod.ts";
import type { FleetPlace, PageControl } from "../fleet/mod.ts";
import type { Logger } from "../mod.ts";

export interface FleetControlOptions {
  /** The id of this host. */
  readonly host: string;
  readonly control: ListenerControl;
  /** Whether others may call this host. */
  readonly isServed: boolean;
  readonly log: Logger;
}

export interface OpenFleetControl {
  /** What the page of this host can ask for, also of the clients of other hosts. */
  readonly page: PageControl;
  close(): Promise<void>;
}

/**
 * Connects to the fleet, for control alone: large answers hold up neither keys nor records.
 *
 * @throws {FleetError} `fleet-unreachable`, `fleet-refused`.
 */
export async function openFleetControl(
  place: FleetPlace,
  { host, control, isServed, log }: FleetControlOptions,
): Promise<OpenFleetControl> {
  const { acrossHosts, ControlService, FleetCaller, FleetConnection, ServedViews, VIEW_KIND } =
    await import("../fleet/mod.ts");
  const connection = await FleetConnection.open(place, `net-listen control of ${host}`);
  const caller = new FleetCaller(connection);
  const service = isServed ? new ControlService(connection, { host, control, log }) : undefined;
  const views = new ServedViews((...args) => control.openView(...args), log);
  service?.serve(VIEW_KIND, views.serve);
  return {
    page: acrossHosts(control, caller, host),
    async close() {
      caller.close();
      await service?.close();
      await connection.close();
    },
  };
}
