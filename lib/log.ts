/**
 * The log: one line an event, in a form that stays the same, so that tools can read it.
 *
 * @module
 */

/** How important a line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** What a line can say besides its name. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Takes log lines. */
export interface Logger {
  /**
   * Takes one line.
   *
   * @param level How important it is.
   * @param event What happened, one hyphenated word.
   * @param fields What belongs to it; `undefined` values are left out. Never a secret.
   */
  log(level: LogLevel, event: string, fields?: LogFields): void;
}

/** How lines look. */
export type LogFormat = "text" | "json";

const CONTROLS =
  // deno-lint-ignore no-control-regex -- these are the characters to be found
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const RANK: { readonly [L in LogLevel]: number } = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Makes a logger.
 *
 * @param write Takes each line, with its newline.
 * @param options The least level that is written, the format, and the clock.
 */
export function makeLogger(
  write: (line: string) => void,
  options: { level?: LogLevel; format?: LogFormat; now?: () => Date } = {},
): Logger {
  const least = RANK[options.level ?? "info"];
  const format = options.format === "json" ? formatJson : formatText;
  const now = options.now ?? (() => new Date());
  return {
    log(level, event, fields = {}) {
      if (RANK[level] >= least) write(format(now(), level, event, fields));
    },
  };
}

/**
 * Makes a logger harmless: one that fails, for instance because nobody reads its stream any more,
 * must not take the process along.
 *
 * @param log The logger.
 */
export function guardLogger(log: Logger): Logger {
  return {
    log(level, event, fields) {
      try {
        log.log(level, event, fields);
      } catch {
        // There is no other place to say so.
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

function formatJson(time: Date, level: LogLevel, event: string, fields: LogFields): string {
  const line = JSON.stringify({ time: time.toISOString(), level, event, ...fields });
  return escapeControls(line) + "\n";
}

function formatText(time: Date, level: LogLevel, event: string, fields: LogFields): string {
  let line = `${time.toISOString()} ${level} ${event}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${name}=${quoteIfNeeded(String(value))}`;
  }
  return line + "\n";
}

/** Quotes what has blanks or quotes, and escapes what a terminal would act on. */
function quoteIfNeeded(text: string): string {
  return /^[!#-~]+$/.test(text) ? text : escapeControls(JSON.stringify(text));
}

/**
 * Makes text harmless for a terminal: control characters, line ends of Unicode and the marks that
 * change the direction of text are shown as escapes. JSON stays the same JSON.
 *
 * @param text Text from anywhere.
 */
export function escapeControls(text: string): string {
  if (text.search(CONTROLS) < 0) return text;
  return text.replace(
    CONTROLS,
    (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}
