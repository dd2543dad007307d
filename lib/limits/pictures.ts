/**
 * Bounds and time-outs of pictures, sound and transfers.
 *
 * @module
 */

/** The shared-memory limit of an Arcan segment, per side; a larger surface cannot be real. */
export const MAX_SURFACE_SIDE_PX = 8_192;

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

/** Channels of sound; 7.1 is the most that players make. */
export const MAX_AUDIO_CHANNELS = 8;

/** Samples a second; the highest rate that sound cards have. */
export const MAX_AUDIO_RATE_HZ = 768_000;

/** Columns or rows of a terminal that shows clients; the largest screens have fewer. */
export const MAX_TERMINAL_SIDE = 1_024;

/** Cells of one grid of text: those of the largest terminal. A client can send 65535. */
export const MAX_GRID_CELLS = MAX_TERMINAL_SIDE * MAX_TERMINAL_SIDE;
