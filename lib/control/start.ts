/**
 * What a listener needs of the control interface from its start. The rest, in `mod.ts`, is loaded after it.
 *
 * @module
 */

export { viewOf } from "../net/listener.ts";
export { loadViews, LocalClients } from "./clients.ts";
export { LogTail } from "./log_tail.ts";
export { makeSocketDirectory, socketName } from "./socket/directory.ts";
export { ControlSocket } from "./socket/server.ts";
