/** Rows of the tables that `deno task faults` and `deno task load` print. */

import { messageOf } from "../../lib/errors.ts";

/** How much a row does: `short` in the tests, `long` for the task. */
export type Size = "short" | "long";

/** One row. */
export interface ProofRow {
  /** What is done, and what holds then. */
  readonly name: string;
  /** @returns What came of it, in a few words with figures. Throws when it does not hold. */
  readonly run: (size: Size) => Promise<string>;
}

/**
 * Runs rows one after the other and prints a line for each.
 *
 * @param wanted The rows whose name contains it.
 * @returns How many did not hold.
 */
export async function printRows(rows: readonly ProofRow[], wanted = ""): Promise<number> {
  let failures = 0;
  for (const { name, run } of rows.filter(({ name }) => name.includes(wanted))) {
    const began = performance.now();
    let result: string;
    try {
      result = `ok    ${name}: ${await run("long")}`;
    } catch (error) {
      failures++;
      result = `FAIL  ${name}: ${messageOf(error)}`;
    }
    console.log(`${result} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
  }
  return failures;
}

/** Has each row be a test, in its short form. */
export function testRows(rows: readonly ProofRow[]): void {
  for (const { name, run } of rows) Deno.test(name, async () => void await run("short"));
}

/** The median, the 99th percentile and the most of times, as text. */
export function describeTimes(timesMs: readonly number[]): string {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  const [median, high, most] = [at(0.5), at(0.99), sorted.at(-1)!].map((ms) => ms.toFixed(1));
  return `median ${median} ms, 99 % ${high} ms, most ${most} ms`;
}

/** Runs a task for each number below `count`, some at the same time. */
export async function inParallel(
  count: number,
  atOnce: number,
  task: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const run = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, run));
}
