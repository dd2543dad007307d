/**
 * Bounds and time-outs of the control interface.
 *
 * @module
 */

/** The body of a request to the control interface; room for the longest text with its escapes. */
export const MAX_CONTROL_BODY_BYTES = 1 << 20;

/** How long the body of such a request may take; it comes from the same machine. */
export const CONTROL_BODY_TIMEOUT_MS = 10_000;

/** Text that one such request types, in UTF-16 units; a page of a browser is pasted in one go. */
export const MAX_CONTROL_TEXT_UNITS = 1 << 18;

/** Arguments of one call of a verb; verbs have at most five. */
export const MAX_CALL_ARGUMENTS = 8;

/** The number of a client or the start of a fingerprint, in UTF-16 units; a key has 44. */
export const MAX_CONTROL_WORD = 64;

/** What a client is told of why it ends, in UTF-16 units; its packet has 108 bytes for it. */
export const MAX_LAST_WORDS = 108;

/** Requests to the control interface at once, most of them texts that clients take slowly. */
export const MAX_CONTROL_CALLS = 64;

/** Snapshots that are taken at once by the control interface; the largest needs 600 MB. */
export const MAX_CONTROL_SNAPSHOTS = 4;

/** Readers of records at the control interface; each open page is one. As many read the log. */
export const MAX_CONTROL_WATCHERS = 64;

/** Log lines that are kept for the readers of the log that come later. */
export const CONTROL_LOG_LINES = 200;

/** Records that wait for one such reader, in UTF-16 units; with more, it is dropped. */
export const CONTROL_WATCH_QUEUE_UNITS = 1 << 20;

/** How long a reader that is dropped may take to read what waits. */
export const CONTROL_WATCH_STALL_MS = 10_000;

/** Clients that an error of the control interface lists. */
export const MAX_LISTED_CLIENTS = 10;

/** Listeners with the same name and port, on different interfaces, that get a control socket by themselves. */
export const MAX_SOCKET_NAMES = 16;

/** How long `ctl` waits until a listener says its name; one that is stopped never does. */
export const CONTROL_HELLO_TIMEOUT_MS = 2_000;

/** Connections to the port of `--ready`; a balancer has one or two. Of more the oldest is closed. */
export const MAX_READY_CONNECTIONS = 64;

/** How long a connection to the port of `--ready` may take; health checks wait no longer. */
export const READY_TIMEOUT_MS = 5_000;

/** A request to the port of `--ready` without its body; those of health checks have 200 bytes. */
export const MAX_READY_HEAD_BYTES = 4_096;

/** The time between two looks at how late timers of a thread are. */
export const LOOP_DELAY_SAMPLE_MS = 250;

/** Looks of which the latest timer is told: 10 s. */
export const LOOP_DELAY_SAMPLES = 40;
