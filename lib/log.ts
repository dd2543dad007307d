/**
 * The log: one line for each event, in a stable form that tools can parse.
 *
 * @module
 */

/** The importance of a line. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** The values of a line. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A destination of log lines. */
export interface Logger {
  /**
   * Logs one event.
   *
   * @param level The importance.
   * @param event The name of the event, one hyphenated word.
   * @param fields Its values, never a secret; `undefined` ones are left out.
   */
  log(level: LogLevel, event: string, fields?: LogFields): void;
}

/** The form of lines. */
export type LogFormat = "text" | "json";

const CONTROLS =
  // deno-lint-ignore no-control-regex -- these are the characters to be found
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const RANK: { readonly [L in LogLevel]: number } = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Makes a logger.
 *
 * @param write Writes a line, which ends with a line feed.
 * @param options The lowest level to write (`info`), the format (`text`), and the clock.
 */
export function makeLogger(
  write: (line: string) => void,
  options: { level?: LogLevel; format?: LogFormat; now?: () => Date } = {},
): Logger {
  const least = options.level ?? "info";
  const format = options.format === "json" ? formatJson : formatText;
  const now = options.now ?? (() => new Date());
  return {
    log(level, event, fields = {}) {
      if (isLogged(level, least)) write(format(now(), level, event, fields));
    },
  };
}

/** Whether a line of `level` is written when `least` is the lowest level to write. */
export function isLogged(level: LogLevel, least: LogLevel): boolean {
  return RANK[level] >= RANK[least];
}

/** Catches the errors of a logger, for instance of a closed stream, so that they end no connection. */
export function guardLogger(log: Logger): Logger {
  return {
    log(level, event, fields) {
      try {
        log.log(level, event, fields);
      } catch {
        // There is nowhere else to report it.
      }
    },
  };
}

/**
 * Writes log lines to standard error, blocking.
 *
 * @param line Whole lines; dropped when the reader is gone.
 */
export function writeErrorSync(line: string): void {
  const bytes = new TextEncoder().encode(line);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return;
    if (error instanceof Deno.errors.ConnectionReset) return;
    throw error;
  }
}

/** A logger that writes nothing. */
export const silentLogger: Logger = { log() {} };

/** A line of JSON, which ends with a line feed. */
export function formatJson(
  time: Date,
  level: LogLevel,
  event: string,
  fields: LogFields,
): string {
  const line = JSON.stringify({ time: isoTime(time), level, event, ...fields });
  return escapeControls(line) + "\n";
}

function formatText(time: Date, level: LogLevel, event: string, fields: LogFields): string {
  let line = `${isoTime(time)} ${level} ${event}`;
  // A loop over names makes no arrays, as `Object.entries` would.
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) line += ` ${name}=${quoteIfNeeded(String(value))}`;
  }
  return line + "\n";
}

let lastMs = NaN;
let lastIso = "";

/** Formats a time. Most lines come in the same millisecond as the one before. */
export function isoTime(time: Date): string {
  const ms = time.getTime();
  if (ms === lastMs) return lastIso;
  lastIso = time.toISOString();
  lastMs = ms;
  return lastIso;
}

/** Quotes text with blanks or quotes, and escapes control characters. */
function quoteIfNeeded(text: string): string {
  return /^[!#-~]+$/.test(text) ? text : escapeControls(JSON.stringify(text));
}

/**
 * Makes text safe to print on a terminal: control characters, Unicode line ends and marks that change
 * the direction of text become escapes such as `\\u001b`. JSON keeps its meaning.
 *
 * @param text Any text.
 */
export function escapeControls(text: string): string {
  if (text.search(CONTROLS) < 0) return text;
  return text.replace(
    CONTROLS,
    (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}
