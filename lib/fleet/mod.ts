/**
 * What several machines share over NATS. It is loaded when a fleet is used, and never without.
 *
 * @module
 */

export { FleetConnection, type FleetPlace, type FleetState, type FleetTls } from "./connection.ts";
export { makeHostId } from "./host.ts";
export { type HostEntry, Hosts, type HostsOptions } from "./hosts.ts";
export { RecordStream } from "./records/stream.ts";
export type { FleetRecord } from "./records/record.ts";
export { type WatchOptions, watchRecords } from "./records/watch.ts";
export { FleetRecords, type RecordsOptions } from "./records/records.ts";
export { type FleetNames, fleetNames } from "./names.ts";
export { FleetKeystore, type FleetKeystoreOptions } from "./keystore/fleet_keystore.ts";
