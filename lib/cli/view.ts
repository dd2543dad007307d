/**
 * `listen --view`: the clients on this terminal.
 *
 * What is shown is decided by the viewer; here are the terminal's modes, reads, writes and signals.
 * The terminal is put back as it was on every way out, also when the process ends by an error.
 *
 * @module
 */

import { type CellSize, usableTerminal } from "../handlers/view/fit.ts";
import { KeyDecoder } from "../handlers/view/keys.ts";
import { PictureEncoder } from "../handlers/pictures/encoder.ts";
import { KITTY_CLEAR, KITTY_QUERY, kittyOutput } from "../handlers/view/kitty.ts";
import type { Typed } from "../handlers/view/keys.ts";
import type { ViewerCommand } from "../handlers/view/viewer.ts";
import { MOUSE_OFF, Viewer } from "../handlers/view/viewer.ts";
import { ESCAPE_TIMEOUT_MS } from "../limits.ts";
import type { Logger } from "../log.ts";
import { makeLogger } from "../log.ts";
import type { ListenHandler } from "../net/listen_types.ts";
import type { ClientHandler } from "../segment/source.ts";
import type { OutputWriter } from "./output.ts";
import { onSignal } from "./signals.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";

/** Between two drawings, so that a client that draws all the time leaves time for others. */
const LEAST_GAP_MS = 16;
/** Drawing may take this part of the time. */
const DRAW_SHARE = 0.5;
/** How long a terminal may take to be put back as it was. */
const LEAVE_TIMEOUT_MS = 1_000;

const ENTER = "\x1b[?1049h\x1b[2J";
/** Puts back what the drawing has changed: pictures, mouse, looks, wrapping, cursor, the other screen. */
const LEAVE = `${KITTY_CLEAR}${MOUSE_OFF}\x1b[0m\x1b[?7h\x1b[0 q\x1b[?25h\x1b[?1049l`;

/** A terminal that shows clients. */
export class ViewTerminal {
  readonly #viewer: Viewer;
  readonly #io: CliIo;
  readonly #screen: OutputWriter;
  readonly #followsSize: boolean;
  readonly #keys = new KeyDecoder();
  readonly #encoder = new PictureEncoder();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #escape: ReturnType<typeof setTimeout> | undefined;
  #drawing: Promise<void> | undefined;
  #isStale = false;
  #isOpen = false;
  #closing: Promise<void> | undefined;
  #leave: () => void = () => {};
  #endResize: () => void = () => {};

  /**
   * Leaves the terminal as it is until it starts.
   *
   * @param io Where text goes before and after.
   * @param followsSize Whether clients are asked for the size of the terminal.
   * @throws {UsageError} Unless standard input and output are a terminal.
   */
  constructor(io: CliIo, followsSize: boolean) {
    const screen = io.streams?.stdout;
    if (screen === undefined || !Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
      throw new UsageError("--view needs a terminal on standard input and output");
    }
    this.#io = io;
    this.#screen = screen;
    this.#followsSize = followsSize;
    this.#viewer = new Viewer(terminalSize(), followsSize);
  }

  /** Whether the terminal is given back. */
  get #isClosed(): boolean {
    return !this.#isOpen || this.#closing !== undefined;
  }

  /** Where text goes meanwhile: what is printed would destroy the picture. */
  get io(): CliIo {
    return { ...this.#io, err: (text) => this.#note(text, false) };
  }

  /**
   * A logger whose warnings are seen at once.
   *
   * @param options As for `makeLogger`.
   */
  makeLogger(options: Parameters<typeof makeLogger>[1]): Logger {
    const quiet = makeLogger((line) => this.#note(line, false), options);
    const loud = makeLogger((line) => this.#note(line, true), options);
    return {
      log: (level, event, fields) =>
        (level === "warn" || level === "error" ? loud : quiet).log(level, event, fields),
    };
  }

  /** Takes every client and shows it. */
  readonly handler: ListenHandler = (source, { kind }) => {
    if (kind !== "segment_request") return;
    const { width, height } = this.#viewer.clientSize;
    if (this.#followsSize) source.acceptTarget(width, height, this.#take);
    else source.acceptTarget(this.#take);
  };

  readonly #take: ClientHandler = (source, { kind }) => {
    if (kind === "registered") {
      this.#viewer.add(source);
      source.targetVerbose();
    } else if (kind === "terminated") this.#viewer.remove(source);
    else if (!this.#viewer.isShown(source)) return;
    this.#draw();
  };

  /**
   * Takes the terminal over.
   *
   * @param leave Is called when the user wants to leave; the terminal is back as it was by then.
   */
  start(leave: () => void): void {
    this.#isOpen = true;
    this.#leave = leave;
    Deno.stdin.setRaw(true);
    this.#screen.write(ENTER + KITTY_QUERY);
    globalThis.addEventListener("unload", this.#restore);
    this.#endResize = onSignal("SIGWINCH", this.#resize);
    this.#reader = Deno.stdin.readable.getReader();
    void this.#readAll(this.#reader);
    this.#draw();
  }

  /** Gives the terminal back, and tells what was logged meanwhile. */
  async close(): Promise<void> {
    if (this.#isOpen) await (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    clearTimeout(this.#escape);
    this.#endResize();
    this.#encoder.close();
    this.#screen.write(LEAVE);
    await this.#reader?.cancel();
    // A terminal that is stopped takes nothing.
    const { promise: isLate, resolve: late } = Promise.withResolvers<void>();
    const timer = setTimeout(late, LEAVE_TIMEOUT_MS);
    await Promise.race([this.#screen.flushed(), isLate]);
    clearTimeout(timer);
    globalThis.removeEventListener("unload", this.#restore);
    this.#isOpen = false;
    this.#cook();
    for (const line of this.#viewer.lines) this.#io.err(`${line}\n`);
  }

  /** The process ends at once. */
  readonly #restore = () => {
    this.#screen.write(LEAVE);
    this.#screen.flushSync();
    this.#cook();
  };

  /** Gives the terminal back its lines. That waits for all output: a terminal that is stopped stays raw. */
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
      // A terminal that is gone is at its end.
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
    this.#leave();
  }

  /** A key that cannot be handed on must not end the reading of all others. */
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

  /** Draws soon; what changes while the terminal is still busy is drawn once. */
  #draw(): void {
    this.#isStale = true;
    this.#drawing ??= this.#drawAll().finally(() => this.#drawing = undefined);
  }

  async #drawAll(): Promise<void> {
    // What arises in the same turn is drawn together.
    await Promise.resolve();
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      const startMs = performance.now();
      const text = this.#viewer.render();
      const picture = this.#viewer.takePicture();
      const costMs = performance.now() - startMs;
      const pixels = picture && kittyOutput(picture, await this.#encoder.zlib(picture.rgb));
      const output = text + (pixels ?? "");
      if (this.#isClosed) return;
      if (output !== "") this.#screen.write(output);
      await this.#screen.flushed();
      if (this.#isClosed) return;
      const gapMs = Math.max(LEAST_GAP_MS, costMs / DRAW_SHARE);
      await new Promise((resolve) => setTimeout(resolve, gapMs));
    }
  }
}

function terminalSize(): CellSize {
  const { columns, rows } = Deno.consoleSize();
  return usableTerminal(columns, rows);
}
