/** The printed table. */

import type { Mark } from "./growth.ts";
import type { Figure } from "./measure.ts";
import type { Row } from "./rows.ts";

const TITLE = 38;
const CELL = 22;

/** @param names The sinks, the one that the others are compared with first. */
export function formatHead(names: readonly string[]): string {
  return "row".padEnd(TITLE) + names.map((name) => name.padStart(CELL)).join("");
}

/**
 * Each cell has the settled cost, the cost of the first units, and how many times as much the first sink
 * costs.
 */
export function formatRow({ title, unit }: Row, figures: readonly Figure[]): string {
  const [own] = figures;
  const cells = figures.map((figure, i) => {
    const first = figure.first === undefined ? "" : ` (${digits(figure.first)})`;
    const ratio = i === 0 ? "" : ` x${(own!.cost / figure.cost).toFixed(2)}`;
    return (digits(figure.cost) + first + ratio).padStart(CELL);
  });
  return `${title}, ${unit}`.padEnd(TITLE) + cells.join("") + formatMore(figures);
}

/** Further figures, a line each. */
function formatMore(figures: readonly Figure[]): string {
  return Object.keys(figures[0]?.more ?? {}).map((name) =>
    `\n  ${name}`.padEnd(TITLE + 1) +
    figures.map(({ more }) => digits(more?.[name] ?? NaN).padStart(CELL)).join("")
  ).join("");
}

export function formatGrowth({ title }: Row, marks: readonly Mark[]): string {
  return [
    title,
    ...marks.map(({ after, rssMib, unitMs }) =>
      `  after ${after}`.padEnd(TITLE) + `${rssMib.toFixed(0)} MiB`.padStart(CELL) +
      `${digits(unitMs)} ms a unit`.padStart(CELL)
    ),
  ].join("\n");
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
