/**
 * Bounds and time-outs of a fleet: what is shared over NATS.
 *
 * @module
 */

/** How long one server of a fleet may take to answer a new connection, TLS included. */
export const FLEET_CONNECT_TIMEOUT_MS = 5_000;

/** The time between two attempts to reach the servers again, plus up to half of it by chance. */
export const FLEET_RECONNECT_MS = 500;

/** How often the connection is tried; a server whose machine is gone is noticed after three of them. */
export const FLEET_PING_MS = 2_000;

/** Servers that `--fleet` names; a cluster has three or five. */
export const MAX_FLEET_SERVERS = 16;

/** Servers from which on what is shared is kept three times, so that it outlives one of them. */
export const FLEET_REPLICAS = 3;

/** The files of `--fleet-creds`, `--fleet-ca` and the like; chains of certificates have a few thousand bytes. */
export const MAX_FLEET_FILE_BYTES = 1 << 20;

/** The longest `--fleet-stale`, a year; longer is a mistake in the unit. */
export const MAX_FLEET_STALE_MS = 365 * 86_400_000;
