/**
 * Every bound and time-out of the library, with its unit and its reason.
 *
 * @module
 */

/** A12 frames at most this many bytes of payload in one data packet (u16 length). */
export const MAX_DATA_PAYLOAD_BYTES = 65_535;

/** The shared-memory limit of an Arcan segment, per side; a larger surface cannot be real. */
export const MAX_SURFACE_SIDE_PX = 8_192;

/** The expanded content of one frame: 8192 x 8192 pixels of 4 bytes. */
export const MAX_FRAME_BYTES = MAX_SURFACE_SIDE_PX * MAX_SURFACE_SIDE_PX * 4;

/** A keystore file holds a few lines of about 60 bytes; a larger one was put there by mistake. */
export const MAX_KEY_FILE_BYTES = 65_536;

/** How long a keystore write waits for another process that holds the store's lock. */
export const KEYSTORE_LOCK_TIMEOUT_MS = 10_000;

/** The longest a change of a very large keystore stays unseen; small ones are read at every login. */
export const KEYSTORE_MAX_STALE_MS = 1_000;

/** From the connection to the proof of the key. A login takes three round trips; a person waits no longer. */
export const LOGIN_TIMEOUT_MS = 10_000;

/** Connections that have not logged in, all together; each costs a socket and about 10 KiB. */
export const MAX_UNAUTHENTICATED = 256;

/** Connections of one address that have not logged in; leaves room for everybody else. */
export const MAX_UNAUTHENTICATED_PER_ADDRESS = 128;

/** Clients that are logged in at once. */
export const MAX_CLIENTS = 4_096;

/** Rekey after so much traffic: the keys of a long session change about as often as those of ssh. */
export const REKEY_VOLUME_BYTES = 1 << 30;

/** What may wait to be sent to a client that does not read; then the client is ended. */
export const MAX_OUTPUT_BYTES = 1 << 20;

/** With so much waiting to be sent, no more is read from that client until it has read some. */
export const READ_PAUSE_OUTPUT_BYTES = 65_536;

/** The memory of all surfaces of one client together: one of the largest size, twice. */
export const MAX_CLIENT_SURFACE_BYTES = 2 * MAX_FRAME_BYTES;

/** How long Ctrl-C waits for clients to leave after EXIT before it closes their connections. */
export const DRAIN_TIMEOUT_MS = 2_000;

/** How long Ctrl-C waits for everything, handlers included, before the process ends all the same. */
export const STOP_TIMEOUT_MS = 5_000;

/** Unknown keys that one secret may let in; more is a way to accept everybody. */
export const MAX_ENROLMENTS = 10_000;

/** A handler that holds up its client for so long is reported. */
export const HANDLER_SLOW_MS = 10_000;

/** One text that a client sends in parts; the reference takes no longer one. */
export const MAX_MESSAGE_BYTES = 4_096;

/** How long a source waits for the other side to take its connection; a person waits no longer. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** What a sink may tell a source that does not listen; then the source reads no more. */
export const MAX_WAITING_SOURCE_EVENTS = 4_096;
