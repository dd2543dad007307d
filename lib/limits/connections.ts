/**
 * Bounds and time-outs of connections before their login: accepting, penalties, headers.
 *
 * @module
 */

/**
 * Agreements of our own key with keys of clients that a listener keeps, 200 bytes each, as computing one
 * takes a sixth of a login. Clients with more different keys than these seldom log in in turns.
 */
export const MAX_REMEMBERED_AGREEMENTS = 256;

/**
 * From the connection to the proof of the key, looked at once a second. A login takes three round trips; a
 * person waits no longer.
 */
export const LOGIN_TIMEOUT_MS = 10_000;

/**
 * From the connection to the first packet by which a server proves its key. arcan-net sends none of its
 * own: it waits for its display server, where a person may have to agree first.
 */
export const SERVER_PROOF_TIMEOUT_MS = 30_000;

/**
 * Connections that have not logged in: as many that have sent a valid packet, and as many that have
 * not. Each costs a socket and 17 to 38 KiB of the process, all 512 together less than 20 MiB.
 */
export const MAX_UNAUTHENTICATED = 256;

/**
 * The part of {@linkcode MAX_UNAUTHENTICATED} that one network may have (an address of IPv4, a /64 of
 * IPv6). It leaves room for all others, and for 100 terminals behind one address that connect at once.
 */
export const MAX_UNAUTHENTICATED_PER_NETWORK = 128;

/**
 * New connections of one network in a minute. A hundred terminals behind one address connect at once
 * when a listener is started again, and each may try once every five seconds until it is in: 1,200 in
 * a minute. As many logins cost 0.5 % of a processor.
 */
export const MAX_CONNECTIONS_PER_MINUTE = 1_200;

/** Failed logins of one network before a penalty; a person has corrected a mistake by then. */
export const PENALTY_FREE_FAILURES = 5;

/** The penalty for the next failed login; it doubles with each further one. */
export const PENALTY_FIRST_MS = 5_000;

/**
 * The longest penalty. A key that is let in at last waits no longer for its next try, and a stranger
 * guesses a secret no more than once a minute.
 */
export const PENALTY_MAX_MS = 60_000;

/** Failed logins are forgotten when the network has had none for this long. */
export const PENALTY_FORGET_MS = 3_600_000;

/**
 * How long a network gets no penalty after a client from it has logged in or was there. Behind the one
 * address of an office, a terminal with an expired key that tries again and again must not lock out
 * the others; {@linkcode MAX_CONNECTIONS_PER_MINUTE}, times {@linkcode SITE_FACTOR}, still bounds what
 * it costs.
 */
export const TRUSTED_NETWORK_MS = 3_600_000;

/**
 * Networks whose connections and failed logins are counted, 36 bytes each. When a stranger has more, the
 * counts that were not used for longest are forgotten: that ends penalties, and closes no one out.
 */
export const MAX_COUNTED_NETWORKS = 16_384;

/**
 * How many times the limits of a /64 all networks of one /48 may reach together: one site may have
 * 65,536 networks of IPv6. A network with a client may connect as often, as a site does.
 */
export const SITE_FACTOR = 16;

/** Networks without limits of their own; more is the work of a firewall. */
export const MAX_EXEMPT_NETWORKS = 64;

/** A limit that was not reached for this long is over, and its victims are counted in one log line. */
export const LIMIT_CALM_MS = 60_000;

/** Limits and networks that are reported separately at the same time; all others count as one. */
export const MAX_REPORTED_LIMITS = 32;

/** The path of a Unix socket, in bytes of UTF-8: what the system has room for in front of a zero. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** Accepted connections of an inherited socket that wait while accepting pauses; others are closed. */
export const MAX_ACCEPTED_WAITING = 512;

/**
 * How often an inherited socket is told to go on accepting: `node:net` stops for good once an accept
 * has failed, as when no file descriptor is free.
 */
export const ACCEPT_REVIVE_MS = 1_000;

/**
 * One write to a connection of an inherited socket, in bytes: `node:net` tells only that all of it was
 * taken, and a client that takes less than this in {@linkcode WRITE_STALL_TIMEOUT_MS} is cut off.
 */
export const MAX_NODE_WRITE_BYTES = 16_384;

/** A PROXY header of version 1 with its line end, by the specification. */
export const MAX_PROXY_LINE_BYTES = 107;

/** A PROXY header of version 2; one with addresses of Unix and all known additions is much smaller. */
export const MAX_PROXY_HEADER_BYTES = 4_096;

/** How long a proxy may take for its header, which it sends at once; one lost packet takes 3 s. */
export const PROXY_HEADER_TIMEOUT_MS = 5_000;

/** Connections of proxies to one thread that have sent no whole header; of more the oldest is closed. */
export const MAX_PROXY_HEADERS_AWAITED = 256;

/** How long accepting pauses when no file descriptor is free; closed ones are free again by then. */
export const ACCEPT_PAUSE_MS = 20;

/**
 * Accepted connections before others get their turn. Accepting one takes 50 us, so that a flood of
 * new connections delays a login by less than a millisecond at a time.
 */
export const ACCEPTS_PER_TURN = 16;

/**
 * Failed accepts in a row before a pause of 1 ms, then of 2 ms and so on up to
 * {@linkcode ACCEPT_PAUSE_MS}. Connections that are reset as fast as one machine can do it cost no
 * login more than 100 ms by that; an error that repeats without end takes 3 % of the processor.
 */
export const ACCEPT_FAILURES_IN_A_ROW = 64;

/** How often one kind of event that strangers can cause without limit is logged. */
export const REPORT_INTERVAL_MS = 60_000;

/** Addresses whose silent connections are counted separately; all others are counted together. */
export const MAX_REPORTED_ADDRESSES = 256;

/** How long `authorize` of a handler may take; a client waits for it, and no answer refuses it. */
export const AUTHORIZE_TIMEOUT_MS = 10_000;

/** How long a source waits for its TCP connection to open; longer than a person waits. */
export const CONNECT_TIMEOUT_MS = 10_000;
