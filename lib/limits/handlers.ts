/**
 * Bounds and time-outs of the handlers: record, view, pipe, pictures.
 *
 * @module
 */

/** An ESC that nothing follows for this long is the Escape key. */
export const ESCAPE_TIMEOUT_MS = 30;

/** Characters that `connect --show text` keeps; the first ones of a longer text are dropped. */
export const MAX_ECHO_CHARACTERS = 16_384;

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
