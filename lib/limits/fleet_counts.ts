/**
 * Bounds and times of what the hosts of a fleet count together.
 *
 * @module
 */

/** Between two messages of a host, in which changes gather; a change after a pause is told at once. */
export const FLEET_COUNTS_GAP_MS = 100;

/** The longest silence of a host. */
export const FLEET_COUNTS_BEAT_MS = 1_000;

/** A host that was silent for so long has no clients any more; a terminal that lost it waits until then. */
export const FLEET_COUNTS_LEASE_MS = 3_000;

/** How often a host tells all that it counts, so that a message that was lost does no harm for longer. */
export const FLEET_COUNTS_ALL_MS = 5_000;

/**
 * By this a host tells that a penalty or a trust is shorter, so that hosts which tell it to each other never
 * lengthen it; more than a message takes.
 */
export const FLEET_COUNTS_SLACK_MS = 1_000;

/**
 * Networks of one list of a message. A flood from more networks tells of 5,120 a second, as many as a
 * host can refuse.
 */
export const MAX_COUNTS_NETWORKS = 512;

/** One message, in bytes: 4,096 keys and three full lists of networks take 300,000. */
export const MAX_COUNTS_BYTES = 384 << 10;

/** Other hosts whose clients count; 400 KB each if it has clients of 4,096 keys. */
export const MAX_COUNTED_HOSTS = 64;
