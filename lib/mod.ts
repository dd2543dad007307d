/**
 * Arcan's `net_listen` for Deno: lets remote graphical and text programs log in over A12 and hands
 * each to a handler.
 *
 * ```ts
 * import { netListen } from "./mod.ts";
 *
 * const listener = netListen("demo", "127.0.0.1", 0, (source, status) => {
 *   if (status.kind === "segment_request") {
 *     source.acceptTarget((client, status) => console.log(client.id, status.kind));
 *   }
 * }, { keystore: Deno.makeTempDirSync() });
 * listener.close();
 * await listener.finished();
 * ```
 *
 * References: the manual page of `net_listen`; letoram/arcan `src/a12/a12.c`,
 * `src/shmif/arcan_shmif_event.h`, `src/engine/arcan_lua.c`; ChaCha (djb), BLAKE3, RFC 7748 (X25519),
 * RFC 8878 (zstd).
 *
 * @module
 */

export * from "./errors.ts";
export type { Handler, HandlerObject } from "./handlers/types.ts";
export type { LogFields, LogFormat, Logger, LogLevel } from "./log.ts";
export { makeLogger, silentLogger } from "./log.ts";
export { netListen, type NetListenOptions } from "./net_listen.ts";
export type { SocketAddress } from "./net/address.ts";
export type { ListenHandler, ListenSource, ListenStatus } from "./net/listen_types.ts";
export { Listener } from "./net/listener.ts";
export type { DisplayDefaults } from "./segment/preroll.ts";
export type { Peer } from "./segment/peer.ts";
export { type ClientHandler, Source } from "./segment/source.ts";
export type { IoTable, Status } from "./segment/status.ts";
