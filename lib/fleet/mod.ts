/**
 * What several machines share over NATS. It is loaded when a fleet is used, and never without.
 *
 * @module
 */

export { FleetConnection, type FleetPlace, type FleetState, type FleetTls } from "./connection.ts";
export { type FleetNames, fleetNames } from "./names.ts";
