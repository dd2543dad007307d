/**
 * Every bound and time-out of the library, with its unit and its reason.
 *
 * @module
 */

/** The shared-memory limit of an Arcan segment, per side; a larger surface cannot be real. */
export const MAX_SURFACE_SIDE_PX = 8_192;

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

/** An ESC that nothing follows for this long is the Escape key. */
export const ESCAPE_TIMEOUT_MS = 30;

/** How long a keystore write waits for another process that holds the store's lock. */
export const KEYSTORE_LOCK_TIMEOUT_MS = 10_000;

/** The longest an edit of a key file stays unseen in a keystore of 20,000 keys; in smaller ones less. */
export const KEYSTORE_MAX_STALE_MS = 1_000;

/**
 * Agreements of our own key with keys of clients that a listener keeps, 200 bytes each, as computing one
 * takes a sixth of a login. Clients with more different keys than these seldom log in in turns.
 */
export const MAX_REMEMBERED_AGREEMENTS = 256;

/** From the connection to the proof of the key. A login takes three round trips; a person waits no longer. */
export const LOGIN_TIMEOUT_MS = 10_000;

/**
 * From the connection to the first packet by which a server proves its key. arcan-net sends none of its
 * own: it waits for its display server, where a person may have to agree first.
 */
export const SERVER_PROOF_TIMEOUT_MS = 30_000;

/**
 * Connections that have not logged in: as many that have sent a valid packet, and as many that have
 * not. Each costs a socket and about 10 KiB.
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
 * the others; {@linkcode MAX_CONNECTIONS_PER_MINUTE} still bounds what it costs.
 */
export const TRUSTED_NETWORK_MS = 3_600_000;

/**
 * Networks whose connections and failed logins are counted, 36 bytes each. When a stranger has more, the
 * counts that were not used for longest are forgotten: that ends penalties, and closes no one out.
 */
export const MAX_COUNTED_NETWORKS = 16_384;

/**
 * How many times the limits of a /64 all networks of one /48 may reach together: one site may have
 * 65,536 networks of IPv6.
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

/** Connections of proxies that have sent no whole header; when more come, the oldest is closed. */
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

/** How often the time limits of clients are looked at. */
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

/** Frames whose acknowledgement waits for an earlier frame; real sources have at most 8 in flight. */
export const MAX_PENDING_FRAMES = 1_024;

/**
 * The memory of all surfaces and buffers of one client: one surface of 8192 x 8192 pixels and 64 MiB
 * for payloads. A surface of 7680 x 4320 pixels fits twice, for frames without commit.
 */
export const MAX_CLIENT_SURFACE_BYTES = 320 << 20;

/**
 * The memory of all surfaces of all clients of this process. A desktop of 1920 x 1080 pixels takes
 * 8 MiB, a terminal of 80 x 25 cells 28 KB. The clients of one key may take as much as is left for all
 * others: 1 GiB when they are alone, then 512 MiB for a second key, and an even part for each of many.
 * Frames beyond that are refused; their clients go on.
 */
export const MAX_SURFACE_BYTES = 2_048 * (1 << 20);

/** The memory of ended pictures that is kept for the next ones: six of 1920 x 1080 pixels. */
export const MAX_FREE_PIXEL_BYTES = 64 << 20;

/**
 * The memory of ended pictures that waits for the garbage collector. Beyond it pictures are in ordinary
 * memory, which is freed sooner and drawn on more slowly.
 */
export const MAX_DROPPED_PIXEL_BYTES = 128 << 20;

/**
 * The bytes of pixels that one frame may change or copy in one go: a picture of 3840 x 2160, which
 * takes 10 to 50 ms. Larger frames are drawn in pieces, with the turns of other clients in between.
 */
export const MAX_WHOLE_DRAW_BYTES = 32 << 20;

/**
 * How long the frames that a client has sent before it left may take, in milliseconds of work. The
 * rest is thrown away: a few megabytes in the socket can be a minute of work.
 */
export const LEFT_WORK_MS = 250;

/** How long a client may take to leave after EXIT, and a peer to take the last bytes of a connection. */
export const DRAIN_TIMEOUT_MS = 2_000;

/** How long Ctrl-C waits for everything, handlers included, before the process ends anyway. */
export const STOP_TIMEOUT_MS = 5_000;

