/**
 * Bounds and time-outs of the clients of other hosts on the page.
 *
 * @module
 */

/** Views that a host shows to the pages of others; they leave room for calls among its exchanges. */
export const MAX_FLEET_VIEWS = 48;

/** One message of a view to the host that shows it, in bytes; a piece of a picture takes 8 MiB. */
export const MAX_FLEET_VIEW_MESSAGE_BYTES = 16 << 20;

/** What may wait of the input of a viewer for the host of the client, in bytes: two of the longest messages. */
export const MAX_FLEET_VIEW_INPUT_BYTES = 2 << 20;

/** The shortest time between two questions to a host for its clients, for all pages together. */
export const FLEET_LIST_GAP_MS = 1_000;
