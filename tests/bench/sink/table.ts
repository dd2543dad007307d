/**
 * The printed table.
 */

import type { Mark, Measured } from "./bed.ts";
import { REFERENCE } from "./reference.ts";
import type { Row } from "./rows.ts";

const COLUMNS = [30, 12, 11, 7, 8, 10, 8, 6, 7, 9, 8, 10];

function line(cells: readonly string[]): string {
  return cells.map((cell, i) => i === 0 ? cell.padEnd(COLUMNS[i]!) : cell.padStart(COLUMNS[i]!))
    .join("").trimEnd();
}

/**
 * The head of the table. Ratios are of speed: 2 is twice as fast as the reference or the baseline.
 * `clock` is the time of a fixed piece of work around the row; rows with different clocks cannot be
 * compared.
 */
export const HEAD: string = line([
  "row",
  "cost",
  "a CPU s",
  "x C",
  "x best",
  "wall /s",
  "kernel",
  "GC",
  "MB/s",
  "RSS MiB",
  "clock",
  "baseline",
]);

/** `before` is the same row of the baseline. */
export function formatLine(
  row: Row,
  now: Measured,
  calibrationMs: number,
  before?: Measured,
): string {
  const reference = REFERENCE[row.id];
  const isRate = row.measure === "stream" || row.measure === "handshake";
  const unit = { latency: "us", memory: "KiB", startup: "ms" }[row.measure as string] ?? "us";
  const speed = (other: number | undefined) => {
    if (other === undefined) return "";
    return (isRate ? 1e6 / now.cost / other : other / now.cost).toFixed(2);
  };
  const more = Object.entries(now.more ?? {})
    .map(([name, value]) => `${name} ${value.toFixed(1)}`).join(", ");
  return line([
    row.title,
    `${digits(now.cost)} ${unit}`,
    isRate ? digits(1e6 / now.cost) : "",
    speed(reference?.usual),
    speed(reference?.best),
    now.wallPerSecond === undefined ? "" : digits(now.wallPerSecond),
    percent(now.systemShare),
    percent(now.gcShare),
    now.wireMbPerSecond ? digits(now.wireMbPerSecond) : "",
    now.rssMib === undefined ? "" : digits(now.rssMib),
    `${digits(calibrationMs)} ms`,
    before === undefined ? "" : `x${(before.cost / now.cost).toFixed(2)}`,
  ]) + (more === "" ? "" : `  (${more})`);
}

/** `before` is the growth of the baseline. */
export function formatGrowth(marks: readonly Mark[], before?: readonly Mark[]): string {
  const first = marks[0]!;
  const lines = ["growth: MB received, ns a byte of raw frames, us an event, RSS MiB"];
  for (const [i, mark] of marks.entries()) {
    const was = before?.[i];
    lines.push(
      `  ${(mark.receivedBytes / 1e6).toFixed(0).padStart(5)}` +
        `${mark.nsPerByte.toFixed(2).padStart(8)} (x${
          (mark.nsPerByte / first.nsPerByte).toFixed(2)
        })${mark.eventUs.toFixed(2).padStart(8)} (x${(mark.eventUs / first.eventUs).toFixed(2)})${
          mark.rssMib.toFixed(0).padStart(7)
        }` +
        (was === undefined ? "" : `   baseline x${(was.nsPerByte / mark.nsPerByte).toFixed(2)}`),
    );
  }
  return lines.join("\n");
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : `${(share * 100).toFixed(0)} %`;
}