/** The longest `--drain`, a day in seconds; longer is a mistake in the unit. */
export const MAX_DRAIN_SECONDS = 86_400;

/** Messages to the service manager that wait to be sent; further ones are dropped, as they repeat. */
export const MAX_WAITING_NOTICES = 16;

/** Unknown keys that one secret may let in; more would accept everyone. */
export const MAX_ENROLMENTS = 10_000;

/**
 * A handler that takes longer for a record is logged. If its client leaves after that, it is released at
 * once and the rest of what it sent is dropped.
 */
export const HANDLER_SLOW_MS = 10_000;

/** How long `authorize` of a handler may take; a client waits for it, and no answer refuses it. */
export const AUTHORIZE_TIMEOUT_MS = 10_000;

/** Events of a client before it registers; the reference queues 126 at its end. Further ones are lost. */
export const MAX_EARLY_EVENTS = 128;

/** One text that a client sends in parts; the server side of the reference joins no more. */
export const MAX_RECEIVED_MESSAGE_BYTES = 4_096;

/** One text for a client; its side of the reference joins no more, and would lose the rest. */
export const MAX_SENT_MESSAGE_BYTES = 1_024;

/** How long a source waits for its TCP connection to open; longer than a person waits. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Characters that `connect --show text` keeps; the first ones of a longer text are dropped. */
export const MAX_ECHO_CHARACTERS = 16_384;

/** Events of a sink that wait to be taken by the code of a source; then the source reads no more. */
export const MAX_WAITING_SOURCE_EVENTS = 4_096;

/**
 * zstd frames in one compressed payload. Encoders that flush at the end write two, those with threads
 * one for every few MiB; thousands of tiny frames would only cost time.
 */
export const MAX_ZSTD_FRAMES = 1_024;

/** One transfer of a client: a font or a saved state has a few MiB, a file may have more. */
export const MAX_BINARY_STREAM_BYTES = 1 << 30;

/** All transfers of one client together, so that it cannot fill a disk one after the other. */
export const MAX_CLIENT_BINARY_BYTES = 8 * MAX_BINARY_STREAM_BYTES;

/** The content of one packet of a transfer; the reference compresses at most 64096 bytes. */
export const MAX_BINARY_PACKET_BYTES = 1 << 20;

/**
 * While a handler has left more than this unread, nothing is read from its client. Each piece counts
 * 512 bytes more than it holds.
 */
export const MAX_BINARY_QUEUE_BYTES = 1 << 20;

/** How long an accepted but unread transfer may block its client. */
export const BINARY_STALL_TIMEOUT_MS = 30_000;

/** Transfers to one client that wait for their turn. */
export const MAX_QUEUED_TRANSFERS = 64;

/** Sent transfers that wait for their acknowledgement; bounds what a client that sends none can cost. */
export const MAX_UNACKNOWLEDGED_TRANSFERS = 64;

/** Transfers up to this size carry a checksum; hashing takes 10 ms a MiB and nothing else runs then. */
export const MAX_CHECKSUM_BYTES = 1 << 24;

/** One access unit of H.264, in bytes; a picture of the largest size and best quality is smaller. */
export const MAX_ACCESS_UNIT_BYTES = 1 << 22;

/** H.264 before its picture, in bytes: some hundred bytes of parameters and additional information. */
export const MAX_KEPT_H264_BYTES = 65_536;

/** One access unit that is decoded, in bytes; 25 of them a second are 200 Mbit/s. */
export const MAX_DECODED_UNIT_BYTES = 1 << 20;

/** The size of a picture of H.264 in blocks of 16 x 16 pixels; the limit of level 5.1. */
export const MAX_H264_BLOCKS = 36_864;

/** The pictures that one decoder of H.264 keeps, in blocks: 70 MB, the limit of level 5.1. */
export const MAX_H264_KEPT_BLOCKS = 184_320;

/**
 * How long the decoding of one picture may take. The largest picture takes 0.1 s, the start of the
 * decoder 0.1 s; clients of a machine that is twenty times slower fall back to other formats.
 */
export const H264_TIMEOUT_MS = 4_000;

/** H.264 decoders of one listener; each is a thread with 15 MB beside its pictures. */
export const MAX_H264_DECODERS = 16;

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

