/**
 * Bounds and time-outs of files, recordings, sound and video that people move by the control interface.
 *
 * @module
 */

/** One file to a client, in bytes: as much as a client may send in one transfer. */
export const MAX_SENT_FILE_BYTES = 1 << 30;

/** The name of a file in UTF-16 units; what a client gets of it is shorter. */
export const MAX_FILE_NAME_UNITS = 255;

/** Files to and from clients that are moved at once by the control interface. */
export const MAX_CONTROL_TRANSFERS = 16;

/** Content that goes through the control interface in one piece. */
export const FILE_PIECE_BYTES = 1 << 18;

/** Content of a file that waits to be sent to a client; with more, the reader of the file waits. */
export const FILE_QUEUE_BYTES = 1 << 20;

/** How long the sender of a file may send nothing; the transfers behind it wait for it. */
export const FILE_STALL_TIMEOUT_MS = 30_000;

/** How long a client may take to say that it has a file that was sent; some never do. */
export const FILE_CONFIRM_TIMEOUT_MS = 10_000;

/** The files of one client that are kept until it leaves; older ones make room for new ones. */
export const MAX_CLIENT_KEPT_FILE_BYTES = 256 << 20;

/** The files of all clients of one thread that are kept on the disk. */
export const MAX_KEPT_FILE_BYTES = 1 << 30;

/** Files of one client that are listed, those to it included; older ones make room for new ones. */
export const MAX_LISTED_FILES = 64;

/** Recordings that are listed, the latest ones. */
export const MAX_LISTED_RECORDINGS = 200;

/** All recordings of a directory, in bytes, up to which people begin others without `--record`. */
export const MAX_STARTED_RECORDING_BYTES = 10 * 1024 ** 3;

/** H.264 since its last key picture that is kept for viewers, in bytes: 16 s of 8 Mbit/s. */
export const MAX_SERIES_BYTES = 16 << 20;

/** Access units of H.264 that are kept for viewers: 10 s of 60 pictures a second. */
export const MAX_SERIES_UNITS = 600;

/** How long a viewer waits for a key picture of H.264; then the client is asked for other video. */
export const KEY_PICTURE_WAIT_MS = 2_000;

/** Access units that a viewer has not decoded yet; it gets further ones when it has. */
export const VIEWER_UNITS_AHEAD = 8;

/** Sound on the way to a viewer, in bytes; what comes beyond it would be late and is left out. */
export const VIEWER_SOUND_BYTES = 1 << 18;
