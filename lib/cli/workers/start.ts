/**
 * The first message to a worker of `listen`.
 *
 * @module
 */

import type { PortSetup } from "../../workers/mod.ts";
import { h264Of, type ListenFlags } from "../listen_options.ts";

/** The flags that a worker needs; a secret in a flag is not among them. */
export type WorkerFlags = Pick<
  ListenFlags,
  | "size"
  | "direct"
  | "h264"
  | "proxyProtocol"
  | "handler"
  | "json"
  | "debug"
  | "record"
  | "recordMaxBytes"
  | "recordMaxSeconds"
  | "recordFps"
  | "recordKeep"
  | "snapshot"
  | "control"
  | "web"
  | "fleet"
>;

export interface WorkerStart {
  readonly setup: PortSetup;
  readonly flags: WorkerFlags;
  /** Whether clients are handled in the main thread. */
  readonly forwards: boolean;
  /** Whether all records are wanted there. */
  readonly isFollowed: boolean;
}

/** Picks what a worker needs of the flags of `listen`. */
export function workerFlags({ secret: _, secretFile: __, ...flags }: ListenFlags): WorkerFlags {
  return { ...flags, h264: h264Of(flags) };
}
