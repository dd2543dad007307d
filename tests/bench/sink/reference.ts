/**
 * What the C reference needs: arcan's `a12` in a bare listening sink of one thread with reads of
 * 64 KiB, decoding into memory; medians. `usual` is as its users build it, `best` the same code with
 * `-O3 -march=native` and a vectorised BLAKE3.
 */

/** One figure of the reference, in the unit of the row. */
export interface Reference {
  readonly usual: number;
  readonly best?: number;
}

/** By row; units a CPU second, for latency microseconds, for memory KiB a client. */
export const REFERENCE: Readonly<Record<string, Reference>> = {
  "handshake-direct": { usual: 5_400, best: 5_150 },
  "handshake-ephemeral": { usual: 2_800, best: 2_800 },
  "events": { usual: 890_000, best: 1_300_000 },
  "rgba": { usual: 39, best: 122 },
  "rgb565": { usual: 69, best: 176 },
  "dzstd-desktop": { usual: 272, best: 288 },
  "dzstd-region": { usual: 1_170, best: 1_370 },
  "zstd-all": { usual: 40, best: 78 },
  "dzstd-all": { usual: 43, best: 71 },
  // Its contexts leak; without that it reaches 204 000, 30 700 and 4 750.
  "tpack-line": { usual: 15_000, best: 255_000 },
  "tpack-80x25": { usual: 8_500, best: 36_000 },
  "tpack-240x67": { usual: 2_100, best: 5_500 },
  "latency": { usual: 94, best: 36 },
  "idle": { usual: 204 },
};
