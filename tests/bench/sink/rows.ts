/** The rows of the table: what is sent, and how much of it. */

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly measure:
    | "stream"
    | "login"
    | "session"
    | "crowd"
    | "round-trip"
    | "memory"
    | "start"
    | "growth";
  readonly unit: "us" | "ms" | "KiB";
  /** Units of one round. */
  readonly count: number;
  /** How many units a new process is given for its first figure. */
  readonly first: number;
  /** How many units make the cost of a program settle that is compiled while it runs. */
  readonly warmUp: number;
}

function stream(id: string, title: string, unit: "us" | "ms", count: number, warmUp: number): Row {
  const first = unit === "us" ? 1_000 : Math.min(count, 100);
  return { id, title, measure: "stream", unit, count, first, warmUp };
}

function row(
  id: string,
  title: string,
  measure: Row["measure"],
  unit: Row["unit"],
  count: number,
): Row {
  return { id, title, measure, unit, count, first: 0, warmUp: count };
}

/** In the order of the table. */
export const ROWS: readonly Row[] = [
  { ...row("login-direct", "login, direct", "login", "us", 500), first: 1_000, warmUp: 2_000 },
  {
    ...row("login-ephemeral", "login, ephemeral", "login", "us", 500),
    first: 1_000,
    warmUp: 2_000,
  },
  {
    ...row("session", "login, register, activate, close", "session", "us", 500),
    first: 1_000,
    warmUp: 2_000,
  },
  stream("events", "event of 164 bytes", "us", 100_000, 400_000),
  stream("rgba", "raw RGBA 1080p", "ms", 20, 40),
  stream("rgb565", "RGB565 1080p", "ms", 30, 60),
  stream("dzstd-letter", "DZSTD 16x17, letter typed", "us", 20_000, 100_000),
  stream("dzstd-desktop", "DZSTD 1703x925, desktop scrolls", "ms", 100, 300),
  stream("dzstd-desktop-noise", "DZSTD 1080p, noise in a quarter", "ms", 100, 300),
  stream("dzstd-region", "DZSTD 640x357, terminal scrolls", "ms", 200, 600),
  stream("dzstd-region-jpeg", "DZSTD 640x357, same after JPEG", "ms", 200, 600),
  stream("dzstd-region-noise", "DZSTD 640x360, noise", "ms", 200, 600),
  stream("dzstd-video", "DZSTD 480x270, video plays", "ms", 200, 600),
  stream("zstd-all", "ZSTD 1080p, all changes", "ms", 20, 40),
  stream("dzstd-all", "DZSTD 1080p, all changes", "ms", 20, 40),
  stream("dzstd-smooth", "DZSTD 1080p, moving gradient", "ms", 30, 60),
  stream("tpack-line", "TPACK, one line", "us", 20_000, 100_000),
  stream("tpack-80x25", "TPACK, full 80x25", "us", 5_000, 20_000),
  stream("tpack-240x67", "TPACK, full 240x67", "us", 1_000, 4_000),
  row("four", "four clients of ZSTD 1080p, wall", "crowd", "ms", 20),
  row("line-ack", "line to its acknowledgement, wall", "round-trip", "us", 3_000),
  row("region-ack", "region to its acknowledgement, wall", "round-trip", "us", 300),
  row("idle", "idle client", "memory", "KiB", 1_000),
  row("start", "start until the port is told, wall", "start", "ms", 1),
  row("growth-bytes", "growth over raw frames", "growth", "ms", 1),
  row("growth-time", "growth over frames of ZSTD", "growth", "ms", 1),
  row("growth-logins", "growth over logins and leavings", "growth", "ms", 1),
];
