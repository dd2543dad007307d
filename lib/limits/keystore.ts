/**
 * Bounds and time-outs of the keystore and of secrets.
 *
 * @module
 */

/** A keystore file holds a few lines of about 60 bytes; a larger one was put there by mistake. */
export const MAX_KEY_FILE_BYTES = 65_536;

/** The networks that one key may log in from; more is the work of a firewall. */
export const MAX_KEY_NETWORKS = 32;

/** The comment of a key, which stands in each log line of its clients. */
export const MAX_COMMENT_CHARACTERS = 100;

/** Unknown keys whose knocks are remembered; a person looks through no more. */
export const MAX_KNOCKS = 128;

/** The part of {@linkcode MAX_KNOCKS} that one network may have: /24 of IPv4, /48 of IPv6. */
export const MAX_KNOCKS_PER_NETWORK = 8;

/** A knock that nobody has answered for a week is forgotten. */
export const KNOCK_MAX_AGE_MS = 7 * 86_400_000;

/** Keys whose last login is remembered; about 400 KB. Those that have not logged in for longest are not. */
export const MAX_LAST_LOGINS = 4_096;

/** Removed keys whose sessions listeners end; each is looked for twice a second. */
export const MAX_REVOKED_KEYS = 1_024;

/** From a knock or a login to its note in the keystore, so that notes of one moment are one write. */
export const KEYSTORE_NOTES_DELAY_MS = 500;

/** Between two writes of notes, however many knocks and logins there are. */
export const KEYSTORE_NOTES_INTERVAL_MS = 10_000;

/** Between two looks for removed keys whose sessions end; half of the second that is promised. */
export const REVOCATION_POLL_MS = 500;

/** The line of a file that holds `num:secret`; a secret has at most 31 bytes. */
export const MAX_SECRET_LINE_BYTES = 256;

/** How long a keystore write waits for another process that holds the store's lock. */
export const KEYSTORE_LOCK_TIMEOUT_MS = 10_000;

/**
 * How long a change of a keystore may stay unseen that has not changed for some seconds; a key that was
 * added is seen at once. Logins in quick succession share a look at its files, which would cost each of
 * them 40 µs.
 */
export const KEYSTORE_LEAST_STALE_MS = 10;

/** The longest an edit of a key file stays unseen in a keystore of 20,000 keys; in smaller ones less. */
export const KEYSTORE_MAX_STALE_MS = 1_000;

/** Unknown keys that one secret may let in; more would accept everyone. */
export const MAX_ENROLMENTS = 10_000;
