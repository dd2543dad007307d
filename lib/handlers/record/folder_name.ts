/**
 * Names of recordings: made of what the listener knows, never of what a client says.
 *
 * @module
 */

/**
 * The name of a client's folder; names sort in time.
 *
 * @param started When the recording began.
 * @param id The number of the client.
 * @param fingerprint The short form of its key.
 * @returns Such as `20261123T193714Z-2-3f2a-91bc-07de-55aa-c1d2`.
 */
export function folderName(started: Date, id: number, fingerprint: string): string {
  const time = started.toISOString().replace(/[-:]|\.\d+/g, "");
  return `${time}-${id}-${fingerprint.replace(/[^0-9a-f-]/g, "")}`;
}
