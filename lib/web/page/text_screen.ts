/**
 * A text client on a terminal: xterm.js, fed by the sequences of the painter. Loaded when the first text
 * client is opened.
 *
 * @module
 */

import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import type { TextChange } from "../views/protocol.ts";
import { allowStyledSpans, strictDocument, withStrictDocument } from "./csp_document.ts";
import { FingerSteps, watchFingers } from "./fingers.ts";
import { type Size, WheelSteps, type Zoom } from "./pointer.ts";

const FONT =
  "ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, 'DejaVu Sans Mono', Consolas, monospace";
const FONT_PX = { smallest: 5, normal: 14, largest: 28 } as const;
/** How far a small grid grows in a large window. */
const MOST_GROWTH = 1.6;

/** Characters that are kept for screen readers: 20 lines, as in xterm.js. */
const MOST_SPOKEN = 1_600;
/** Renderers of WebGL that run on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

allowStyledSpans();

/** What a terminal tells. */
export interface TextOwner {
  /** Input as terminals send it. */
  onTyped(data: string): void;
  onPaste(text: string): void;
  /** Its size is another one. */
  onChanged(): void;
  /** A key goes down; `true` when it is dealt with. */
  onKey(event: KeyboardEvent): boolean;
  /** The wheel turns, or two fingers scroll; above 0 down. */
  onWheel(steps: number): void;
}

export class TextScreen {
  readonly element: HTMLElement;
  readonly #terminal: Terminal;
  readonly #search = new SearchAddon();
  readonly #size: ResizeObserver;
  readonly #ending = new AbortController();
  #fontPx: number = FONT_PX.normal;
  #cell: Size = { width: 8, height: 17 };

