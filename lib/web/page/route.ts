/**
 * What the part of the address after # means.
 *
 * @module
 */

/** Where the page is: all clients, one client, or the token of a link that was just opened. */
export type Route =
  | { readonly page: "home" }
  /** Its number; `HOST/NUMBER` at another host. */
  | { readonly page: "client"; readonly client: string }
  | { readonly page: "login"; readonly token: string };

/** A token has 128 bits in base64url; longer ones are for later. */
const TOKEN = /^#([A-Za-z0-9_-]{22,64})$/;
const CLIENT = /^#\/clients\/([1-9]\d{0,15})$/;
/** The id of a host ends with eight digits. */
const FAR_CLIENT = /^#\/([A-Za-z0-9-]{1,41}[0-9a-f]{8}\/[1-9]\d{0,15})$/;

/** Reads an address. @param hash The part of it from # on; anything unknown is the home page. */
export function parseRoute(hash: string): Route {
  const token = TOKEN.exec(hash)?.[1];
  if (token !== undefined) return { page: "login", token };
  const client = (CLIENT.exec(hash) ?? FAR_CLIENT.exec(hash))?.[1];
  return client === undefined ? { page: "home" } : { page: "client", client };
}

/** The token in what a person has pasted: a whole link, or the token alone. */
export function tokenOf(pasted: string): string | undefined {
  const at = pasted.lastIndexOf("#");
  return TOKEN.exec(`#${pasted.slice(at + 1).trim()}`)?.[1];
}

/** The address of a client. */
export function clientAddress(client: string): string {
  return client.includes("/") ? `#/${client}` : `#/clients/${client}`;
}
