/**
 * Bounds and time-outs of the keystore and the places of a fleet.
 *
 * @module
 */

/** How long the servers may take to answer. */
export const FLEET_ANSWER_MS = 5_000;

/**
 * How long all attempts at one change may take. In partitions, servers took changes again after 5 to 15 s
 * (nats-server 2.15), or mostly within 24 s and after a minute at most (2.9).
 */
export const FLEET_CHANGE_MS = 30_000;

/** How long a listener may read the keystore before it listens; 100,000 keys take 4 s. */
export const FLEET_OPEN_MS = 60_000;

/** Between two checks that the copy of the keystore is complete; a removed key counts within a second. */
export const FLEET_CHECK_MS = 1_000;

/** How long ago a leader may have heard of other servers; after 4 s they choose another one. */
export const FLEET_LEADER_MS = 3_000;

/**
 * A copy that was not confirmed for this long is reported, no place is given, and another server is tried;
 * the choice of a new leader takes less.
 */
export const FLEET_LOST_MS = 10_000;

/** How long a copy that is not confirmed lets known keys in, unless `--fleet-stale` says otherwise. */
export const FLEET_STALE_MS = 3_600_000;

/** The longest `--fleet-stale`, a year; longer is a mistake in the unit. */
export const MAX_FLEET_STALE_MS = 365 * 86_400_000;

/** How long a place stays reserved after its listener died: longer than any login, with a margin for clocks. */
export const PLACE_LEASE_MS = 30_000;

/** Keys that hold a place of one secret without having proved themselves; about 150 bytes each. */
export const MAX_HELD_PLACES = 1_000;

/** The longest count of one secret: {@linkcode MAX_HELD_PLACES}, and as many places that are being taken. */
export const MAX_FLEET_COUNT_BYTES = 524_288;