/** Channels of sound; 7.1 is the most that players make. */
export const MAX_AUDIO_CHANNELS = 8;

/** Samples a second; the highest rate that sound cards have. */
export const MAX_AUDIO_RATE_HZ = 768_000;

/** Columns or rows of a terminal that shows clients; the largest screens have fewer. */
export const MAX_TERMINAL_SIDE = 1_024;

/** Cells of one grid of text: those of the largest terminal. A client can send 65535. */
export const MAX_GRID_CELLS = MAX_TERMINAL_SIDE * MAX_TERMINAL_SIDE;

/** Log lines that `--view` keeps to show them when there is no client. */
export const VIEW_LOG_LINES = 200;

/** Characters that are kept of a terminal's sequence; all keys have shorter ones. */
export const MAX_KEY_SEQUENCE = 256;

/** The default size limit of one recording; enough for days of a terminal. */
export const RECORD_MAX_BYTES = 1 << 30;

/** The default age limit of one recording. */
export const RECORD_MAX_SECONDS = 86_400;

/** The default limit of pictures a second in a recording. */
export const RECORD_MAX_FPS = 4;

/** Names that are tried for a recording; a name is taken if its number, key and second are the same. */
export const RECORD_NAME_ATTEMPTS = 100;

/** The longest time between two searches for old recordings and snapshots to delete. */
export const RECORD_KEEP_GAP_MS = 60_000;

/** The share of the time that these searches may take, however many files there are. */
export const RECORD_KEEP_TIME_SHARE = 0.05;

/** Deletions of one search with a log line each; at the start there may be thousands. */
export const RECORD_KEEP_LINES = 100;

/** The age at which an unfinished file counts as left over from a killed process. */
export const LEFTOVER_AGE_MS = 60_000;

/** Content of a recording that waits for the disk; with more, its client waits too. */
export const RECORD_QUEUE_BYTES = 1 << 20;

/** Pictures up to this size are compressed synchronously, in 15 ms; larger ones in a worker. */
export const MAX_INLINE_PICTURE_PIXELS = 1 << 20;

/** How long the worker that compresses pictures may take for 1 MiB; then it is ended. */
export const PICTURE_TIMEOUT_MS = 10_000;

/**
 * Pixels of one picture for a terminal; larger pictures are scaled down. 1920 x 1080 is below that, and
 * mostly compresses to less than 1 MB.
 */
export const MAX_TERMINAL_PIXELS = 1 << 21;

/** The share of the thread's time that all recordings together may spend on encoding pictures. */
export const RECORD_CPU_SHARE = 0.2;

/** Records of one client that wait for a program to read them; with more, the client waits. */
export const PIPE_QUEUE_BYTES = 65_536;

/** The longest line that a program may write; room for more than 1 MiB of text to type. */
export const PIPE_LINE_BYTES = 1 << 22;

/** Calls of a program that wait for one client; with more, the program is not read. */
export const PIPE_WAITING_CALLS = 64;

/** Calls of `--view` that wait for clients, each up to 4 KiB of text; with more, it reads slowly. */
export const VIEW_WAITING_CALLS = 64;

/** How long `--view` then stops reading; the keys that leave the viewer wait as well. */
export const VIEW_SLOW_READ_MS = 250;

/** The shortest time between two drawings of clients on a terminal: 60 a second. */
export const VIEW_MIN_GAP_MS = 16;

/** The share of the time that drawing on a terminal may take; the rest is for other clients. */
export const VIEW_TIME_SHARE = 0.5;

/** How long to wait for a terminal to read the output that restores it; a stopped one reads nothing. */
export const VIEW_LEAVE_TIMEOUT_MS = 1_000;

/** The body of a request to the control interface; room for the longest text with its escapes. */
export const MAX_CONTROL_BODY_BYTES = 1 << 20;

/** How long the body of such a request may take; it comes from the same machine. */
export const CONTROL_BODY_TIMEOUT_MS = 10_000;

/** Text that one such request types, in UTF-16 units; a page of a browser is pasted in one go. */
export const MAX_CONTROL_TEXT_UNITS = 1 << 18;

/** The number of a client or the start of a fingerprint, in UTF-16 units; a key has 44. */
export const MAX_CONTROL_WORD = 64;

