/**
 * Figures of several threads.
 *
 * @module
 */

import type { ThreadFigures } from "./clients.ts";

/** Adds up what threads count by themselves; they share the memory of pictures. */
export function sumUp(figures: readonly ThreadFigures[]): ThreadFigures {
  const total = (name: keyof ThreadFigures) =>
    figures.reduce((sum, each) => sum + (each[name] as number), 0);
  const most = (name: keyof ThreadFigures) =>
    Math.max(0, ...figures.map((each) => each[name] as number));
  return {
    connections: addCounts(figures.map(({ connections }) => connections)),
    refusals: addCounts(figures.map(({ refusals }) => refusals)),
    clients: total("clients"),
    segments: total("segments"),
    unauthenticated: total("unauthenticated"),
    received_bytes: total("received_bytes"),
    sent_bytes: total("sent_bytes"),
    frames: total("frames"),
    events: total("events"),
    work_seconds: total("work_seconds"),
    waiting_bytes: total("waiting_bytes"),
    waiting_events: total("waiting_events"),
    loop_delay_seconds: most("loop_delay_seconds"),
    heap_bytes: total("heap_bytes"),
    picture_bytes: most("picture_bytes"),
  };
}

function addCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

/** What a thread has counted, without what it held: for one that has ended. */
export function countsOf(figures: ThreadFigures): ThreadFigures {
  return {
    ...figures,
    clients: 0,
    segments: 0,
    unauthenticated: 0,
    waiting_bytes: 0,
    waiting_events: 0,
    loop_delay_seconds: 0,
    heap_bytes: 0,
    picture_bytes: 0,
  };
}
