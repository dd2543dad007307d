import type { LogFields, Logger, LogLevel } from "../../lib/log.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
export class LogBook implements Logger {
  readonly lines: LogLine[] = [];
  /** Called after every line. */
  onLine: (line: LogLine) => void = () => {};

  log(level: LogLevel, event: string, fields: LogFields = {}): void {
    const line = { level, event, fields };
    this.lines.push(line);
    this.onLine(line);
  }

  of(event: string): LogLine[] {
    return this.lines.filter((line) => line.event === event);
  }
}
