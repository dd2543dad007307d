/**
 * A recording of text: an asciicast, version 2, as `asciinema` plays it.
 *
 * @module
 */

/** What changes at a time. */
export interface CastEvent {
  readonly seconds: number;
  /** The size of the terminal from here on. */
  readonly cols: number;
  readonly rows: number;
  readonly output: string;
}

export interface Cast {
  readonly events: readonly CastEvent[];
  /** The time of the last event. */
  readonly seconds: number;
}

/** Pauses are cut to this. */
const LONGEST_PAUSE_S = 2;

/**
 * Reads a recording. A line that is not whole, as at the end of one that goes on, is left out.
 *
 * @throws {Error} It is none.
 */
export function readCast(text: string): Cast {
  const [head, ...lines] = text.split("\n");
  const { version, width, height } = JSON.parse(head!);
  if (version !== 2) throw new Error(`this is no asciicast of version 2 but ${String(version)}`);
  let [cols, rows] = [Number(width), Number(height)];
  const events: CastEvent[] = [];
  let seconds = 0;
  // It begins with what was shown first.
  let last = Infinity;
  for (const line of lines) {
    const event = readLine(line);
    if (event === undefined) continue;
    const [at, code, data] = event;
    seconds += Math.min(Math.max(at - last, 0), LONGEST_PAUSE_S);
    last = at;
    if (code === "r") [cols, rows] = data.split("x").map(Number) as [number, number];
    events.push({ seconds, cols, rows, output: code === "o" ? data : "" });
  }
  return { events, seconds };
}

function readLine(line: string): readonly [number, string, string] | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
