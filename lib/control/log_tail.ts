/**
 * The last log lines, and those that come, for readers of the control interface.
 *
 * @module
 */

import { CONTROL_LOG_LINES } from "../limits.ts";
import { type Logger, type LogLevel, makeLogger } from "../log.ts";
import { Watchers } from "./watchers.ts";

/** A logger that hands its lines on and keeps the last ones. */
export class LogTail implements Logger {
  readonly #target: Logger;
  readonly #lines: string[] = [];
  readonly #watchers = new Watchers(() => {});
  readonly #keeper: Logger;
  /** Gets all lines as well, those of every level. */
  follower: Logger | undefined;

  /**
   * @param target Gets all lines.
   * @param level The lowest level of lines that are kept.
   */
  constructor(target: Logger, level: LogLevel) {
    this.#target = target;
    this.#keeper = makeLogger((line) => this.#keep(line.trimEnd()), { level, format: "json" });
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
    return this.#watchers.open(undefined, this.#lines);
  }

  /** Ends all streams. */
  close(): void {
    this.#watchers.close();
  }

  #take(line: Parameters<Logger["log"]>): void {
    this.#keeper.log(...line);
    this.follower?.log(...line);
  }

  #keep(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > CONTROL_LOG_LINES) this.#lines.shift();
    this.#watchers.publish({ client: 0, line });
  }
}
