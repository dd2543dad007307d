/**
 * Every bound and time-out of the library, with its unit and its reason.
 *
 * @module
 */

/** A12 frames at most this many bytes of payload in one data packet (u16 length). */
export const MAX_DATA_PAYLOAD_BYTES = 65_535;

/** The shared-memory limit of an Arcan segment, per side; a larger surface cannot be real. */
export const MAX_SURFACE_SIDE_PX = 8_192;

/** The expanded content of one frame: 8192 x 8192 pixels of 4 bytes. */
export const MAX_FRAME_BYTES = MAX_SURFACE_SIDE_PX * MAX_SURFACE_SIDE_PX * 4;
