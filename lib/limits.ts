/**
 * Every bound and time-out of the library, with its unit and its reason.
 *
 * @module
 */

export * from "./limits/keystore.ts";
export * from "./limits/connections.ts";
export * from "./limits/clients.ts";
export * from "./limits/pictures.ts";
export * from "./limits/handlers.ts";
export * from "./limits/control.ts";
export * from "./limits/media.ts";
export * from "./limits/web.ts";
export * from "./limits/fleet_page.ts";
export * from "./limits/views.ts";
export * from "./limits/process.ts";
export * from "./limits/fleet.ts";
export * from "./limits/fleet_keys.ts";
export * from "./limits/fleet_control.ts";
export * from "./limits/fleet_counts.ts";
