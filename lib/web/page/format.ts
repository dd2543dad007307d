/**
 * Times, sizes and names as people read them.
 *
 * @module
 */

const UNITS = [["d", 86_400], ["h", 3600], ["min", 60]] as const;

/** How long ago something was, such as `5 min`. */
export function age(sinceMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return `${Math.floor(seconds / length)} ${unit}`;
  }
  return seconds < 5 ? "now" : `${seconds} s`;
}

/** A count of bytes, such as `1.5 MB`. */
export function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Controls, and characters that reverse the text around them, with which a name can pass for another. */
const DECEPTIVE =
  // deno-lint-ignore no-control-regex -- these are the characters to be found
  /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** A text of a stranger on one line, without what would change other text. */
export function plain(text: string): string {
  return text.replace(DECEPTIVE, "\ufffd").trim();
}

/** What names a client: its title, what it calls its content, or its kind. */
export function nameOf(
  { title, ident, segkind }: {
    readonly title: string;
    readonly ident: string;
    readonly segkind: string;
  },
): string {
  return plain(title) || plain(ident) || segkind;
}

/** What the listener says, as a sentence. */
export function sentence(text: string): string {
  const [first = "", ...rest] = text;
  return `${first.toUpperCase()}${rest.join("")}${/[.!?…]$/.test(text) || text === "" ? "" : "."}`;
}

/** A count with its noun. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
