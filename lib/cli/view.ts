/**
 * `listen --view`: the modes, input, output and signals of the terminal on which clients are shown.
 *
 * The terminal is restored whenever the process ends, also by an error.
 *
 * @module
 */

import {
  type CellSize,
  KeyDecoder,
  type Typed,
  Viewer,
  type ViewerCommand,
} from "../handlers/mod.ts";
import {
  ESCAPE_TIMEOUT_MS,
  VIEW_LEAVE_TIMEOUT_MS,
  VIEW_MIN_GAP_MS,
  VIEW_TIME_SHARE,
} from "../limits.ts";
import type { ClientHandler, ListenHandler, Source } from "../mod.ts";
import { type Logger, makeLogger } from "../log.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import type { OutputWriter } from "./output.ts";
import { onSignal } from "./signals.ts";

export class ViewTerminal {
  readonly #viewer: Viewer;
  readonly #io: CliIo;
  readonly #screen: OutputWriter;
  readonly #followsSize: boolean;
  readonly #refresh: ((source: Source) => Promise<void>) | undefined;
  readonly #keys = new KeyDecoder();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #escape: ReturnType<typeof setTimeout> | undefined;
  #drawing: Promise<void> | undefined;
  #isStale = false;
  #isOpen = false;
  #closing: Promise<void> | undefined;
  #stopListener: () => void = () => {};
  #endResize: () => void = () => {};

  /**
   * The terminal stays as it is until {@linkcode start}.
   *
   * @param io Where text goes before and after.
   * @param followsSize Whether clients are asked to fill the terminal.
   * @param refresh Fetches what a client shows before it is drawn; not needed for one of this thread.
   * @throws {UsageError} Unless standard input and output are a terminal.
   */
  constructor(io: CliIo, followsSize: boolean, refresh?: (source: Source) => Promise<void>) {
    this.#refresh = refresh;
    const screen = io.streams?.stdout;
    if (screen === undefined || !Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
      throw new UsageError("--view needs a terminal on standard input and output");
    }
    this.#io = io;
    this.#screen = screen;
    this.#followsSize = followsSize;
    this.#viewer = new Viewer(terminalSize(), followsSize);
  }

  /** Whether the terminal is restored, or about to be. */
  get #isClosed(): boolean {
    return !this.#isOpen || this.#closing !== undefined;
  }

  /** Text becomes lines of the viewer, as printing it would overwrite the picture. */
  get io(): CliIo {
    return { ...this.#io, err: (text) => this.#note(text, false) };
  }

  /** Makes a logger whose warnings and errors are shown at once. */
  makeLogger(options: Parameters<typeof makeLogger>[1]): Logger {
    const quiet = makeLogger((line) => this.#note(line, false), options);
    const loud = makeLogger((line) => this.#note(line, true), options);
    return {
      log: (level, event, fields) =>
        (level === "warn" || level === "error" ? loud : quiet).log(level, event, fields),
    };
  }

  /** Accepts every client. */
  readonly handler: ListenHandler = (source, { kind }) => {
    if (kind !== "segment_request") return;
    const { width, height } = this.#viewer.clientSize;
    if (this.#followsSize) source.acceptTarget(width, height, this.#handle);
    else source.acceptTarget(this.#handle);
  };

  readonly #handle: ClientHandler = (source, { kind }) => {
    if (kind === "registered") {
      this.#viewer.add(source);
      source.targetVerbose();
    } else if (kind === "terminated") this.#viewer.remove(source);
    else if (!this.#viewer.isShown(source)) return;
    this.#draw();
  };

  /**
   * Begins to use the terminal.
   *
   * @param stop Ends the listener; called when the user leaves, after the terminal is restored.
   */
  start(stop: () => void): void {
    this.#isOpen = true;
    this.#stopListener = stop;
    Deno.stdin.setRaw(true);
    this.#screen.write(Viewer.enter);
    globalThis.addEventListener("unload", this.#restore);
    this.#endResize = onSignal("SIGWINCH", this.#resize);
    this.#reader = Deno.stdin.readable.getReader();
    void this.#readAll(this.#reader);
    this.#draw();
  }

  /** Restores the terminal, and prints the log lines that came meanwhile. */
  async close(): Promise<void> {
    if (this.#isOpen) await (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    clearTimeout(this.#escape);
    this.#endResize();
    this.#viewer.close();
    this.#screen.write(Viewer.leave);
    await this.#reader?.cancel();
    // A terminal that is stopped (Ctrl-S) reads nothing.
    const { promise: timedOut, resolve: timeOut } = Promise.withResolvers<void>();
    const timer = setTimeout(timeOut, VIEW_LEAVE_TIMEOUT_MS);
    await Promise.race([this.#screen.flushed(), timedOut]);
    clearTimeout(timer);
    globalThis.removeEventListener("unload", this.#restore);
    this.#isOpen = false;
    this.#cook();
    for (const line of this.#viewer.lines) this.#io.err(`${line}\n`);
  }

  /** For a process that ends at once. */
  readonly #restore = () => {
    this.#screen.write(Viewer.leave);
    this.#screen.flushSync();
    this.#cook();
  };

  /** Ends raw mode. The system waits for all output before that, so a stopped terminal stays raw. */
  #cook(): void {
    if (this.#screen.isStuck) return;
    try {
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal is gone.
    }
  }

  readonly #resize = () => {
    this.#viewer.resize(terminalSize());
    this.#draw();
  };

  async #readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    for (;;) {
      // An error means that the terminal is gone.
      const { value, done } = await reader.read().catch(() => ({ done: true, value: undefined }));
      clearTimeout(this.#escape);
      if (this.#isClosed) return;
      const typed = value === undefined ? this.#keys.flush() : this.#keys.push(value);
      if (this.#type(typed) === "leave" || done) break;
      if (this.#keys.isUndecided) {
        this.#escape = setTimeout(() => {
          this.#type(this.#keys.flush());
          this.#draw();
        }, ESCAPE_TIMEOUT_MS);
      }
      this.#draw();
      await this.#viewer.slowDown();
    }
    await this.close();
    this.#stopListener();
  }

  /** An error of one key must not end the reading of later ones. */
  #type(typed: readonly Typed[]): ViewerCommand | undefined {
    try {
      return this.#viewer.take(typed);
    } catch (error) {
      reportError(error);
      return undefined;
    }
  }

  #note(text: string, isAlert: boolean): void {
    if (!this.#isOpen) return this.#io.err(text);
    this.#viewer.note(text, isAlert);
    this.#draw();
  }

  /** Draws soon; changes that come while the terminal is busy are drawn together. */
  #draw(): void {
    this.#isStale = true;
    this.#drawing ??= this.#drawAll().finally(() => this.#drawing = undefined);
  }

  async #drawAll(): Promise<void> {
    // Collects the changes of this turn.
    await Promise.resolve();
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      const { shown } = this.#viewer;
      if (shown !== undefined && this.#refresh !== undefined) await this.#refresh(shown);
      const startMs = performance.now();
      const text = this.#viewer.render();
      const costMs = performance.now() - startMs;
      const output = text + (await this.#viewer.renderPicture() ?? "");
      if (this.#isClosed) return;
      if (output !== "") this.#screen.write(output);
      await this.#screen.flushed();
      if (this.#isClosed) return;
      const gapMs = Math.max(VIEW_MIN_GAP_MS, costMs / VIEW_TIME_SHARE);
      await new Promise((resolve) => setTimeout(resolve, gapMs));
    }
  }
}

function terminalSize(): CellSize {
  const { columns: cols, rows } = Deno.consoleSize();
  return { cols, rows };
}
