/**
 * The ids of exchanges.
 *
 * @module
 */

const ID = /^[0-9a-f]{32}$/;

/** An id that others cannot guess. */
export function makeExchangeId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** Whether text can be the id of an exchange. */
export function isExchangeId(text: string): boolean {
  return ID.test(text);
}
