/**
 * Clients in a browser: serving the page, links to it, and what they permit.
 *
 * @module
 */

export { Links } from "./links.ts";
export { type WebControl, type WebOptions, WebServer } from "./server.ts";