/** What a client is told of why it ends, in UTF-16 units; its packet has 108 bytes for it. */
export const MAX_LAST_WORDS = 108;

/** Requests to the control interface at once, most of them texts that clients take slowly. */
export const MAX_CONTROL_CALLS = 64;

/** Snapshots that are taken at once by the control interface; the largest needs 600 MB. */
export const MAX_CONTROL_SNAPSHOTS = 4;

/** Readers of records at the control interface. */
export const MAX_CONTROL_WATCHERS = 16;

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

/** The time between two looks at how late timers of a thread are. */
export const LOOP_DELAY_SAMPLE_MS = 250;

/** Looks of which the latest timer is told: 10 s. */
export const LOOP_DELAY_SAMPLES = 40;

/** How long a program may take to answer a request; then the request is refused. */
export const PIPE_ANSWER_TIMEOUT_MS = 10_000;

/** How long a program may take to end after its input; then it gets SIGTERM, and later SIGKILL. */
export const PIPE_EXIT_TIMEOUT_MS = 1_000;

/** How often to check whether the children of an ended program are gone. */
export const PIPE_GROUP_POLL_MS = 20;

/** How soon a program that ended is started again at first; the time doubles with each start. */
export const PIPE_RESTART_MIN_MS = 100;

/** The longest time until a program is started again. */
export const PIPE_RESTART_MAX_MS = 60_000;

/** A program that ran this long is restarted after the shortest delay again. */
export const PIPE_STEADY_MS = 60_000;

/** The default size limit of one store of transfers. */
export const STORE_MAX_BYTES = 1 << 30;

/** The default limit of files of one store of transfers. */
export const STORE_MAX_FILES = 10_000;

/** Lines of one client, in UTF-16 units, that wait for a slow reader of standard output; then that client waits. */
export const STDOUT_SENDER_UNITS = 16_384;

/**
 * Lines of all clients together that wait for a slow reader of standard output, in UTF-16 units: every
 * client has used up its allowance. Further lines come from logins alone, and are lost.
 */
export const STDOUT_QUEUE_UNITS = MAX_CLIENTS * STDOUT_SENDER_UNITS;

/** Log lines, in UTF-16 units, that wait for a slow reader of standard error; further ones are lost. */
export const LOG_QUEUE_UNITS = 1 << 20;

/** How much of the waiting lines one write to a standard stream takes, in UTF-16 units. */
export const OUTPUT_BATCH_UNITS = 65_536;

/** How long a line waits for others to be written with it: a write costs as much as ten lines. */
export const OUTPUT_GATHER_MS = 1;

/** One write to a standard stream: PIPE_BUF, what a pipe takes as a whole or not at all. */
export const OUTPUT_PIECE_BYTES = 4_096;

/** How soon a write to a stream that is not ready (EAGAIN) is repeated; a pipe still drains at 3 MB/s. */
export const OUTPUT_RETRY_MS = 20;

/** How long a write may take before its reader counts as stuck. */
export const OUTPUT_STUCK_MS = 100;

/** How often a stream that keeps failing and recovering is reported. */
export const OUTPUT_REPORT_MS = 60_000;

/** How long the process stays after a stop or a failure, for unread output and handlers that still run. */
export const EXIT_TIMEOUT_MS = 1_000;

/** Workers that share a port; more threads than the largest machines have cores are of no use. */
export const MAX_WORKERS = 256;

/** How often it is looked whether more workers are needed. */
export const WORKER_LOOK_MS = 1_000;

/** The part of the time of all workers that must be used before there are more. */
export const WORKER_BUSY_SHARE = 0.7;

/** How soon a worker that ended is replaced at first; the time doubles with each one that ends early. */
export const WORKER_RESTART_MIN_MS = 100;

/** The longest time until a worker is replaced. */
export const WORKER_RESTART_MAX_MS = 60_000;

/** A worker that ran for as long is replaced as soon as the first one. */
export const WORKER_STEADY_MS = 60_000;

/** How often repeated errors are counted in the log. */
export const FAULT_COUNT_INTERVAL_MS = 60_000;

/** Places in the code whose errors are counted separately; all further places count as one. */
export const MAX_FAULT_PLACES = 64;
