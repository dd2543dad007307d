/**
 * The cost of the C reference: arcan's `a12` in a minimal listening sink with one thread, reads of 64 KiB
 * and decoding into memory. Medians, measured with `--sink` on the machine of `baseline.json`; other
 * machines are faster or slower by up to 1.4, so measure again there. `usual` is a default build. `best`
 * is the cheapest of three: without the context that it leaks for each frame of text, and that with `-O3`
 * and with `-O3 -march=native`, each with a vectorised BLAKE3.
 *
 * The reference sink keeps accepted keys in memory and copies text grids; ours checks its files and makes
 * cells.
 */

export interface Reference {
  readonly usual: number;
  readonly best?: number;
}

/** By row: units a CPU second; microseconds for latency; KiB a client for memory. */
export const REFERENCE: Readonly<Record<string, Reference>> = {
  "handshake-direct": { usual: 7_100, best: 7_400 },
  "handshake-ephemeral": { usual: 3_920, best: 4_030 },
  "events": { usual: 886_000, best: 886_000 },
  "rgba": { usual: 49.3, best: 67.2 },
  "rgb565": { usual: 86.1, best: 112 },
  "dzstd-desktop": { usual: 208, best: 276 },
  "dzstd-region": { usual: 1_030, best: 1_140 },
  "zstd-all": { usual: 51.4, best: 64.3 },
  "dzstd-all": { usual: 58, best: 74 },
  "tpack-line": { usual: 11_300, best: 165_000 },
  "tpack-80x25": { usual: 24_300, best: 52_900 },
  "tpack-240x67": { usual: 7_590, best: 11_600 },
  "latency": { usual: 91, best: 71 },
  "idle": { usual: 180, best: 180 },
};
