/**
 * Shows clients on one terminal: which one is shown, what is drawn, where keys go. It does no IO: it
 * takes decoded input and sizes, and returns output to print.
 *
 * @module
 */

import { TextGrid } from "../../decoders/text_grid.ts";
import { VIEW_LOG_LINES } from "../../limits.ts";
import type { Source } from "../../segment/source.ts";
import { GridPainter } from "../grid_painter.ts";
import type { Picture, PixelPicture } from "../pictures/picture.ts";
import { pictureOf } from "../pictures/picture.ts";
import { PictureEncoder } from "../pictures/encoder.ts";
import { type CellSize, DEFAULT_CELL, pixelAt, sizeOf, usableTerminal } from "./fit.ts";
import { HALF_BLOCK_CELL, halfBlocks } from "./half_blocks.ts";
import type { MouseTyped, Typed } from "./keys.ts";
import type { KittyPicture } from "./kitty.ts";
import { isKittyReply, KITTY_CLEAR, KITTY_QUERY, kittyOutput, kittyPicture } from "./kitty.ts";
import { drawBar, LOOK, putText } from "./status_bar.ts";
import { TypedInput } from "./typed_input.ts";

/** Ctrl-], as in telnet. */
const PREFIX = { key: 93, modifier: "ctrl" } as const;
const HELP = "q leave  n next  p previous  1-9 client  x end client  l log  ] send ^]";
/** Reports clicks, drags and the wheel; the terminal's own selection needs Shift then. */
const MOUSE_ON = "\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF = "\x1b[?1006l\x1b[?1002l";
/** Buttons of terminals (by index) as numbers of input tables. */
const BUTTONS = [1, 3, 2] as const;

/** What the user wants from the program: to leave. */
export type ViewerCommand = "leave";

/** Clients on one terminal; the caller reads and writes the terminal. */
export class Viewer {
  /** Output before the first drawing: the alternate screen, and the query for pictures of pixels. */
  static readonly enter: string = `\x1b[?1049h\x1b[2J${KITTY_QUERY}`;
  /** Output that restores the terminal: pictures, mouse, attributes, wrapping, cursor, screen. */
  static readonly leave: string =
    `${KITTY_CLEAR}${MOUSE_OFF}\x1b[0m\x1b[?7h\x1b[0 q\x1b[?25h\x1b[?1049l`;

  readonly #painter = new GridPainter();
  readonly #clients: Source[] = [];
  /** The last size of the area that each client was asked to fill. */
  readonly #hinted = new Map<Source, string>();
  readonly #lines: string[] = [];
  readonly #followsSize: boolean;
  readonly #encoder = new PictureEncoder();
  #size: CellSize;
  #active: Source | undefined;
  #hasPrefix = false;
  #showsLog = false;
  #alert = "";
  readonly #input = new TypedInput(({ id }) => {
    this.#alert = `client ${id} takes nothing; what is typed now is not sent`;
  });
  #hasKitty = false;
  #hasMouse = false;
  #kittyPicture: KittyPicture | undefined;
  #kittyShown: { source: Source; revision: number; size: CellSize } | undefined;

  /**
   * Shows no client yet.
   *
   * @param size The size of the terminal.
   * @param followsSize Whether clients are asked to fill the terminal.
   */
  constructor(size: CellSize, followsSize: boolean) {
    this.#size = usableTerminal(size);
    this.#followsSize = followsSize;
  }

  /** The size that fills the terminal, in pixels of a client. */
  get clientSize(): { readonly width: number; readonly height: number } {
    return sizeOf(this.#area, DEFAULT_CELL);
  }

  /** The log, oldest line first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** What clients are shown on: all rows but the status bar. */
  get #area(): CellSize {
    return { cols: this.#size.cols, rows: Math.max(1, this.#size.rows - 1) };
  }

  /** Adds a client; the first one is shown. */
  add(source: Source): void {
    if (this.#clients.includes(source)) return;
    this.#clients.push(source);
    this.#hinted.set(source, JSON.stringify(this.#area));
    if (this.#active === undefined) this.#show(source);
  }

  /** Removes a client; if it was shown, the next one is shown. */
  remove(source: Source): void {
    const at = this.#clients.indexOf(source);
    if (at < 0) return;
    this.#clients.splice(at, 1);
    this.#hinted.delete(source);
    if (this.#active === source) this.#show(this.#clients[at] ?? this.#clients[at - 1]);
  }

  /** The client that is visible, if any. */
  get shown(): Source | undefined {
    return this.#showsLog ? undefined : this.#active;
  }

  /** Whether what the client shows is visible. */
  isShown(source: Source): boolean {
    return this.shown === source;
  }

  /**
   * Adds lines to the log.
   *
   * @param isAlert Shows the last line in the status bar as well.
   */
  note(text: string, isAlert = false): void {
    for (const line of text.split("\n")) {
      if (line !== "") this.#lines.push(line);
    }
    this.#lines.splice(0, this.#lines.length - VIEW_LOG_LINES);
    if (isAlert) this.#alert = this.#lines.at(-1) ?? "";
  }

  /** Changes the size of the terminal. */
  resize(size: CellSize): void {
    this.#size = usableTerminal(size);
    this.#repaint();
    this.#hint();
  }

  /** Handles input of the terminal. */
  take(typed: readonly Typed[]): ViewerCommand | undefined {
    for (const one of typed) {
      if (one.kind === "answer") {
        this.#hasKitty ||= isKittyReply(one.text);
        continue;
      }
      if (one.kind === "mouse") {
        this.#point(one);
        continue;
      }
      this.#alert = "";
      if (one.kind === "unknown") {
        this.#hasPrefix = false;
        this.#alert = `no known key, not sent: ${visible(one.sequence)}`;
        continue;
      }
      const isPrefix = one.kind === "key" && one.key === PREFIX.key &&
        one.modifiers.includes(PREFIX.modifier);
      if (this.#hasPrefix) {
        this.#hasPrefix = false;
        if (isPrefix) this.#send(one);
        else if (one.kind === "text") {
          this.#input.flush();
          const [letter = "", ...rest] = one.text;
          if (this.#command(letter) === "leave") return "leave";
          if (rest.length > 0) this.#send({ kind: "text", text: rest.join("") });
        }
      } else if (isPrefix) this.#hasPrefix = true;
      else this.#send(one);
    }
    this.#input.flush();
    return undefined;
  }

  /** Backpressure for the reader of the terminal; `undefined` when little input waits. */
  slowDown(): Promise<void> | undefined {
    return this.#input.slowDown();
  }

  /**
   * The output that brings the terminal up to date, except for a picture of pixels that has to follow
   * it (see {@linkcode takePicture}). Empty when nothing has changed.
   */
  render(): string {
    const picture = this.#showsLog ? undefined : this.#active && pictureOf(this.#active);
    const usesKitty = this.#hasKitty && picture?.kind === "pixels";
    const clear = usesKitty || this.#kittyShown === undefined ? "" : KITTY_CLEAR;
    if (!usesKitty) this.#kittyShown = undefined;
    const text = this.#painter.paint(this.#compose(usesKitty ? undefined : picture, usesKitty));
    const mouse = this.#renderMouse(picture?.kind === "pixels");
    this.#kittyPicture = usesKitty ? this.#renderKitty(picture) : undefined;
    return clear + mouse + text;
  }

  /** The picture to print after the output of the last {@linkcode render}, if any. */
  takePicture(): KittyPicture | undefined {
    const picture = this.#kittyPicture;
    this.#kittyPicture = undefined;
    return picture;
  }

  /** The output that draws the picture of {@linkcode takePicture}, if any. */
  async renderPicture(): Promise<string | undefined> {
    const picture = this.takePicture();
    return picture && kittyOutput(picture, await this.#encoder.zlib(picture.rgb));
  }

  /** Ends the use of the worker that compresses pictures. */
  close(): void {
    this.#encoder.close();
  }

  /** For text the terminal keeps its mouse to select it; a picture may have buttons to click. */
  #renderMouse(isWanted: boolean): string {
    if (isWanted === this.#hasMouse) return "";
    this.#hasMouse = isWanted;
    return isWanted ? MOUSE_ON : MOUSE_OFF;
  }

  #renderKitty(picture: PixelPicture): KittyPicture | undefined {
    const source = this.#active!;
    const { revision } = source.surface;
    const shown = this.#kittyShown;
    const size = this.#size;
    if (shown?.source === source && shown.revision === revision && shown.size === size) {
      return undefined;
    }
    this.#kittyShown = { source, revision, size };
    return kittyPicture(picture, this.#area);
  }

  #compose(picture: Picture | undefined, isCovered: boolean): TextGrid {
    const screen = new TextGrid(this.#size.cols, this.#size.rows);
    if (picture !== undefined) {
      const isText = picture.kind === "text";
      const grid = isText ? picture.grid : halfBlocks(picture, this.#area);
      copyInto(screen, grid, this.#area);
      if (isText) this.#placeCursor(screen, grid);
    } else if (!isCovered) this.#composePage(screen);
    this.#composeBar(screen);
    return screen;
  }

  #placeCursor(screen: TextGrid, { cursor }: TextGrid): void {
    const isOutside = cursor.x >= this.#area.cols || cursor.y >= this.#area.rows;
    Object.assign(screen.cursor, cursor, isOutside ? { state: "hidden" } : {});
  }

  #composePage(screen: TextGrid): void {
    const { rows } = this.#area;
    const active = this.#active;
    const last = this.#showsLog || active === undefined
      ? this.#lines
      : [`client ${active.id} has not drawn yet`];
    last.slice(-rows).forEach((line, row) => putText(screen, row, 0, line, LOOK.page));
  }

  #composeBar(screen: TextGrid): void {
    if (this.#hasPrefix) return drawBar(screen, HELP, [], LOOK.bar);
    if (this.#alert !== "") return drawBar(screen, this.#alert, [], LOOK.alert);
    const source = this.#active;
    const count = this.#clients.length;
    if (source === undefined) {
      return drawBar(screen, "waiting for clients", ["^] q leave"], LOOK.bar);
    }
    const place = count > 1 ? `[${this.#clients.indexOf(source) + 1}/${count}] ` : "";
    const { surface, segkind, title, id, peer } = source;
    const { grid } = surface;
    const size = grid === undefined
      ? `${surface.width}x${surface.height}`
      : `${grid.cols}x${grid.rows}`;
    const left = `${place}client ${id} ${segkind} ${size} ${title}`;
    drawBar(screen, left, [peer.fingerprint, "^] ? keys", "^] q leave"], LOOK.bar);
  }

  #command(letter: string): ViewerCommand | undefined {
    const clients = this.#clients;
    const at = this.#active === undefined ? 0 : clients.indexOf(this.#active);
    switch (letter) {
      case "q":
        return "leave";
      case "n":
        this.#show(clients[(at + 1) % clients.length]);
        break;
      case "p":
        this.#show(clients[(at + clients.length - 1) % clients.length]);
        break;
      case "x":
        this.#active?.deleteImage();
        break;
      case "l":
        this.#showsLog = !this.#showsLog;
        break;
      case "]":
        this.#send({ kind: "key", key: PREFIX.key, modifiers: [PREFIX.modifier] });
        break;
      case "?":
        this.#alert = HELP;
        break;
      default:
        if (letter >= "1" && letter <= "9") this.#show(clients[Number(letter) - 1] ?? this.#active);
    }
    return undefined;
  }

  #show(source: Source | undefined): void {
    this.#active = source;
    this.#showsLog = false;
    this.#hint();
  }

  /** Asks the shown client to fill the terminal, once for each size. */
  #hint(): void {
    const source = this.#active;
    const size = JSON.stringify(this.#area);
    if (!this.#followsSize || source === undefined || this.#hinted.get(source) === size) return;
    this.#hinted.set(source, size);
    const { width, height, grid } = source.surface;
    const cell = grid === undefined ? DEFAULT_CELL : {
      width: Math.max(1, Math.floor(width / grid.cols)),
      height: Math.max(1, Math.floor(height / grid.rows)),
    };
    const wanted = sizeOf(this.#area, cell);
    this.#input.call(source, () => source.targetDisplayhint(wanted.width, wanted.height));
  }

  #point({ action, button, col, row }: MouseTyped): void {
    const source = this.#active;
    if (source === undefined || this.#showsLog || source.surface.pixels === undefined) return;
    const cell = this.#hasKitty ? DEFAULT_CELL : HALF_BLOCK_CELL;
    const at = pixelAt(source.surface, this.#area, cell, col, row);
    if (at === undefined && action !== "release") return;
    const input = this.#input;
    if (at !== undefined && action === "move") input.move(source, at.x, at.y);
    else if (at !== undefined) input.call(source, () => source.moveMouse(at.x, at.y));
    if (action === "wheel") input.call(source, () => source.wheel(button === 0 ? -1 : 1));
    const subid = BUTTONS[button];
    if ((action === "press" || action === "release") && subid !== undefined) {
      const active = action === "press";
      const click = { kind: "digital", translated: false, mouse: true, subid, active } as const;
      input.call(source, () => source.targetInput(click));
    }
  }

  #send(typed: Extract<Typed, { kind: "text" | "key" }>): void {
    const source = this.#active;
    if (source !== undefined && !this.#showsLog) this.#input.type(source, typed);
  }

  #repaint(): void {
    this.#painter.forget();
    this.#kittyShown = undefined;
  }
}

/** Writes control characters as terminals echo them, such as `^[`. */
function visible(sequence: string): string {
  // deno-lint-ignore no-control-regex -- replaces control characters
  return sequence.replace(/[\x00-\x1f\x7f-\x9f]/g, (control) => {
    const code = control.charCodeAt(0);
    return code < 0x80 ? `^${String.fromCharCode(code ^ 0x40)}` : `\\x${code.toString(16)}`;
  });
}

function copyInto(screen: TextGrid, grid: TextGrid, area: CellSize): void {
  const cols = Math.min(grid.cols, area.cols);
  const rows = Math.min(grid.rows, area.rows);
  for (let row = 0; row < rows; row++) {
    const from = row * grid.cols;
    const to = row * screen.cols;
    screen.codePoints.set(grid.codePoints.subarray(from, from + cols), to);
    screen.foreground.set(grid.foreground.subarray(from, from + cols), to);
    screen.background.set(grid.background.subarray(from, from + cols), to);
    screen.attributes.set(grid.attributes.subarray(from, from + cols), to);
  }
}
