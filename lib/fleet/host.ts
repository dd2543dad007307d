/**
 * The identity of this process in its fleet.
 *
 * @module
 */

const MOST_OF_NAME = 40;

/** The name of this machine and a random part: a listener that starts again is another host. */
export function makeHostId(machine: string): string {
  const name = machine.replace(/[^A-Za-z0-9-]+/g, "-").slice(0, MOST_OF_NAME);
  const random = crypto.getRandomValues(new Uint8Array(4)).toHex();
  return `${name || "host"}-${random}`;
}
