/**
 * The limits in force as rows, for people who look at a running listener.
 *
 * @module
 */

import {
  LOGIN_TIMEOUT_MS,
  MAX_CLIENT_SURFACE_BYTES,
  MAX_CLIENTS,
  MAX_CONTROL_WATCHERS,
  MAX_H264_DECODERS,
  MAX_SURFACE_BYTES,
  MAX_UNAUTHENTICATED,
  MAX_UNAUTHENTICATED_PER_NETWORK,
} from "../limits.ts";
import type { Result } from "./operations.ts";

/** @param stats What is used of them. */
export function limitsInForce(stats: Result<"stats">): Result<"limits"> {
  return [
    { name: "clients", limit: MAX_CLIENTS, used: stats.clients, doc: "clients, all keys together" },
    {
      name: "unauthenticated",
      // As many that have sent a valid packet as ones that have not.
      limit: 2 * MAX_UNAUTHENTICATED,
      used: stats.unauthenticated,
      doc: "connections that have not logged in",
    },
    {
      name: "unauthenticated_of_address",
      limit: 2 * MAX_UNAUTHENTICATED_PER_NETWORK,
      doc: "those of one address",
    },
    { name: "login_seconds", limit: LOGIN_TIMEOUT_MS / 1000, doc: "seconds that a login may take" },
    {
      name: "picture_bytes",
      limit: MAX_SURFACE_BYTES,
      used: stats.picture_bytes,
      doc: "memory of the pictures of all clients",
    },
    {
      name: "picture_bytes_of_client",
      limit: MAX_CLIENT_SURFACE_BYTES,
      doc: "memory of the pictures of one client",
    },
    { name: "h264_decoders", limit: MAX_H264_DECODERS, doc: "clients whose H.264 is decoded" },
    {
      name: "watchers",
      limit: MAX_CONTROL_WATCHERS,
      used: stats.watchers,
      doc: "readers of records at the control interface",
    },
  ];
}
