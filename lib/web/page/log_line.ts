/**
 * One line of the log, as it is shown.
 *
 * @module
 */

export interface LogLine {
  /** Counts the lines. */
  readonly number: number;
  /** In ISO 8601. */
  readonly time: string;
  readonly level: string;
  readonly event: string;
  /** Its other fields. */
  readonly rest: string;
}

/** Reads a line of JSON. @returns `undefined` for one that is none. */
export function readLogLine(text: string, number: number): LogLine | undefined {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof line !== "object" || line === null) return undefined;
  const { time, level, event, ...others } = line as Readonly<Record<string, unknown>>;
  if (typeof time !== "string" || typeof event !== "string") return undefined;
  const rest = Object.entries(others).map(([name, value]) =>
    `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`
  ).join(" ");
  return { number, time, level: String(level), event, rest };
}
