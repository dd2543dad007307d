/**
 * One client, large: its segments where they belong, fitted to the window or pixel for pixel, with
 * keyboard, mouse and fingers.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { BINARY_KIND, type Head } from "../views/protocol.ts";
import { listenerTime } from "./api.ts";
import { ClientInput } from "./client_input.ts";
import { ClientSound } from "./client_sound.ts";
import { nameOf, sentence } from "./format.ts";
import { connectInput } from "./pixel_input.ts";
import { hintSize, shownSize, type Size, type Zoom } from "./pointer.ts";
import { placeOf } from "./place.ts";
import { type FrameOwner, SegmentFrame } from "./segment_frame.ts";
import { notify } from "./toasts.ts";
import { type DownMessage, type ViewedClient, ViewSocket } from "./view_socket.ts";

/** Sizes of a window that is dragged are one hint. */
const HINT_MS = 120;
/** Of a terminal that has not said how large its cells are. */
const DEFAULT_CELL = { width: 8, height: 16 } as const;
/** The code of an error: the number is that of no client. */
const NO_CLIENT = "no-such-client";
/** Space around a terminal. */
const TEXT_MARGIN_PX = 6;

/** How a view has ended. */
export type Ending =
  | { readonly kind: "ended"; readonly lastWords: string }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly why: string };

/** What the page around the client does for it. */
export interface StageOptions {
  readonly mayDrive: boolean;
  readonly decodesH264: boolean;
  /** A key goes down; `true` when the page takes it for itself. */
  onKey(event: KeyboardEvent): boolean;
}

export class Stage implements FrameOwner {
  readonly element = document.createElement("div");
  readonly client = signal<ViewedClient | undefined>(undefined);
  readonly link = signal<"opening" | "live" | "lost">("opening");
  /** When the view was lost or has ended, by the clock of the listener. */
  leftMs = Infinity;
  /** Why it is lost, when that is because of the host of the client. */
  readonly away = signal("");
  readonly ending = signal<Ending | undefined>(undefined);
  readonly content = signal<"none" | "text" | "pixels">("none");
  readonly zoom = signal<Zoom>("fit");
  readonly isLocked = signal(false);
  readonly sound = new ClientSound();
  /** Text that the client offers. */
  readonly clipboard = signal("");
  readonly input: ClientInput;
  readonly isReadOnly: boolean;
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly #socket: ViewSocket;
  readonly #board = document.createElement("div");
  readonly #keys = document.createElement("textarea");
  readonly #frames = new Map<number, SegmentFrame>();
  readonly #ending = new AbortController();
  readonly #space = new ResizeObserver(() => this.#layout());
  #pixelInput: AbortController | undefined;
  #pointer = { x: 0, y: 0 };
  #hinted = "";
  #hintTimer: ReturnType<typeof setTimeout> | undefined;
  #isLayoutDue = false;

