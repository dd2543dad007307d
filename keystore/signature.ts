/**
 * Whether a file is as it was, told by what the system says about it.
 *
 * @module
 */

/** The coarsest clock of a file system in use (FAT); a younger file may change without a trace. */
const CLOCK_GRANULARITY_MS = 2_000;

/**
 * Sums up what changes with a file or directory.
 *
 * @param info What the system says about it.
 */
export function signatureOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}:${info.size}:${info.mtime?.getTime()}:${info.ctime?.getTime()}`;
}

/**
 * Sums up a file or directory that cannot change any more without a trace.
 *
 * @param info What the system said about it before it was read.
 * @param nowMs The time then, in milliseconds since 1970.
 * @returns The signature, or `undefined` when the last change is within the granularity of the
 *   file system's clock.
 */
export function settledSignature(info: Deno.FileInfo, nowMs: number): string | undefined {
  const changedMs = Math.max(info.mtime?.getTime() ?? Infinity, info.ctime?.getTime() ?? 0);
  return changedMs < nowMs - CLOCK_GRANULARITY_MS ? signatureOf(info) : undefined;
}
