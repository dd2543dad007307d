/**
 * Bounds and time-outs of control over the servers of a fleet.
 *
 * @module
 */

/** The content of one message, in bytes; less where a server takes less. A server takes 1 MiB by default. */
export const FLEET_PIECE_BYTES = 64 << 10;

/** What one end of an exchange may send before the other end has taken it, in bytes. */
export const FLEET_WINDOW_BYTES = 256 << 10;

/** What a message counts in a window besides its content, so that many short ones are bounded, too. */
export const FLEET_MESSAGE_COST_BYTES = 64;

/** Exchanges of one kind of access at a host: 64 windows each way are 32 MiB. */
export const MAX_FLEET_EXCHANGES = 64;

/** How often each end of an exchange says that it is there. */
export const FLEET_ALIVE_MS = 2_000;

/** An end that was not heard of for this long is gone; the other end gives up what is under way. */
export const FLEET_SILENT_MS = 6_000;

/** How long a caller that is there may leave what waits for it; then the host gives up. */
export const FLEET_STALL_MS = 30_000;

/** An answer that is kept as a whole, in bytes: the picture of the largest client. */
export const MAX_FLEET_ANSWER_BYTES = 128 << 20;

/** The path of a request with its parameters, in UTF-16 units; the longest name of a file takes 2,300. */
export const MAX_FLEET_PATH_UNITS = 8_192;

/** What a host says of itself, in bytes; longer entries of a broken host are not read. */
export const MAX_HOST_ENTRY_BYTES = 16_384;

/** How long `fleet list` waits for its hosts: with its own start it is done within a second. */
export const FLEET_LIST_MS = 600;
