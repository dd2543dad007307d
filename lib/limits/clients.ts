/**
 * Bounds and time-outs of clients: how many, how long, what waits for them and what they may send.
 *
 * @module
 */

/**
 * Clients that are logged in at once. No key has more of these places than are left to all others, so
 * that half of them are there for one key alone.
 */
export const MAX_CLIENTS = 4_096;

/**
 * Segments of one client: the channels of the protocol, but for one that carries probes. Their pictures
 * share {@linkcode MAX_CLIENT_SURFACE_BYTES}.
 */
export const MAX_SEGMENTS = 255;

/**
 * How long a client may be without a sign of life: its machine is gone, or its network. Less than two
 * minutes, and longer than a connection is usually interrupted when a laptop changes its network.
 */
export const MAX_SILENCE_MS = 100_000;

/** Probes of a client in {@linkcode MAX_SILENCE_MS}: an answer may be late on a network that loses packets. */
export const PROBES_PER_SILENCE = 4;

/** From the login to the first probe, which shows whether the client answers probes. */
export const FIRST_PROBE_MS = 5_000;

/** How often the time limits of connections and clients are looked at. */
export const LIFETIME_CHECK_MS = 1_000;

/** How often the networks of clients that are there are protected anew from penalties. */
export const TRUST_INTERVAL_MS = 600_000;

/** Traffic between two changes of keys; ssh changes them about as often. */
export const REKEY_VOLUME_BYTES = 1 << 30;

/** Output that may wait for a client that does not read; with more the client is cut off. */
export const MAX_OUTPUT_BYTES = 1 << 20;

/** While more than this waits to be sent to a client, nothing is read from it. */
export const READ_PAUSE_OUTPUT_BYTES = 65_536;

/** How long a client may read nothing of its output before it is cut off. */
export const WRITE_STALL_TIMEOUT_MS = 30_000;

/** How long a client may take to leave after EXIT, and a peer to take the last bytes of a connection. */
export const DRAIN_TIMEOUT_MS = 2_000;

/** Messages to the service manager that wait to be sent; further ones are dropped, as they repeat. */
export const MAX_WAITING_NOTICES = 16;

/**
 * A handler that takes longer for a record is logged. If its client leaves after that, it is released
 * within {@linkcode LIFETIME_CHECK_MS} and the rest of what it sent is dropped.
 */
export const HANDLER_SLOW_MS = 10_000;

/** Events of a client before it registers; the reference queues 126 at its end. Further ones are lost. */
export const MAX_EARLY_EVENTS = 128;

/** One text that a client sends in parts; the server side of the reference joins no more. */
export const MAX_RECEIVED_MESSAGE_BYTES = 4_096;

/** One text for a client; its side of the reference joins no more, and would lose the rest. */
export const MAX_SENT_MESSAGE_BYTES = 1_024;

/** Events of a sink that wait to be taken by the code of a source; then the source reads no more. */
export const MAX_WAITING_SOURCE_EVENTS = 4_096;

/** Events sent at once; programs in a terminal read typed text slowly, and terminals lose the rest. */
export const EVENT_BURST = 64;

/** The time between two bursts of events. */
export const EVENT_PACE_MS = 20;

/** Places of the queue through which a source gives events to its client, some kept for its own events. */
export const CLIENT_QUEUE_EVENTS = 110;

/** A client of libarcan_tui gets an event of its own clock into the same queue this often. */
export const CLIENT_TICK_MS = 25;

/**
 * Events under way to a client that says what it has taken. In the rest of its queue its clock has room
 * for over a second, in which an answer may be late on a machine that is busy.
 */
export const MAX_EVENTS_UNDER_WAY = 72;

/** Events between two probes of such a client; a probe is an event as well. */
export const EVENTS_PER_PROBE = 23;

/** How long to wait for an answer before a probe is repeated, if the client's queue may have been full. */
export const EVENT_PROBE_REPEAT_MS = 1_000;

/** How long to wait for an answer before a probe is repeated in any case. */
export const EVENT_PROBE_LOST_MS = 10_000;

/** Repeated probes that a client may ignore while it draws; with more its answers are not relied on. */
export const MAX_PROBES_IGNORED = 3;

/**
 * Events under way to a client that does not say what it has taken. A sign of life may be older than
 * the last of them, so that twice as many may be in its queue.
 */
export const MAX_EVENTS_UNCONFIRMED = 32;

/** The time between two events when such a client gives no sign of life: its queue holds 3 s of them. */
export const EVENT_TRICKLE_MS = 50;

/** Records that wait for a handler while it waits for its client to take what a verb sends. */
export const MAX_RECORDS_AHEAD = 4_096;

/** Calls of verbs that wait for one client, and replies to its own requests that do. */
export const MAX_WAITING_CALLS = 4_096;

/** Text and events that wait for one client, in UTF-16 units and events. */
export const MAX_WAITING_UNITS = 1 << 22;

/** A text that is typed at once, in UTF-16 units; it is made into events while it is sent. */
export const MAX_TYPED_UNITS = 1 << 20;
