/**
 * The rows of the table, and how each is measured.
 */

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly measure: "stream" | "handshake" | "latency" | "memory" | "growth" | "startup";
  /** Units of one round. */
  readonly count: number;
}

function stream(id: string, title: string, count: number): Row {
  return { id, title, measure: "stream", count };
}

/** In the order of the table. */
export const ROWS: readonly Row[] = [
  { id: "handshake-direct", title: "handshakes, direct", measure: "handshake", count: 400 },
  { id: "handshake-ephemeral", title: "handshakes, ephemeral", measure: "handshake", count: 400 },
  stream("events", "164-byte events", 200_000),
  stream("rgba", "raw RGBA 1080p", 24),
  stream("rgb565", "RGB565 1080p", 40),
  stream("dzstd-desktop", "DZSTD 1080p, desktop-like", 100),
  stream("dzstd-region", "DZSTD 1080p, 640x360 region", 400),
  stream("zstd-all", "ZSTD 1080p, all changes", 30),
  stream("dzstd-all", "DZSTD 1080p, all changes", 30),
  stream("tpack-line", "TPACK, one line", 50_000),
  stream("tpack-80x25", "TPACK, full 80x25", 10_000),
  stream("tpack-240x67", "TPACK, full 240x67", 2_000),
  { id: "latency", title: "TPACK line to its ack", measure: "latency", count: 3_000 },
  { id: "idle", title: "idle client", measure: "memory", count: 1_000 },
  { id: "growth", title: "growth to 2 GB", measure: "growth", count: 0 },
  { id: "startup", title: "start of `listen`", measure: "startup", count: 9 },
];
