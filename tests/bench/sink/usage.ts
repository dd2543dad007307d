/**
 * The CPU time, memory and garbage collections of a process.
 */

import process from "node:process";

export interface Usage {
  /** CPU time in user mode, in milliseconds. */
  readonly userMs: number;
  /** CPU time in the kernel, in milliseconds. */
  readonly systemMs: number;
  /** Resident memory, in KiB. */
  readonly rssKib: number;
  /** Milliseconds since the process started, the clock of the garbage collector's trace. */
  readonly atMs: number;
}

export function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  const status = Deno.readTextFileSync("/proc/self/status");
  const rssKib = Number(/VmRSS:\s+(\d+)/.exec(status)![1]);
  return { userMs: user / 1_000, systemMs: system / 1_000, rssKib, atMs: performance.now() };
}

/** One collection in the output of `--trace-gc`. */
export interface Collection {
  readonly atMs: number;
  readonly pauseMs: number;
}

const COLLECTION = /\]\s+(\d+) ms: .*?, ([\d.]+) \/ [\d.]+ ms(?:\s+\(\+ ([\d.]+) ms in)?/;

/** Parses the lines of the trace and ignores others. */
export function readCollections(lines: readonly string[]): Collection[] {
  const collections: Collection[] = [];
  for (const line of lines) {
    const match = COLLECTION.exec(line);
    if (match === null) continue;
    const pauseMs = Number(match[2]) + Number(match[3] ?? 0);
    collections.push({ atMs: Number(match[1]), pauseMs });
  }
  return collections;
}

/** The time of collections between two readings, in milliseconds. */
export function collectedMs(all: readonly Collection[], from: Usage, to: Usage): number {
  let sum = 0;
  for (const { atMs, pauseMs } of all) {
    if (atMs >= from.atMs && atMs <= to.atMs) sum += pauseMs;
  }
  return sum;
}

const CALIBRATION_STEPS = 20_000_000;

/**
 * The CPU time of a fixed piece of work, in milliseconds. It shows how much other programs and the
 * processor's clock influence the figures.
 */
export function calibrate(): number {
  const before = process.cpuUsage();
  let value = 1;
  for (let i = 0; i < CALIBRATION_STEPS; i++) value = Math.imul(value, 0x01000193) ^ i;
  const { user, system } = process.cpuUsage(before);
  // Uses the value, so that the compiler keeps the loop.
  return (user + system) / 1_000 + (value === 0 ? 1e-9 : 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
