/**
 * The last log lines, and those that come, for readers of the control interface.
 *
 * @module
 */

import { CONTROL_LOG_LINES } from "../limits.ts";
import { formatJson, isLogged, type LogFields, type Logger, type LogLevel } from "../log.ts";
import { Watchers } from "./watchers.ts";

/** What was logged; most of it is never read, so it becomes a line when it is. */
interface Kept {
  readonly time: Date;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

/** A logger that hands its lines on and keeps the last ones. */
export class LogTail implements Logger {
  readonly #target: Logger;
  readonly #level: LogLevel;
  readonly #kept: Kept[] = [];
  readonly #watchers = new Watchers(() => {});
  /** Gets all lines as well, those of every level. */
  follower: Logger | undefined;

  /**
   * @param target Gets all lines.
   * @param level The lowest level of lines that are kept.
   */
  constructor(target: Logger, level: LogLevel) {
    this.#target = target;
    this.#level = level;
  }

  readonly log: Logger["log"] = (...line) => {
    this.#target.log(...line);
    this.#take(line);
  };

  /** A logger with another target, whose lines are kept here as well. */
  over(target: Logger): Logger {
    return {
      log: (...line) => {
        target.log(...line);
        this.#take(line);
      },
    };
  }

  /**
   * Opens a stream of lines of JSON: those that are kept, then those that come.
   *
   * @throws {ControlError} `busy`.
   */
  open(): ReadableStream<string> {
    return this.#watchers.open(undefined, this.#kept.map(lineOf));
  }

  /** Ends all streams. */
  close(): void {
    this.#watchers.close();
  }

  #take(line: Parameters<Logger["log"]>): void {
    const [level, event, fields = {}] = line;
    if (isLogged(level, this.#level)) this.#keep({ time: new Date(), level, event, fields });
    this.follower?.log(...line);
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept);
    if (this.#kept.length > CONTROL_LOG_LINES) this.#kept.shift();
    if (this.#watchers.size > 0) this.#watchers.publish({ client: 0, line: lineOf(kept) });
  }
}

function lineOf({ time, level, event, fields }: Kept): string {
  return formatJson(time, level, event, fields).trimEnd();
}
