/**
 * The number of segments of a client.
 *
 * @module
 */

/** How many segments a client may have. */
export interface SegmentLimit {
  readonly most: number;
  /** One more was refused. */
  reached(): void;
}