  /** @param element Is in the page, and holds nothing else. */
  constructor(element: HTMLElement, owner: TextOwner, label: string, isReadOnly: boolean) {
    this.element = element;
    this.#size = new ResizeObserver(() => owner.onChanged());
    const terminal = this.#terminal = new Terminal({
      allowProposedApi: true,
      cols: 80,
      rows: 24,
      scrollback: 0,
      fontFamily: FONT,
      fontSize: FONT_PX.normal,
      screenReaderMode: true,
      disableStdin: isReadOnly,
      cursorInactiveStyle: "outline",
      macOptionClickForcesSelection: true,
      rightClickSelectsWord: false,
      documentOverride: strictDocument(),
      theme: { background: "#000000", selectionBackground: "#3a7bd580" },
    });
    terminal.loadAddon(this.#search);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    terminal.loadAddon(
      new WebLinksAddon((_, address) => void open(address, "_blank", "noopener,noreferrer")),
    );
    terminal.onData((data) => owner.onTyped(data));
    terminal.attachCustomKeyEventHandler((event) =>
      event.type !== "keydown" || !owner.onKey(event)
    );
    const wheel = new WheelSteps();
    terminal.attachCustomWheelEventHandler((event) => {
      event.preventDefault();
      owner.onWheel(wheel.add(event.deltaY, event.deltaMode));
      return false;
    });
    const steps = new FingerSteps();
    watchFingers(this.element, this.#ending.signal, (gesture) => {
      if (gesture.kind === "scroll") owner.onWheel(steps.add(gesture.dy));
      else if (gesture.kind === "release" && gesture.button === "left") terminal.focus();
    });
    this.element.addEventListener("paste", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      owner.onPaste(event.clipboardData?.getData("text/plain") ?? "");
    }, { capture: true });
    this.#takeInsertedText(owner);
    withStrictDocument(() => terminal.open(this.element));
    // The size of the letters is known when they are drawn.
    this.#size.observe(this.element.querySelector(".xterm-screen")!);
    terminal.textarea!.setAttribute("aria-label", label);
    this.#draw();
  }

  /** The size of the grid in cells. */
  get grid(): { readonly cols: number; readonly rows: number } {
    const { cols, rows } = this.#terminal;
    return { cols, rows };
  }

  /** What is selected. */
  get selection(): string {
    return this.#terminal.getSelection();
  }

  /** All text, as for a copy without a selection. */
  get text(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? "",
    );
    return lines.join("\n").trimEnd() + "\n";
  }

  /** Draws a change. @param onDrawn Called when it is in. */
  write({ cols, rows, ansi }: TextChange, onDrawn: () => void): void {
    if (cols !== this.#terminal.cols || rows !== this.#terminal.rows) {
      this.#terminal.resize(cols, rows);
    }
    this.#terminal.write(ansi, onDrawn);
    this.#forgetSpoken();
  }

  /**
   * Chooses the size of the letters.
   *
   * @returns How large the terminal is then.
   */
  layout(space: Size, zoom: Zoom): Size {
    const { cols, rows } = this.#terminal;
    const normal = this.#normalCell();
    const scale = Math.min(
      space.width / (cols * normal.width),
      space.height / (rows * normal.height),
      MOST_GROWTH,
    );
    // A grid that fills the space but for a part of a cell keeps its letters.
    const isFilled = scale >= 1 && scale < 1.12;
    const fitted = Math.floor(FONT_PX.normal * scale * 2) / 2;
    const wanted = zoom === "exact" || isFilled ? FONT_PX.normal : fitted;
    this.#setFont(Math.min(Math.max(wanted, FONT_PX.smallest), FONT_PX.largest));
    return this.#shownSize();
  }

  /** How many cells fill a space with letters of the normal size. */
  cellsIn(space: Size): { readonly cols: number; readonly rows: number } {
    const { width, height } = this.#normalCell();
    return {
      cols: Math.max(1, Math.floor(space.width / width)),
      rows: Math.max(1, Math.floor(space.height / height)),
    };
  }

  /** Finds text. @returns Whether there is any. */
  find(text: string, isBackward: boolean): boolean {
    return isBackward ? this.#search.findPrevious(text) : this.#search.findNext(text);
  }

  endSearch(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
  }

  focus(): void {
    this.#terminal.focus();
  }

  dispose(): void {
    this.#ending.abort();
    this.#size.disconnect();
    this.#terminal.dispose();
    this.element.remove();
  }

  /** The canvas of WebGL, or elements where there is none or the processor would have to draw it. */
  #draw(): void {
    if (!hasQuickWebgl()) return;
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => webgl.dispose());
      this.#terminal.loadAddon(webgl);
    } catch {
      // xterm.js draws with elements then.
    }
  }

  /**
   * Empties what xterm.js has given screen readers to speak. It bounds that by line feeds, and the
   * painter sends none: a page would keep all that was ever drawn.
   */
  #forgetSpoken(): void {
    const spoken = this.element.querySelector(".live-region");
    const { length = 0 } = (spoken?.firstChild ?? {}) as Partial<Text>;
    if (length > MOST_SPOKEN) spoken!.textContent = "";
  }

  /** Emoji of a picker and the like: text without a key, which xterm.js drops in its screen reader mode. */
  #takeInsertedText(owner: TextOwner): void {
    let isOfKey = false;
    this.element.addEventListener("keydown", ({ key }) => {
      isOfKey = [...key].length === 1;
      // The text of a key comes before any timer.
      setTimeout(() => isOfKey = false);
    }, { capture: true });
    this.element.addEventListener("input", (event) => {
      if (!(event instanceof InputEvent) || event.isComposing) return;
      if (isOfKey) isOfKey = false;
      else if (event.inputType === "insertText" && event.data !== null) owner.onTyped(event.data);
    });
  }

  #setFont(px: number): void {
    if (px === this.#fontPx) return;
    this.#fontPx = px;
    this.#terminal.options.fontSize = px;
  }

  #shownSize(): Size {
    const screen = this.element.querySelector<HTMLElement>(".xterm-screen")!;
    return { width: screen.offsetWidth, height: screen.offsetHeight };
  }

  /**
   * The cell of letters of the normal size. It is measured while they have it, because cells are whole
   * pixels and do not grow evenly.
   */
  #normalCell(): Size {
    const { width, height } = this.#shownSize();
    const { cols, rows } = this.#terminal;
    if (this.#fontPx === FONT_PX.normal && width > 0) {
      this.#cell = { width: width / cols, height: height / rows };
    }
    return this.#cell;
  }
}

/** WebGL without a graphics card shows a line three times as late as elements do. */
function hasQuickWebgl(): boolean {
  const webgl = document.createElement("canvas").getContext("webgl2");
  if (webgl === null) return false;
  const names = webgl.getExtension("WEBGL_debug_renderer_info");
  const renderer = webgl.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? webgl.RENDERER);
  webgl.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE.test(renderer);
}
