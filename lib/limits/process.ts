/**
 * Bounds and time-outs of the process: the end, output, workers.
 *
 * @module
 */

import { MAX_CLIENTS } from "./clients.ts";

/** How long Ctrl-C waits for everything, handlers included, before the process ends anyway. */
export const STOP_TIMEOUT_MS = 5_000;

/** The longest `--drain`, a day in seconds; longer is a mistake in the unit. */
export const MAX_DRAIN_SECONDS = 86_400;

/**
 * How long a drain keeps the port open once `/ready` refuses, so that balancers send no client to a port
 * that is being closed. HAProxy checks every 2 s and needs three failures unless it is told otherwise.
 */
export const DRAIN_NOTICE_MS = 7_000;

/** The file of `--limits`; one that sets every limit and says why is not a tenth of it. */
export const MAX_LIMITS_FILE_BYTES = 65_536;

/**
 * Lines of one client, in UTF-16 units, that wait for a slow reader of standard output; then that client
 * waits, unless no more than {@linkcode STDOUT_FREE_UNITS} wait in all.
 */
export const STDOUT_SENDER_UNITS = 16_384;

/**
 * Lines of one client, in UTF-16 units, that are handed over at once; only then is it known whether it has
 * to wait.
 */
export const STDOUT_BLOCK_UNITS = 4_096;

/** Lines of all clients together, in UTF-16 units, for which no client waits: the next write takes them. */
export const STDOUT_FREE_UNITS = 65_536;

/**
 * Lines of all clients together that wait for a slow reader of standard output besides those, in UTF-16
 * units: the allowance of every client and a block more. Further lines come from logins alone, and are lost.
 */
export const STDOUT_QUEUE_UNITS = MAX_CLIENTS * (STDOUT_SENDER_UNITS + STDOUT_BLOCK_UNITS);

/** Log lines, in UTF-16 units, that wait for a slow reader of standard error; further ones are lost. */
export const LOG_QUEUE_UNITS = 1 << 20;

/** How much of the waiting lines one write to a standard stream takes, in UTF-16 units. */
export const OUTPUT_BATCH_UNITS = 65_536;

/** How long a line waits for others to be written with it: a write costs as much as a fifth of a login. */
export const OUTPUT_GATHER_MS = 5;

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
