/**
 * The limits in force that no option sets, as rows beside those of the listener.
 *
 * @module
 */

import {
  LOGIN_TIMEOUT_MS,
  MAX_CLIENT_SURFACE_BYTES,
  MAX_CONTROL_WATCHERS,
  MAX_H264_DECODERS,
  MAX_SURFACE_BYTES,
} from "../limits.ts";
import type { Result } from "./operations.ts";

/** @param stats What is used of them. */
export function fixedLimits({ picture_bytes, watchers }: Result<"stats">): Result<"limits"> {
  const rows = [
    { name: "login-timeout", value: LOGIN_TIMEOUT_MS / 1000, unit: "s" },
    { name: "picture-memory", value: MAX_SURFACE_BYTES, unit: "bytes", used: picture_bytes },
    { name: "picture-memory-per-client", value: MAX_CLIENT_SURFACE_BYTES, unit: "bytes" },
    { name: "h264-decoders", value: MAX_H264_DECODERS, unit: "clients" },
    { name: "watchers", value: MAX_CONTROL_WATCHERS, unit: "readers", used: watchers },
  ];
  return rows.map((row) => ({ ...row, is_fixed: true }));
}
