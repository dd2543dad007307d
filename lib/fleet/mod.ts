/**
 * What several machines share over NATS. It is loaded when a fleet is used, and never without.
 *
 * @module
 */

export { FleetConnection, type FleetPlace, type FleetState, type FleetTls } from "./connection.ts";
export {
  type Answer,
  type Answers,
  askAll,
  type Silence,
  silenceError,
} from "./control/ask_all.ts";
export { FleetCaller } from "./control/caller.ts";
export { Exchange, type ExchangeLine, type Head } from "./control/exchange.ts";
export { chooseHost, findHost, listHostIds } from "./control/find_host.ts";
export { WholeFleet } from "./control/whole_fleet.ts";
export { ControlService, type ServiceOptions, type TakeExchange } from "./control/service.ts";
export { type FleetHost, listHosts } from "./host_list.ts";
export { type CountsOptions, FleetCounts } from "./counts/counts.ts";
export { acrossHosts, type PageControl } from "./page/page_control.ts";
export { ServedViews } from "./views/served_views.ts";
export { VIEW_KIND } from "./views/types.ts";
export { makeHostId } from "./host.ts";
export { type HostEntry, Hosts, type HostsOptions } from "./hosts.ts";
export { RecordStream } from "./records/stream.ts";
export type { FleetRecord } from "./records/record.ts";
export { type StreamPlace, type WatchOptions, watchRecords } from "./records/watch.ts";
export { FleetRecords, type RecordsOptions } from "./records/records.ts";
export { type Access, type FleetNames, fleetNames, type Role } from "./names.ts";
export { FleetKeystore, type FleetKeystoreOptions } from "./keystore/fleet_keystore.ts";
