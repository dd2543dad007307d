/**
 * What the program needs of the public API to listen. The rest of `mod.ts`, such as connecting and
 * recording, is loaded when it is used.
 *
 * @module
 */

export { printHandler } from "./handlers/print.ts";
export { describeThrown } from "./net/call_handler.ts";
export { LIMIT_ROWS } from "./net/listen_limits.ts";
export { openAddresses } from "./net/open_addresses.ts";
export { parseSecret } from "./net/secret.ts";
export { netListen } from "./net_listen.ts";
