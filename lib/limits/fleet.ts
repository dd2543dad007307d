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

/** How long the servers may take to answer; the choice of a new leader takes up to 4 s. */
export const FLEET_REQUEST_TIMEOUT_MS = 5_000;

/** Records that wait for the servers in memory, in UTF-16 units; further ones go through the disk. */
export const FLEET_QUEUE_UNITS = 4 << 20;

/** One record, in bytes; a server takes messages of 1 MiB unless it is told otherwise. */
export const MAX_FLEET_RECORD_BYTES = 256 << 10;

/** The spool of a listener, in bytes: a million records. Further ones are counted and lost. */
export const FLEET_SPOOL_BYTES = 256 << 20;

/** One file of the spool, which is read and sent as a whole. */
export const FLEET_SEGMENT_BYTES = 1 << 20;

/** How often records that wait are forced to the disk, which takes 3 ms; a loss of power costs the rest. */
export const FLEET_SYNC_MS = 1_000;

/** Records on their way to a disk that is stuck, in bytes; further ones are lost. */
export const FLEET_SPOOL_QUEUE_BYTES = 16 << 20;

/** Logins that are in memory alone, as they stand on the disk, in bytes: 20,000 of them. */
export const FLEET_JOURNAL_BYTES = 8 << 20;

/** Spools of listeners that were killed which a start looks for; each one holds its files open. */
export const MAX_FLEET_SPOOLS = 256;

/** How long after a failure records are tried again. */
export const FLEET_RETRY_MS = 500;

/** How long the end of a listener waits for the servers; records that are left stay in the spool. */
export const FLEET_CLOSE_TIMEOUT_MS = 2_000;

/** The age at which records leave the stream, a week; the servers can be told otherwise. */
export const FLEET_RECORDS_AGE_MS = 7 * 86_400_000;

/** The size of the stream; the oldest records make room. */
export const FLEET_RECORDS_BYTES = 1 << 30;

/** For how long the servers know a record again that is sent twice. */
export const FLEET_DUPLICATE_MS = 120_000;

/** Records that a reader asks the servers for at once. */
export const FLEET_WATCH_BATCH = 1_000;

/** How long such a request holds; half of it without a sign of life, and it is asked anew. */
export const FLEET_WATCH_EXPIRES_MS = 4_000;

/** How often a watch writes where it is; one that is killed repeats what it has printed since. */
export const FLEET_PLACE_MS = 1_000;

/** The file with that, in bytes; it has about 80. */
export const MAX_FLEET_PLACE_BYTES = 1_024;

/** How often a host says that it is there, and looks for the others. */
export const FLEET_BEAT_MS = 2_500;

/** After so long without a word of a host its clients count as ended, while servers could be reached. */
export const FLEET_LEASE_MS = 10_000;

/** After so long the servers forget a host that has ended, as each host asks for what is left of it. */
export const FLEET_HOST_AGE_MS = 600_000;
