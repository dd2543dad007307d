/**
 * Bounds and time-outs of the views of clients in a browser. One view holds at most
 * {@linkcode VIEWER_PIECE_BYTES} that it makes, and {@linkcode VIEWER_WINDOW_BYTES} and one piece more
 * that are on the way: 24 MiB.
 *
 * @module
 */

/** Pictures of one segment that a viewer has not acknowledged; with more, it waits for the newest. */
export const VIEWER_PICTURES_AHEAD = 2;

/** Pixels that are copied in one go for a viewer, in bytes: all of 1920 x 1080, in 2 ms. */
export const VIEWER_PIECE_BYTES = 8 << 20;

/** Messages on the way to a viewer, in bytes; no further piece of a picture is made beyond it. */
export const VIEWER_WINDOW_BYTES = 8 << 20;

/** Pieces of the latest picture of a segment that are kept for other viewers, in bytes. */
export const VIEWER_SHARED_BYTES = 16 << 20;

/** Pixels that are compressed at once, in bytes, in at most 2 ms; larger pieces go to a worker. */
export const VIEWER_INLINE_BYTES = 256 << 10;

/** How long the worker that compresses pieces may take for one; then it is ended. */
export const VIEWER_COMPRESS_TIMEOUT_MS = 10_000;

/** Frames whose regions are remembered; a viewer that is further behind gets the whole picture. */
export const VIEWER_KNOWN_FRAMES = 64;

/** Rectangles of one picture; with more, the nearest ones become one. */
export const VIEWER_RECTANGLES = 8;

/** The shortest time between two pictures for a viewer: 60 a second. */
export const VIEWER_GAP_MS = 16;

/** The share of the thread's time that all views together may take; the rest is for the clients. */
export const VIEWER_TIME_SHARE = 0.5;

/** The shortest time between two pictures for a viewer that shows a client small. */
export const TILE_GAP_MS = 500;

/** The size of the small picture of a client, which it fits in, in pixels. */
export const TILE_WIDTH = 320;
export const TILE_HEIGHT = 240;

/** The shortest time between two messages about the client, the places of its segments, and the mouse. */
export const VIEWER_STATE_GAP_MS = 250;

/** The shortest time between two sizes that a viewer gives to a client. */
export const VIEWER_SIZE_GAP_MS = 250;

/** Keys, buttons and fingers that are released when their viewer is gone, more than people have. */
export const VIEWER_HELD_INPUTS = 128;

/** The time in which a note with the same text is not sent again. */
export const VIEWER_NOTE_GAP_MS = 2_000;

/** A message of a viewer, in bytes of a binary one or UTF-16 units; room for the longest text to type. */
export const MAX_VIEWER_MESSAGE = 1 << 20;

/** A line that carries more than this, in bytes a second, gets photos uncompressed. */
export const VIEWER_FAST_LINE = 16 << 20;

/** A line that carries more than this, in bytes a second, gets everything uncompressed. */
export const VIEWER_LOCAL_LINE = 96 << 20;

/** The part of a grid of text that a viewer gets; drawing a whole one of 1024 x 1024 takes 0.2 s. */
export const MAX_VIEWER_COLS = 500;
export const MAX_VIEWER_ROWS = 200;