  constructor(client: string, { mayDrive, decodesH264, onKey }: StageOptions) {
    this.isReadOnly = !mayDrive;
    this.onKey = onKey;
    this.element.className = "stage";
    this.#board.className = "board";
    this.#keys.className = "keys-target";
    Object.assign(this.#keys, { autocapitalize: "off", spellcheck: false, readOnly: !mayDrive });
    this.#keys.setAttribute("autocorrect", "off");
    this.#keys.hidden = true;
    this.element.append(this.#keys, this.#board);
    this.#space.observe(this.element);
    const { signal } = this.#ending;
    document.addEventListener("pointerlockchange", () => {
      this.isLocked.value = this.#main !== undefined &&
        document.pointerLockElement === this.#main.element;
    }, { signal });
    this.#socket = new ViewSocket(client, "full", this, decodesH264);
    this.input = new ClientInput(this.#socket);
    this.input.isAllowed = mayDrive;
  }

  get label(): string {
    return this.client.value === undefined ? "the client" : nameOf(this.client.value);
  }

  /** The terminal of a client of text. */
  get terminal() {
    return this.#main?.text;
  }

  /** The canvas of a client of pixels. */
  get canvas(): HTMLCanvasElement | undefined {
    return this.#main?.picture?.canvas;
  }

  focus(): void {
    if (this.terminal !== undefined) this.terminal.focus();
    else this.#keys.focus({ preventScroll: true });
  }

  /** Opens the keyboard on glass with a tap on the picture, or leaves it closed. */
  set wantsKeyboard(on: boolean) {
    this.#keys.dataset["wanted"] = String(on);
    if (on) this.focus();
    else (document.activeElement as HTMLElement | null)?.blur();
  }

  setZoom(zoom: Zoom): void {
    this.zoom.value = zoom;
    this.#hinted = "";
    this.#layout();
  }

  async lockPointer(): Promise<void> {
    try {
      await this.#main?.element.requestPointerLock();
      this.focus();
    } catch {
      notify("The browser does not lock the pointer now; try again in a second");
    }
  }

  /** Opens a new connection at once. */
  renew(): void {
    this.#socket.renew();
  }

  close(): void {
    this.#ending.abort();
    this.#pixelInput?.abort();
    this.#space.disconnect();
    clearTimeout(this.#hintTimer);
    this.input.close();
    this.#socket.close();
    this.sound.close();
    for (const frame of this.#frames.values()) frame.close();
    this.element.remove();
  }

  // What the socket tells.

  onOpen(): void {
    this.link.value = "live";
    this.leftMs = Infinity;
    for (const frame of this.#frames.values()) frame.renew();
    this.#hinted = "";
  }

  onLost(why = ""): void {
    this.leftMs = Math.min(this.leftMs, listenerTime());
    this.away.value = why;
    if (this.link.value === "live" || why !== "") this.link.value = "lost";
  }

  onMessage(message: DownMessage): void {
    switch (message.type) {
      case "client":
        this.#setClient(message.client);
        break;
      case "placed": {
        const frame = this.#frameOf(message.segment);
        frame.placed = message;
        this.onChanged();
        break;
      }
      case "cursor":
        this.#frameOf(message.segment).element.style.cursor = message.css;
        break;
      case "clipboard":
        this.clipboard.value = message.text;
        break;
      case "note":
        notify(sentence(message.text));
        break;
      case "ended":
        this.leftMs = Math.min(this.leftMs, listenerTime());
        this.ending.value = { kind: "ended", lastWords: message.last_words };
        break;
      case "error":
        this.ending.value = message.code === NO_CLIENT
          ? { kind: "missing" }
          : { kind: "failed", why: message.error };
    }
  }

  onBinary(head: Head, message: Uint8Array<ArrayBuffer>): void {
    if (head.kind === BINARY_KIND.audio) {
      void this.sound.play(message).then(() => this.acknowledge(head.seq));
    } else this.#frameOf(head.segment).take(head, message);
  }

  // What the frames tell.

  readonly acknowledge = (seq: number): void => this.#socket.acknowledge(seq);

  readonly onChanged = (): void => {
    if (this.#isLayoutDue) return;
    this.#isLayoutDue = true;
    queueMicrotask(() => {
      this.#isLayoutDue = false;
      this.#layout();
    });
  };

  readonly onVideoFailed = (why: string): void => {
    notify(`This browser cannot decode the video: ${why}`);
    this.#socket.renew({ decodesH264: false });
  };

  onTyped(data: string): void {
    this.input.typed(data);
  }

  onWheel(steps: number): void {
    this.input.wheel(steps);
  }

  onPaste(text: string): void {
    this.input.paste(text);
  }

  get #main(): SegmentFrame | undefined {
    return this.#frames.get(this.input.segment);
  }

  #setClient(client: ViewedClient): void {
    const main = client.parts.find(({ parent }) => parent === undefined);
    this.input.segment = main?.id ?? client.id;
    this.client.value = client;
    this.#keys.setAttribute(
      "aria-label",
      `Input of ${nameOf(client)}, which shows pixels; Ctrl+F6 leaves it`,
    );
    for (const [id, frame] of this.#frames) {
      if (client.parts.some((part) => part.id === id)) continue;
      frame.close();
      this.#frames.delete(id);
    }
    this.onChanged();
  }

  #frameOf(id: number): SegmentFrame {
    let frame = this.#frames.get(id);
    if (frame === undefined) {
      frame = new SegmentFrame(id, this);
      this.#frames.set(id, frame);
      this.#board.append(frame.element);
    }
    return frame;
  }

  #layout(): void {
    const main = this.#main;
    const space = { width: this.element.clientWidth, height: this.element.clientHeight };
    if (main === undefined || space.width === 0) return;
    const shown = main.text === undefined
      ? this.#layoutPixels(main, space)
      : this.#layoutText(main.text, space);
    // Whole pixels of the screen, or everything is blurred.
    const ratio = devicePixelRatio;
    const whole = (px: number) => Math.floor(Math.max(px, 0) * ratio) / ratio;
    const left = whole((space.width - shown.width) / 2);
    const top = whole((space.height - shown.height) / 2);
    Object.assign(main.element.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${shown.width}px`,
      height: `${shown.height}px`,
    });
    this.element.dataset["zoom"] = this.zoom.value;
    this.#placeOthers(main, { left, top, ...shown });
  }

  #layoutPixels(main: SegmentFrame, space: Size): Size {
    this.content.value = main.picture === undefined || main.picture.isEmpty ? "none" : "pixels";
    if (this.content.value === "pixels") this.#connectPixels(main);
    this.#hint(hintSize(space, devicePixelRatio));
    return shownSize(main.size, space, this.zoom.value, devicePixelRatio);
  }

  #layoutText(text: NonNullable<SegmentFrame["text"]>, space: Size): Size {
    this.#pixelInput?.abort();
    this.#pixelInput = undefined;
    this.#keys.hidden = true;
    if (this.content.value !== "text") {
      this.content.value = "text";
      this.#takeFocus();
    }
    const inner = {
      width: space.width - 2 * TEXT_MARGIN_PX,
      height: space.height - 2 * TEXT_MARGIN_PX,
    };
    const cells = text.cellsIn(inner);
    const { width = 0, height = 0 } = this.client.value ?? {};
    const { cols, rows } = text.grid;
    const cell = {
      width: Math.round(width / cols) || DEFAULT_CELL.width,
      height: Math.round(height / rows) || DEFAULT_CELL.height,
    };
    this.#hint({ width: cells.cols * cell.width, height: cells.rows * cell.height });
    return text.layout(inner, this.zoom.value);
  }

  /** Asks the client to fill the window. */
  #hint({ width, height }: Size): void {
    const hint = `${width}x${height}`;
    if (this.isReadOnly || this.zoom.value !== "fit" || hint === this.#hinted) return;
    this.#hinted = hint;
    clearTimeout(this.#hintTimer);
    this.#hintTimer = setTimeout(
      () => this.#socket.send({ type: "size", width, height }),
      HINT_MS,
    );
  }

  #connectPixels(main: SegmentFrame): void {
    if (this.#pixelInput !== undefined || this.isReadOnly) return;
    this.#pixelInput = new AbortController();
    main.element.classList.add("driven");
    this.#keys.hidden = false;
    connectInput(
      {
        surface: main.element,
        keys: this.#keys,
        size: () => main.size,
        onKey: this.onKey,
        onPointer: (x, y) => this.#movePointer(x, y),
        scroll: (dx, dy) => this.#scroll(dx, dy),
      },
      this.input,
      this.client.value?.segkind === "remoting",
      this.#pixelInput.signal,
    );
    this.#takeFocus();
  }

  /** A client that appears gets the keys, unless something else has them or that would open a keyboard. */
  #takeFocus(): void {
    const isFree = document.activeElement === document.body || document.activeElement === null;
    if (isFree && !matchMedia("(pointer: coarse)").matches) this.focus();
  }

  #scroll(dx: number, dy: number): boolean {
    const { scrollLeft, scrollTop } = this.element;
    this.element.scrollBy(dx, dy);
    return this.element.scrollLeft !== scrollLeft || this.element.scrollTop !== scrollTop;
  }

  #movePointer(x: number, y: number): void {
    this.#pointer = { x, y };
    if ([...this.#kinds()].some(([, kind]) => kind === "cursor")) this.#layout();
  }

  /** The kinds of the segments other than the first. */
  *#kinds(): Generator<readonly [SegmentFrame, string]> {
    for (const { id, segkind, parent } of this.client.value?.parts ?? []) {
      const frame = this.#frames.get(id);
      if (frame !== undefined && parent !== undefined) yield [frame, segkind];
    }
  }

  #placeOthers(main: SegmentFrame, area: Size & { left: number; top: number }): void {
    const scale = main.size.width === 0 ? 1 / devicePixelRatio : area.width / main.size.width;
    let hasCursor = false;
    for (const [frame, kind] of this.#kinds()) {
      const { element, placed, size } = frame;
      const width = size.width * scale;
      const height = size.height * scale;
      // What has no place yet is in the middle.
      let x = (area.width - width) / 2;
      let y = (area.height - height) / 2;
      if (kind === "cursor") {
        hasCursor = true;
        ({ x, y } = this.#pointer);
      } else if (placed !== undefined) {
        const place = placeOf(placed, (id) => this.#frames.get(id)?.placed);
        [x, y] = [place.x * scale, place.y * scale];
      }
      element.dataset["kind"] = kind;
      element.hidden = placed?.hidden === true || (size.width === 0 && frame.text === undefined);
      Object.assign(element.style, {
        left: `${area.left + x}px`,
        top: `${area.top + y}px`,
        zIndex: String(kind === "cursor" ? 1000 : 10 + (placed?.z ?? 0)),
        ...(size.width > 0 && { width: `${width}px`, height: `${height}px` }),
      });
    }
    main.element.classList.toggle("has-cursor", hasCursor);
  }
}
